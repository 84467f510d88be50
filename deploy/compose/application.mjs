// An application that logs secrets, for compose.yaml: over OTLP to OTLP_URL, and as lines to the topic `logs` of KAFKA_BROKERS. It makes them up
// while it runs: GitHub's form and checksum, and what else is random; they open nothing.
import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { Kafka, logLevel } from 'kafkajs'

const { OTLP_URL = 'http://127.0.0.1:4318', KAFKA_BROKERS = '', INTERVAL_MS = '1000' } = process.env
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const few = [githubToken(), githubToken(), githubToken()]
const producer = KAFKA_BROKERS === '' ? null : kafka(KAFKA_BROKERS).producer()
let ending = false
for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, () => {
    ending = true
  })

await producer?.connect()
while (!ending) {
  const lines = [`order ${randomInt(1e6)} paid`, `GET /v1/orders/${randomInt(1e6)} 200`, leak()]
  const sent = await Promise.allSettled([
    overOtlp(lines),
    producer?.send({ topic: 'logs', messages: lines.map(value) })
  ])
  for (const { reason } of sent)
    if (reason !== undefined) console.error(`not sent: ${reason.cause?.code ?? reason.name}`)
  await sleep(Number(INTERVAL_MS))
}
await producer?.disconnect()

function leak() {
  const token = few[randomInt(few.length)]
  const password = randomBytes(9).toString('base64url')
  return [
    `clone failed: https://x-access-token:${token}@github.com/acme/shop`,
    `{"level":50,"msg":"upstream refused","headers":{"authorization":"Bearer ${token}"}}`,
    `could not connect to postgres://shop:${password}@db.internal:5432/shop`
  ][randomInt(3)]
}

function githubToken() {
  const body = Array.from({ length: 30 }, () => base62[randomInt(62)]).join('')
  let [checksum, rest] = ['', crc32(body)]
  while (checksum.length < 6) [checksum, rest] = [base62[rest % 62] + checksum, Math.floor(rest / 62)]
  return `ghp_${body}${checksum}`
}

function value(line) {
  return { value: line }
}

async function overOtlp(lines) {
  const timeUnixNano = `${Date.now()}000000`
  const logRecords = lines.map((stringValue) => ({ timeUnixNano, severityText: 'INFO', body: { stringValue } }))
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }]
  const response = await fetch(`${OTLP_URL}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] })
  })
  await response.text()
  if (!response.ok) throw new Error(`${response.status}`)
}

function kafka(brokers) {
  return new Kafka({ clientId: 'application', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
}
