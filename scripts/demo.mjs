// npm run demo: log lines in several formats go through the CLI; what comes out, and what was found, is shown. Fails when a planted secret is
// still there. The secrets are put together here from prefixes and seeded random characters, so that no file holds one.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { crc32 } from 'node:zlib'

const digits = '0123456789'
const lower = 'abcdefghijklmnopqrstuvwxyz'
const base62 = `${digits}${lower.toUpperCase()}${lower}`
const random = seeded(7)
const placeholder = /\[(?:REDACTED|WITHHELD)[^\]]*\]/g

const planted = []
const github = plant(githubToken())
const accessKey = plant(`AKIA${text('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`)
const secretKey = plant(text(`${base62}+/`, 40))
const slack = plant(`xoxb-${text(digits, 12)}-${text(digits, 12)}-${text(base62, 24)}`)
const stripe = plant(`sk_live_${text(base62, 24)}`)
const jwt = plant(
  `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: '1234', exp: 1999999999 })}.${text(base62, 43)}`
)
const gitlab = plant(`glpat-${text(base62, 20)}`)
const session = plant(text(base62, 40))
const databasePassword = plant(`${text(lower, 5)}#${text(base62, 9)}`)
const password = plant(`${text(lower, 6)}-${text(digits, 3)}^${text(base62, 6)}`)
const keyLines = [1, 2, 3].map(() => plant(text(`${base62}+/`, 64)))

const lines = [
  '{"level":30,"time":1761998400000,"msg":"service started","port":8080}',
  `{"level":50,"msg":"clone failed","req":{"headers":{"authorization":"Bearer ${github}"}}}`,
  `{"level":40,"msg":"upstream said {\\"error\\":\\"denied\\",\\"api_token\\":\\"${gitlab}\\"}"}`,
  `level=warn ts=2025-11-01T12:00:00Z msg="login failed" user=ada password="${password}" attempt=3`,
  `203.0.113.9 - - [01/Nov/2025:12:00:01 +0000] "GET /v1/items?page=2&access_token=${session}&sort=asc HTTP/1.1" 200 512`,
  `2025-11-01 12:00:02,101 ERROR [pool-1] o.h.Connection - postgres://app:${databasePassword}@db.internal:5432/orders timed out`,
  `AWS_ACCESS_KEY_ID=${accessKey} AWS_SECRET_ACCESS_KEY=${secretKey} AWS_REGION=eu-central-1`,
  `WARN django.request {'user': 'ada', 'jwt': '${jwt}'}`,
  `curl -sS -H 'Authorization: Bearer ${slack}' https://slack.com/api/chat.postMessage`,
  `time="2025-11-01T12:00:03Z" level=error msg="charge failed" url="https://api.stripe.com/v1/charges" key=${stripe}, retrying`,
  `${'-'.repeat(5)}BEGIN RSA PRIVATE KEY${'-'.repeat(5)}`,
  ...keyLines,
  `${'-'.repeat(5)}END RSA PRIVATE KEY${'-'.repeat(5)}`,
  'commit 6f1c2b7 deployed, password policy unchanged, token=[FILTERED]'
]

const directory = mkdtempSync(join(tmpdir(), 'logveil-demo-'))
try {
  const { output, findings } = redact(lines)
  showLines(lines, output)
  showFindings(findings)
  process.exitCode = verdict(output, findings)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

function redact(lines) {
  const cli = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
  const report = join(directory, 'findings.jsonl')
  const options = { input: `${lines.join('\n')}\n`, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] }
  const { status, stdout } = spawnSync(process.execPath, [cli, 'redact', '--findings', report], options)
  if (status !== 0) throw new Error(`logveil redact ended with ${status}`)
  const findings = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  return { output: stdout.split('\n').slice(0, -1), findings }
}

function showLines(before, after) {
  for (const [i, line] of before.entries()) {
    const out = after[i] ?? ''
    if (line === out) console.log(paint('dim', `  ${line}`))
    else
      console.log(
        `${paint('red', `- ${line}`)}\n${paint('green', '+')} ${out.replace(placeholder, (mark) => paint('green', mark))}`
      )
  }
}

function showFindings(findings) {
  const rows = findings.map(({ line, detector, confidence, severity, path }) => [
    String(line),
    detector,
    confidence,
    severity,
    path
  ])
  const table = [['line', 'detector', 'confidence', 'severity', 'field'], ...rows]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  console.log()
  table.forEach((row, i) => {
    const text = row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd()
    console.log(i === 0 ? paint('bold', text) : text)
  })
}

function verdict(output, findings) {
  const survivors = planted.filter((secret) => parts(secret).some((part) => output.some((line) => line.includes(part))))
  const places = survivors.map((secret) => lines.findIndex((line) => line.includes(secret)) + 1)
  console.log()
  if (survivors.length > 0)
    console.log(paint('red', `${survivors.length} of ${planted.length} secrets survived, in line ${places.join(', ')}`))
  else if (output.length !== lines.length)
    console.log(paint('red', `${lines.length} lines went in, ${output.length} came out`))
  else {
    console.log(
      paint(
        'green',
        `${planted.length} secrets planted, none left; ${findings.length} findings, ${lines.length} lines in and out`
      )
    )
    return 0
  }
  return 1
}

/** Every eight characters in a row: what is left of a secret must be less. */
function parts(secret) {
  return Array.from({ length: secret.length - 7 }, (_, i) => secret.slice(i, i + 8))
}

function paint(style, text) {
  return styleText(style, text, { stream: process.stdout })
}

function plant(secret) {
  planted.push(secret)
  return secret
}

function text(alphabet, length) {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
}

/** `ghp_`, 30 characters and their CRC-32 in base 62. */
function githubToken() {
  const body = text(base62, 30)
  let sum = ''
  for (let rest = crc32(body); sum.length < 6; rest = Math.floor(rest / 62)) sum = base62[rest % 62] + sum
  return `ghp_${body}${sum}`
}

function base64url(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** mulberry32: numbers from 0 to 1, the same in every run. */
function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
