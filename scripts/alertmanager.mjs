// Builds Prometheus' Alertmanager for test/tickets/channels/alertmanager.test.ts. Needs Go; takes a minute or two at the first time. Its pages, which
// have tools of their own, are left out.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = 'v0.35.0'
const sum = 'h1:nbXMjr+P2JaoFd7aHNDxKifEwTPN+TWxM0gNPonuH5w='
const pages = ['elm', 'mantine'].map((name) => `ui/app/dist/${name}/index.html`)
const directory = fileURLToPath(new URL('../node_modules/.cache/logveil', import.meta.url))
const source = join(directory, 'alertmanager-source')
const output = join(directory, 'alertmanager')

function go(args, cwd) {
  const { status, error, stdout, stderr } = spawnSync('go', args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw new Error(`cannot run go (${error.code}): install Go 1.26 or later`)
  if (status !== 0) throw new Error(stderr.trim())
  return stdout
}

try {
  mkdirSync(directory, { recursive: true })
  const module = JSON.parse(
    go(['mod', 'download', '-json', `github.com/prometheus/alertmanager@${version}`], directory)
  )
  if (module.Sum !== sum) throw new Error(`${version} is not what it was: ${module.Sum}`)
  rmSync(source, { recursive: true, force: true })
  // What Go keeps is read-only.
  cpSync(module.Dir, source, { recursive: true, filter: (_, to) => !to.includes('/ui/app/') })
  spawnSync('chmod', ['-R', 'u+w', source])
  for (const page of pages) {
    mkdirSync(dirname(join(source, page)), { recursive: true })
    writeFileSync(join(source, page), '')
  }
  go(['build', '-trimpath', '-ldflags', '-s -w', '-o', output, './cmd/alertmanager'], source)
  console.log(`alertmanager: ${output}`)
} catch (error) {
  console.error(`alertmanager: ${error.message}`)
  process.exitCode = 1
} finally {
  rmSync(source, { recursive: true, force: true })
}
