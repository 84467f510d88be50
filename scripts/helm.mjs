// Builds Helm for test/deploy/helm.test.ts. Needs Go; takes five minutes at the first time.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = 'v3.22.0'
const directory = fileURLToPath(new URL('../node_modules/.cache/logveil', import.meta.url))
mkdirSync(directory, { recursive: true })
// Go checks what it fetches against the sums that everybody sees.
const { status, error } = spawnSync(
  'go',
  ['install', '-trimpath', '-ldflags=-s -w', `helm.sh/helm/v3/cmd/helm@${version}`],
  {
    env: { ...process.env, GOBIN: directory, CGO_ENABLED: '0' },
    stdio: 'inherit'
  }
)
if (error !== undefined) console.error(`helm: cannot run go (${error.code}): install Go 1.26 or later`)
else if (status === 0) console.log(`helm: ${join(directory, 'helm')}`)
process.exitCode = status ?? 1
