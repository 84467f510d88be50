// Builds and packs what is published: `npm run package`; the workflow `release` publishes it. `--to DIR` for another folder than this. From
// a staged copy, because npm reads package.json again after `postpack`, so that a manifest edited and restored around packing would be published whole.
// The bundled Node and the re2 stand-in are for work in this repository only.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './generated.mjs'

const stage = mkdtempSync(join(tmpdir(), 'logveil-package-'))
try {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const build = [join(root, 'scripts/build.mjs'), '--out', join(stage, 'dist')]
  if (spawnSync(process.execPath, build, { stdio: 'inherit' }).status !== 0) throw new Error('it does not build')
  for (const file of manifest.files.filter((name) => name !== 'dist')) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(stage, file), { recursive: true })
    else console.log(`package: ${file} is missing`)
  }
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const to = process.argv.indexOf('--to')
  const cwd = to < 0 ? root : process.argv[to + 1]
  const pack = ['pack', stage, '--ignore-scripts', '--loglevel', 'warn']
  process.exitCode = spawnSync(npm, pack, { cwd, stdio: 'inherit' }).status ?? 1
} catch (error) {
  console.error(`package: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(stage, { recursive: true, force: true })
}

function published({
  private: _,
  scripts,
  devDependencies,
  overrides,
  allowScripts,
  optionalDependencies,
  ...manifest
}) {
  const optional = Object.entries(optionalDependencies ?? {}).filter(([name]) => !name.startsWith('node-linux-'))
  return {
    ...manifest,
    ...repository(process.env),
    // Only a workflow can do it: npm refuses elsewhere, so that nobody publishes by accident.
    publishConfig: { access: 'public', provenance: true },
    ...(optional.length > 0 && { optionalDependencies: Object.fromEntries(optional) })
  }
}

/** Has to be the one that the provenance names. */
function repository({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name }) {
  return name === undefined ? {} : { repository: { type: 'git', url: `git+${server}/${name}.git` } }
}
