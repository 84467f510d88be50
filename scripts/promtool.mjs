// Builds promtool and Prometheus for test/deploy/. Needs Go; takes several minutes at the first time. Its pages, which have tools of their own, and
// the service discovery of clouds are left out.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = 'v0.315.0'
const sum = 'h1:sFGZWmC2Hk9N1NBJGCnXYZb5hyLCq8yuAMoEjLAg6ac='
const directory = fileURLToPath(new URL('../node_modules/.cache/logveil', import.meta.url))
const source = join(directory, 'prometheus-source')

function go(args, cwd) {
  // What it works with beside its own module is not in the module.
  const env = { ...process.env, GOWORK: 'off' }
  const { status, error, stdout, stderr } = spawnSync('go', args, { cwd, env, encoding: 'utf8' })
  if (error !== undefined) throw new Error(`cannot run go (${error.code}): install Go 1.26 or later`)
  if (status !== 0) throw new Error(stderr.trim())
  return stdout
}

try {
  mkdirSync(directory, { recursive: true })
  const module = JSON.parse(go(['mod', 'download', '-json', `github.com/prometheus/prometheus@${version}`], directory))
  if (module.Sum !== sum) throw new Error(`${version} is not what it was: ${module.Sum}`)
  rmSync(source, { recursive: true, force: true })
  cpSync(module.Dir, source, { recursive: true })
  // What Go keeps is read-only.
  spawnSync('chmod', ['-R', 'u+w', source])
  for (const name of ['promtool', 'prometheus']) {
    const output = join(directory, name)
    go(['build', '-trimpath', '-ldflags', '-s -w', '-tags', 'remove_all_sd', '-o', output, `./cmd/${name}`], source)
    console.log(`${name}: ${output}`)
  }
} catch (error) {
  console.error(`promtool: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(source, { recursive: true, force: true })
}
