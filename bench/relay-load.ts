import { readFileSync } from 'node:fs'
import { otlpToProto } from '../src/codecs/otlp-to-proto.ts'
import type { Envelope, Sink } from '../src/model.ts'
import { expand } from '../src/scan/template.ts'

export interface Figures {
  readonly recordsPerSecond: number
  /** Records for a second of the relay's processor time; 0 without a relay. */
  readonly recordsPerCpuSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Median while it ran, and the highest since the process began. */
  readonly rssBytes: number
  readonly peakRssBytes: number
}

export interface Batch {
  readonly payload: Uint8Array
  /** Secrets planted. */
  readonly secrets: number
}

export const recordsInBatch = 512

/** Batches of log records as services write them, with a secret in this share of the records. Seeded: always the same. */
export function makeBatches(share: number, count = 16): Batch[] {
  let planted = 0
  let index = 0
  return Array.from({ length: count }, () => {
    const before = planted
    const logRecords = Array.from({ length: recordsInBatch }, () => {
      const dirty = Math.floor((index + 1) * share) > planted
      if (dirty) planted++
      return recordOf(index++, dirty ? ` token=${expand('ghp_{{base62:30}}{{crc32-base62}}', index).text}` : '')
    })
    const attributes = [attribute('service.name', 'checkout'), attribute('host.name', 'node-7.internal')]
    const json = JSON.stringify({
      resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope: { name: 'app' }, logRecords }] }]
    })
    return { payload: otlpToProto(Buffer.from(json), 'logs'), secrets: planted - before }
  })
}

function recordOf(index: number, tail: string): object {
  const path = ['/api/orders', '/api/carts/items', '/healthz', '/api/users/profile'][index % 4]
  return {
    timeUnixNano: String(1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n),
    severityNumber: 9,
    severityText: 'INFO',
    body: {
      stringValue: `GET ${path}/${index} HTTP/1.1 200 ${index % 977} bytes in ${index % 89} ms for user ${index % 5003}${tail}`
    },
    attributes: [
      attribute('http.route', path),
      attribute('http.response.status_code', '200'),
      attribute('client.address', `10.1.${index % 200}.${index % 250}`),
      attribute('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36')
    ],
    traceId: (BigInt(index) * 0x9e3779b97f4a7c15n + 0x1234567890abcdefn).toString(16).padStart(32, '0').slice(-32),
    spanId: (BigInt(index) * 0x9e3779b97f4a7c15n).toString(16).padStart(16, '0').slice(-16)
  }
}

function attribute(key: string, stringValue: string): object {
  return { key, value: { stringValue } }
}

/** Sends batches for so long, `inFlight` at a time. `pid` is the relay's process; null: there is none. */
export async function load(
  sink: Sink,
  batches: readonly Batch[],
  ms: number,
  inFlight: number,
  pid: number | null
): Promise<Figures> {
  const latencies: number[] = []
  const begin = performance.now()
  const cpu = cpuSeconds(pid)
  let next = 0
  async function sender(): Promise<void> {
    while (performance.now() - begin < ms) {
      const { payload } = batches[next++ % batches.length]
      const at = performance.now()
      await sink.write(envelopeOf(payload))
      latencies.push(performance.now() - at)
    }
  }
  const sizes: number[] = []
  const sampling = setInterval(() => sizes.push(rss(pid, 'VmRSS')), 100)
  await Promise.all(Array.from({ length: inFlight }, sender))
  clearInterval(sampling)
  sizes.sort((a, b) => a - b)
  const seconds = (performance.now() - begin) / 1000
  const records = latencies.length * recordsInBatch
  latencies.sort((a, b) => a - b)
  const spent = cpuSeconds(pid) - cpu
  return {
    recordsPerSecond: records / seconds,
    recordsPerCpuSecond: spent === 0 ? 0 : records / spent,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)],
    p99Ms: latencies[Math.floor(latencies.length * 0.99)],
    rssBytes: sizes[Math.floor(sizes.length / 2)] ?? 0,
    peakRssBytes: rss(pid, 'VmHWM')
  }
}

export function envelopeOf(payload: Uint8Array): Envelope {
  const deadline = performance.now() + 10_000
  return { payload, format: 'otlp-proto', signal: 'logs', encoded: null, deadline, stream: null }
}

/** User and system time of a process; its fields 14 and 15, in hundredths. */
function cpuSeconds(pid: number | null): number {
  if (pid === null) return 0
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function rss(pid: number | null, which: 'VmRSS' | 'VmHWM'): number {
  if (pid === null) return 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) * 1024
}
