// node bench/relay.ts [--seconds N] [--rounds N] [--protocol http|grpc] [--json FILE]: the relay beside bare ones, in the same run. See README.md. Needs `npm run build`.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Sink } from '../src/model.ts'
import { createOtlpGrpcSink } from '../src/sinks/otlp-grpc.ts'
import { createOtlpHttpSink } from '../src/sinks/otlp-http.ts'
import { withRetry } from '../src/sinks/retry.ts'
import { type Batch, envelopeOf, type Figures, load, makeBatches } from './relay-load.ts'
import type { Role } from './relay-peers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '1' },
    protocol: { type: 'string', multiple: true, default: ['http', 'grpc'] },
    json: { type: 'string' }
  }
})
const ms = Number(values.seconds) * 1000
const inFlight = 8
const shares = [0, 0.01, 0.1]
/** From a disk a batch comes later than its answer, behind all that wait there. */
const verifyMs = 20_000

type Protocol = 'http' | 'grpc'

interface Started {
  readonly child: ChildProcess
  readonly port: number
}

const children: ChildProcess[] = []
const directories: string[] = []
const rows: Row[] = []
try {
  for (const protocol of ['http', 'grpc'] as const) if (values.protocol.includes(protocol)) await compare(protocol)
} finally {
  for (const child of children) child.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true })
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`)

async function compare(protocol: Protocol): Promise<void> {
  const before = rows.length
  const backend = await startPeer(`${protocol}-backend`)
  const bare = await startPeer(
    `${protocol}-relay`,
    protocol === 'http' ? `http://127.0.0.1:${backend.port}` : `127.0.0.1:${backend.port}`
  )
  const own = await startLogveil(protocol, backend.port)
  const stored = await startLogveil(protocol, backend.port, { inFlight })
  const batches = shares.map((share) => makeBatches(share))
  console.log(`\n${protocol}: batches of 512 records, ${batches[0][0].payload.length} bytes, ${inFlight} in flight`)
  const toBackend = sinkTo(protocol, backend.port)
  const toBare = sinkTo(protocol, bare.port)
  const toOwn = sinkTo(protocol, own.port)
  const toStored = sinkTo(protocol, stored.port)
  // Cases take turns, so that a busy machine slows all of them; of several rounds, the medians.
  for (let round = 0; round <= Number(values.rounds); round++) {
    const measured = round > 0
    const duration = measured ? ms : 1000
    const direct = await load(toBackend, batches[0], duration, 1, null)
    const reference = await load(toBare, batches[0], duration, inFlight, bare.child.pid ?? null)
    const bareAlone = await load(toBare, batches[0], duration / 2, 1, null)
    if (measured) note(`bare ${protocol} relay`, reference, reference, bareAlone, direct)
    for (const [i, share] of shares.entries()) {
      const figures = await load(toOwn, batches[i], duration, inFlight, own.child.pid ?? null)
      const alone = await load(toOwn, batches[i], duration / 2, 1, null)
      if (measured) note(`logveil, ${share * 100} % dirty`, figures, reference, alone, direct)
      await verify(protocol, toOwn, backend.port, batches[i][1])
    }
    const figures = await load(toStored, batches[0], duration, inFlight, stored.child.pid ?? null)
    const alone = await load(toStored, batches[0], duration / 2, 1, null)
    if (measured) note('logveil, durable', figures, reference, alone, direct)
    await verify(protocol, toStored, backend.port, batches[0][1])
  }
  show(rows.slice(before))
  for (const sink of [toBackend, toBare, toOwn, toStored]) await sink.close()
}

interface Row {
  readonly name: string
  readonly [figure: string]: number | string
}

function note(name: string, figures: Figures, reference: Figures, alone: Figures, direct: Figures): void {
  rows.push({
    name,
    recordsPerSecond: Math.round(figures.recordsPerSecond),
    ofBare: Number((figures.recordsPerSecond / reference.recordsPerSecond).toFixed(2)),
    recordsPerCpuSecond: Math.round(figures.recordsPerCpuSecond),
    cpuOfBare: Number((figures.recordsPerCpuSecond / reference.recordsPerCpuSecond).toFixed(2)),
    addedP50Ms: Number((alone.p50Ms - direct.p50Ms).toFixed(2)),
    addedP99Ms: Number((alone.p99Ms - direct.p99Ms).toFixed(2)),
    rssMB: Math.round(figures.rssBytes / 1e6),
    peakRssMB: Math.round(figures.peakRssBytes / 1e6)
  })
}

function show(own: readonly Row[]): void {
  console.log(['', ...Object.keys(own[0]).slice(1)].map((title, i) => cell(title, i)).join(' '))
  for (const name of new Set(own.map((row) => row.name))) {
    const same = own.filter((row) => row.name === name)
    const medians = Object.keys(same[0]).map((figure) =>
      figure === 'name' ? name : median(same.map((row) => Number(row[figure])))
    )
    console.log(medians.map((value, i) => cell(String(value), i)).join(' '))
  }
}

function cell(text: string, column: number): string {
  return column === 0 ? text.padEnd(22) : text.padStart(19)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

/** A fast wrong answer fails: a clean batch arrives as it was, a dirty one with as many placeholders as secrets were planted. */
async function verify(protocol: Protocol, sink: Sink, backend: number, batch: Batch): Promise<void> {
  await sink.write(envelopeOf(batch.payload))
  for (const end = performance.now() + verifyMs; performance.now() < end; ) {
    if (isRight(await lastOf(protocol, backend), batch)) return
  }
  throw new Error('the backend did not get the batch, or not as it should be')
}

function isRight(arrived: Buffer, { payload, secrets }: Batch): boolean {
  const found = arrived.toString('latin1').split('[REDACTED:github-pat-classic]').length - 1
  return found === secrets && (secrets > 0 || arrived.equals(payload))
}

async function lastOf(protocol: Protocol, port: number): Promise<Buffer> {
  if (protocol === 'http') return Buffer.from(await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer())
  const { connect } = await import('node:http2')
  const session = connect(`http://127.0.0.1:${port}`)
  const stream = session.request({ ':method': 'POST', ':path': '/' })
  stream.end()
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  session.close()
  return Buffer.concat(chunks).subarray(5)
}

function sinkTo(protocol: Protocol, port: number): Sink {
  const options = {
    name: protocol,
    url: new URL(`${protocol}://127.0.0.1:${port}`),
    headers: {},
    tls: { caFile: null, certFile: null, keyFile: null },
    compression: 'identity' as const,
    scrub: (text: string) => text
  }
  // A bare server ends connections that rest between two cases.
  const bare =
    protocol === 'http'
      ? createOtlpHttpSink(options)
      : createOtlpGrpcSink({ ...options, toProto: () => new Uint8Array(0) })
  return withRetry(bare, { initialMs: 1, maxMs: 10, onRetry() {} })
}

async function startPeer(role: Role, downstream = ''): Promise<Started> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./relay-peers.ts', import.meta.url)), role, downstream])
  children.push(child)
  child.stderr?.pipe(process.stderr)
  for await (const line of createInterface(child.stdout as NodeJS.ReadableStream)) return { child, port: Number(line) }
  throw new Error(`${role} did not start`)
}

async function startLogveil(protocol: Protocol, backend: number, durable: object | null = null): Promise<Started> {
  const directory = mkdtempSync(join(tmpdir(), 'logveil-bench-'))
  directories.push(directory)
  const file = join(directory, 'logveil.yaml')
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: '127.0.0.1:0' }
  const sinks = [{ type: 'otlp', url: `${protocol}://127.0.0.1:${backend}` }]
  const more = durable === null ? {} : { durable: { directory: join(directory, 'queue'), ...durable } }
  writeFileSync(file, JSON.stringify({ admin: null, pipelines: [{ name: 'bench', source, sinks, ...more }] }))
  const main = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
  const child = spawn(process.execPath, [main, 'run', '--config', file])
  children.push(child)
  for await (const line of createInterface(child.stderr as NodeJS.ReadableStream)) {
    const { msg, ports } = JSON.parse(line)
    if (msg === 'started') return { child, port: ports[`bench/${protocol}`] }
    console.error(line)
  }
  throw new Error('logveil did not start')
}
