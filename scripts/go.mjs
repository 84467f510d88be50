// Programs in Go that tests need, in the cache that is not in git.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = join(root, 'node_modules/.cache/logveil')

/** Builds the module in `folder`, a part of this repository; tells where the program is, or why there is none, and sets the exit status. */
export function buildGo(name, folder) {
  attempt(name, () => build(name, '.', join(root, folder), ['-mod=readonly']))
}

/**
 * The same of programs (`{ name: package }`) of others: of `module`, `path@version`, which has to be what `sum` says. It is built in a copy, in which
 * its own `replace` counts, and which `prepare(folder)` may change.
 */
export function buildGoOf({ module, sum, programs, flags = [], prepare = () => {} }) {
  const [first] = Object.keys(programs)
  attempt(first, () => {
    const { Dir, Sum } = JSON.parse(go(['mod', 'download', '-json', module], directory))
    if (Sum !== sum) throw new Error(`${module} is not what it was: ${Sum}`)
    const copy = join(directory, `${first}-source`)
    try {
      rmSync(copy, { recursive: true, force: true })
      cpSync(Dir, copy, { recursive: true })
      // What Go keeps is read-only.
      spawnSync('chmod', ['-R', 'u+w', copy])
      prepare(copy)
      for (const [name, path] of Object.entries(programs)) build(name, path, copy, flags)
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  })
}

function attempt(name, work) {
  try {
    mkdirSync(directory, { recursive: true })
    work()
  } catch (error) {
    console.error(`${name}: ${error.message}`)
    process.exitCode = 1
  }
}

function build(name, path, folder, flags) {
  const output = join(directory, name)
  go(['build', ...flags, '-trimpath', '-ldflags', '-s -w', '-o', output, path], folder)
  console.log(`${name}: ${output}`)
}

/** What it prints; its errors go to ours. */
function go(args, cwd) {
  // A workspace is not part of a module, and what needs no C compiler runs anywhere.
  const env = { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' }
  const { status, error, stdout } = spawnSync('go', args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  if (error !== undefined) throw new Error(`cannot run go (${error.code}): install Go 1.26 or later`)
  if (status !== 0) throw new Error(`go ${args[0]} fails with status ${status} ${stdout}`.trim())
  return String(stdout)
}
