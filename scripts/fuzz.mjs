// Runs tests of properties over and over with other seeds, until one fails or the time is over:
//
//   npm run fuzz -- [--minutes 10] [FILE...]      FILE: as for vitest; without one, all that are named for properties
//   FUZZ_SEED=N npx vitest run FILE               once more with the seed that failed
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' } }
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`--minutes is a number above 0, not ${values.minutes}`)
const files = positionals.length > 0 ? positionals : ['propert']
const end = performance.now() + 60_000 * minutes
let runs = 0
while (performance.now() < end) {
  const seed = String((Math.random() * 2 ** 31) | 0)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...files], {
    env: { ...process.env, FUZZ_SEED: seed },
    encoding: 'utf8'
  })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}\nfailed with FUZZ_SEED=${seed}; ${runs} seeds before it passed\n`)
    process.exit(1)
  }
  runs++
  process.stderr.write(`${runs} seeds, the last ${seed}\n`)
}
