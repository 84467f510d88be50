// What redacting OTLP requests costs: `node bench/otlp-codec.ts`. Records are generated log lines with a few attributes; each case asserts
// its findings, so that a fast wrong answer fails. CPU time of one thread.

import { requests } from '../src/codecs/otlp-schema.ts'
import { survey } from '../src/codecs/otlp-wire.ts'
import { createRedactors } from '../src/index.ts'
import { generateLog } from './corpus.ts'

const megabytes = 4
const seconds = 1
const secret = `glpat-${'Zx8Kq2Lw9'.repeat(3).slice(0, 20)}`

const lines = generateLog(megabytes << 19)
  .toString()
  .split('\n')
const redactors = createRedactors()

for (const share of [0, 0.01]) {
  const texts = lines.map((line, i) => (share > 0 && i % Math.round(1 / share) === 0 ? `${line} ${secret}` : line))
  const planted = texts.filter((text) => text.includes(secret)).length
  for (const format of ['otlp-proto', 'otlp-json'] as const) {
    const body = format === 'otlp-proto' ? protoOf(texts) : jsonOf(texts)
    const redactor = redactors.otlp({ format, signal: 'logs' })
    const { findings, records } = redactor.redact(body)
    const found = findings.filter(({ length }) => length === secret.length).length
    if (found !== planted || records !== texts.length) throw new Error(`${found} findings instead of ${planted}`)
    measure(`redact ${format}, ${share * 100} % of records with a secret`, body, (bytes) => redactor.redact(bytes))
    if (format === 'otlp-proto' && share === 0)
      measure('wire walk alone', body, (bytes) => survey(bytes, requests.logs))
  }
}

function measure(name: string, body: Uint8Array, run: (bytes: Uint8Array) => unknown): void {
  // Another object each time: what is known of one is not asked again.
  const fresh = () => new Uint8Array(body.buffer, body.byteOffset, body.length)
  run(fresh())
  const start = process.cpuUsage().user
  let rounds = 0
  for (; process.cpuUsage().user - start < seconds * 1e6; rounds++) run(fresh())
  const rate = (rounds * body.length) / (process.cpuUsage().user - start)
  console.log(`${name}: ${rate.toFixed(0)} MB/s`)
}

function jsonOf(texts: readonly string[]): Uint8Array {
  const attributes = [
    { key: 'http.route', value: { stringValue: '/cart/:id' } },
    { key: 'http.status', value: { intValue: '200' } }
  ]
  const logRecords = texts.map((stringValue) => ({
    timeUnixNano: '1764000000123456789',
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue },
    attributes
  }))
  return Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))
}

function protoOf(texts: readonly string[]): Uint8Array {
  const attribute = (key: string, value: Uint8Array) => field(6, field(1, Buffer.from(key)), field(2, value))
  const attributes = Buffer.concat([
    attribute('http.route', field(1, Buffer.from('/cart/:id'))),
    attribute('http.status', Uint8Array.of(0x18, 0xc8, 1))
  ])
  const head = Buffer.concat([Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 0x10, 9), field(3, Buffer.from('INFO'))])
  const records = texts.map((text) => field(2, head, field(5, field(1, Buffer.from(text))), attributes))
  return field(1, field(2, ...records))
}

function field(number: number, ...content: Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(content)
  const length: number[] = []
  for (let rest = bytes.length; length.length === 0 || rest > 0; rest >>>= 7)
    length.push((rest & 127) | (rest > 127 ? 128 : 0))
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...length), bytes])
}
