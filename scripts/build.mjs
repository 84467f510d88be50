// npm run build: generated sources, then types, and bundles of the package's entries and of the command → dist. `--generated-only` stops
// behind the first (tests run on src); `--out DIR` is another folder than dist.
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildConsole } from './build-console.mjs'
import { buildDetectors } from './build-detectors.mjs'
import { buildKernel } from './build-kernel.mjs'
import { bundleCommand, bundleEntries } from './bundle.mjs'
import { generated, root } from './generated.mjs'

try {
  await buildKernel()
  await buildDetectors()
  await buildConsole()
  if (!process.argv.includes('--generated-only')) await compile()
} catch (error) {
  console.error(process.env.DEBUG ? error : `build: ${error.message}`)
  process.exitCode = 1
}

async function compile() {
  const out = process.argv.indexOf('--out')
  const dist = out < 0 ? join(root, 'dist') : process.argv[out + 1]
  rmSync(dist, { recursive: true, force: true })
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const types = [tsc, '-p', 'tsconfig.json', '--emitDeclarationOnly', '--outDir', dist]
  const { status } = spawnSync(process.execPath, types, { cwd: root, stdio: 'inherit' })
  for (const name of ['detectors.json', 'packs.json', 'states.json', 'console.json'])
    cpSync(join(generated, name), join(dist, 'generated', name))
  await bundleEntries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports, dist)
  await bundleCommand(join(dist, 'command'), join(dist, 'generated'))
  process.exitCode = status ?? 1
}
