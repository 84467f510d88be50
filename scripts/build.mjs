// npm run build: generated sources, then TypeScript → dist, then bundles of the package's entries and of the command in place of its modules.
// `--generated-only` stops before TypeScript (tests run on src); `--out DIR` is another folder than dist.
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--outDir', dist], {
    cwd: root,
    stdio: 'inherit'
  })
  for (const name of ['detectors.json', 'packs.json', 'states.json', 'console.json'])
    cpSync(join(generated, name), join(dist, 'generated', name))
  await bundleEntries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports, dist)
  await bundleCommand(dist)
  for (const module of modulesOf(dist)) rmSync(join(dist, module))
  process.exitCode = status ?? 1
}

/** What the bundles were made of. Their types stay. */
function modulesOf(dist) {
  const files = readdirSync(dist, { recursive: true })
  return files.filter((file) => file.endsWith('.js') && !/^(?:entries|command)[\\/]/.test(file))
}
