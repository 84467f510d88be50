// Programs in Go that tests need, in the cache that is not in git.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = join(root, 'node_modules/.cache/logveil')

/** Builds the module in `folder`, a part of this repository; tells where the program is, or why there is none, and sets the exit status. */
export function buildGo(name, folder) {
  const flags = ['-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', join(directory, name), '.']
  go(name, ['build', ...flags], { cwd: join(root, folder) })
}

/** The same of a program of others, `path@version`. Go checks what it fetches against the sums that everybody sees. */
export function installGo(name, program) {
  const env = { ...process.env, GOBIN: directory, CGO_ENABLED: '0' }
  go(name, ['install', '-trimpath', '-ldflags', '-s -w', program], { env })
}

function go(name, args, options) {
  mkdirSync(directory, { recursive: true })
  const { status, error } = spawnSync('go', args, { ...options, stdio: 'inherit' })
  if (error !== undefined) console.error(`${name}: cannot run go (${error.code}): install Go 1.26 or later`)
  else if (status === 0) console.log(`${name}: ${join(directory, name)}`)
  process.exitCode = status ?? 1
}
