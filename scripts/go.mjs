// Programs in Go that tests need: from sources in this repository, into the cache that is not in git.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Builds the module in `folder`; tells where the program is, or why there is none, and sets the exit status. */
export function buildGo(name, folder) {
  const directory = join(root, 'node_modules/.cache/logveil')
  mkdirSync(directory, { recursive: true })
  const output = join(directory, name)
  const flags = ['build', '-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', output, '.']
  const { status, error } = spawnSync('go', flags, { cwd: join(root, folder), stdio: 'inherit' })
  if (error !== undefined) console.error(`${name}: cannot run go (${error.code}): install Go 1.26 or later`)
  else if (status === 0) console.log(`${name}: ${output}`)
  process.exitCode = status ?? 1
}
