// npm run -s sbom: what is installed with the package, as CycloneDX. Of a copy of manifest and lock file without what is for development: `npm sbom --omit dev`
// leaves out what a development package needs as well (pino, yaml), and names the result after its folder.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './generated.mjs'

const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'))
const { name, version, license, description, dependencies, optionalDependencies } = read('package.json')
// The Node that comes along is for work in this repository (scripts/package.mjs).
const optional = Object.entries(optionalDependencies).filter(([one]) => !one.startsWith('node-linux-'))
const manifest = {
  name,
  version,
  license,
  description,
  dependencies,
  optionalDependencies: Object.fromEntries(optional)
}
const temporary = mkdtempSync(join(tmpdir(), 'logveil-sbom-'))
try {
  const cwd = join(temporary, name)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(cwd, 'package-lock.json'), JSON.stringify(lockOf(read('package-lock.json'))))
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']
  process.exitCode = spawnSync(npm, args, { cwd, stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

function lockOf({ packages, ...lock }) {
  const kept = Object.entries(packages).filter(
    ([path, { dev }]) => path !== '' && !dev && !path.includes('node_modules/node-linux-')
  )
  return { ...lock, packages: { '': manifest, ...Object.fromEntries(kept) } }
}
