// Builds an OpenTelemetry Collector of OTLP in and OTLP out, for test/e2e/collector.test.ts. Needs Go; takes two minutes at the first time.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = join(root, 'node_modules/.cache/logveil')
mkdirSync(directory, { recursive: true })
const output = join(directory, 'collector')
const flags = ['build', '-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', output, '.']
const { status, error } = spawnSync('go', flags, { cwd: join(root, 'test/e2e/collector'), stdio: 'inherit' })
if (error !== undefined) console.error(`collector: cannot run go (${error.code}): install Go 1.26 or later`)
else if (status === 0) console.log(`collector: ${output}`)
process.exitCode = status ?? 1
