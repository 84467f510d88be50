// npm run demo: a few log lines through the CLI. The tokens are put together here, so that no file holds one.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const token = `gh${'p_'}${'Zk3'.repeat(12)}`
const lines = [
  '{"level":30,"msg":"service started","port":8080}',
  `{"level":50,"msg":"clone failed","authorization":"Bearer ${token}"}`,
  `level=warn msg="retrying" password=${'hunter'.concat('2-', 'x9Qf7')}`
]
const cli = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
const input = `${lines.join('\n')}\n`
console.log(`in:\n${input}\nout:`)
const { status } = spawnSync(process.execPath, [cli, 'redact'], { input, stdio: ['pipe', 'inherit', 'inherit'] })
process.exitCode = status ?? 1
