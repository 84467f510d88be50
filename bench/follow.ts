// node bench/follow.ts [--files N] [--mb N] [--idle SECONDS] [--cri] [--json FILE]: `logveil follow` over many files. See README.md. Needs `npm run build`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs, styleText } from 'node:util'
import { loadCorpus } from './corpus.ts'
import { plant } from './plant.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    mb: { type: 'string', default: '400' },
    idle: { type: 'string', default: '10' },
    cri: { type: 'boolean', default: false },
    json: { type: 'string' }
  }
})
const command = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
const files = Number(values.files)
const share = 0.001
/** Longest wait for what was written to arrive. */
const patienceMs = 60_000
const directory = mkdtempSync(join(tmpdir(), 'logveil-bench-'))
const out = join(directory, 'out.log')
const logs = Array.from({ length: files }, (_, i) => join(directory, 'logs', `${i}.log`))
const mistakes: string[] = []

mkdirSync(join(directory, 'logs'))
for (const log of logs) writeFileSync(log, '')
const follow = ['follow', join(directory, 'logs', '*.log'), '--out', out, '--state', join(directory, 'state')]
const child = spawn(process.execPath, [command, ...follow], { stdio: ['ignore', 'ignore', 'pipe'] })
child.stderr.on('data', (text: Buffer) => {
  if (/"level":"?(error|50)/.test(String(text))) mistakes.push(String(text).trim())
})
const pid = child.pid as number
try {
  await once(child.stderr, 'data')
  // What a start costs, and collecting it, is over.
  await sleep(8000)
  const idle = await idleShare(Number(values.idle))
  const through = await throughput()
  const latency = await latencies(300)
  const rssMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  const figures = {
    files,
    format: values.cri ? 'cri' : 'plain',
    idlePercent: 100 * idle,
    ...through,
    latency,
    rssMb,
    mistakes
  }
  print(figures)
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ node: process.version, ...figures }, null, 2)}\n`)
} finally {
  child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
}
process.exitCode = mistakes.length === 0 ? 0 : 1

/** Seconds of processor time so far. */
function cpu(): number {
  const parts = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(parts[11]) + Number(parts[12])) / 100
}

async function idleShare(seconds: number): Promise<number> {
  const before = cpu()
  await sleep(seconds * 1000)
  return (cpu() - before) / seconds
}

/** Real log lines, one of a thousand with a secret, as many to every file, as fast as they can be written. */
async function throughput() {
  const { bytes, lines, secrets } = lay(plant(loadCorpus(20_000_000).bytes, share))
  const each = Math.ceil((Number(values.mb) * 1e6) / files)
  const parts = cutLines(bytes, each)
  const begin = performance.now()
  const cpuBefore = cpu()
  let written = 0
  let count = 0
  for (const [i, log] of logs.entries()) {
    const { text, newlines } = parts[i % parts.length]
    appendFileSync(log, text)
    written += text.length
    count += newlines
  }
  const seen = await arrive(count)
  const seconds = (performance.now() - begin) / 1000
  if (seen.lines !== count) mistakes.push(`${count} lines were written, ${seen.lines} arrived`)
  const text = readFileSync(out, 'latin1')
  if (secrets.some((secret) => text.includes(secret))) mistakes.push('a secret arrived')
  if (!text.includes('[REDACTED:')) mistakes.push('nothing was redacted')
  return {
    mb: written / 1e6,
    lines,
    mbPerSecond: written / 1e6 / seconds,
    mbPerCpuSecond: written / 1e6 / (cpu() - cpuBefore)
  }
}

function lay({ bytes, secrets, lines }: ReturnType<typeof plant>) {
  const texts = secrets.map(([start, end]) => bytes.toString('latin1', start, end))
  if (!values.cri) return { bytes, lines, secrets: texts }
  const framed = bytes.toString('latin1').replace(/^(?=.)/gm, '2026-11-25T10:00:00.123456789Z stdout F ')
  return { bytes: Buffer.from(framed, 'latin1'), lines, secrets: texts }
}

function cutLines(bytes: Buffer, each: number) {
  const parts: { text: Buffer; newlines: number }[] = []
  for (let at = 0; at + each < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at + each) + 1
    const text = bytes.subarray(at, end)
    parts.push({ text, newlines: text.toString('latin1').split('\n').length - 1 })
    at = end
  }
  return parts
}

/** Waits until so many lines are in the output. */
async function arrive(count: number): Promise<{ lines: number }> {
  const fd = openSync(out, 'a+')
  const buffer = Buffer.alloc(1 << 20)
  let at = 0
  let lines = 0
  for (const end = performance.now() + patienceMs; lines < count && performance.now() < end; ) {
    const length = at < fstatSync(fd).size ? readSync(fd, buffer, 0, buffer.length, at) : 0
    for (let i = buffer.indexOf(0x0a); i >= 0 && i < length; i = buffer.indexOf(0x0a, i + 1)) lines++
    at += length
    if (length === 0) await sleep(5)
  }
  closeSync(fd)
  return { lines }
}

/** Milliseconds from writing a line to one of the files until it stands in the output. */
async function latencies(lines: number) {
  const fd = openSync(out, 'r')
  const found: number[] = []
  for (let i = 0; i < lines; i++) {
    await sleep(10 + Math.random() * 20)
    const from = fstatSync(fd).size
    const begin = performance.now()
    appendFileSync(
      logs[(i * 7919) % files],
      `${values.cri ? '2026-11-25T10:00:00.123456789Z stdout F ' : ''}line ${i}\n`
    )
    while (fstatSync(fd).size === from && performance.now() - begin < patienceMs)
      await new Promise((resolve) => setImmediate(resolve))
    found.push(performance.now() - begin)
  }
  closeSync(fd)
  found.sort((a, b) => a - b)
  return { p50: found[found.length >> 1], p99: found[Math.floor(found.length * 0.99)], max: found[found.length - 1] }
}

function print(figures: Record<string, unknown> & { latency: Record<string, number> }): void {
  const { idlePercent, mbPerSecond, mbPerCpuSecond, rssMb, latency, format, mb } = figures
  const f = (value: unknown) => (value as number).toFixed(2)
  console.log(
    `follow: ${files} files, ${format}, ${f(mb)} MB: ${f(mbPerSecond)} MB/s, ${f(mbPerCpuSecond)} MB a second of processor time; idle ${f(idlePercent)} %; peak RSS ${f(rssMb)} MB`
  )
  console.log(`  from write to output: p50 ${f(latency.p50)}, p99 ${f(latency.p99)}, max ${f(latency.max)} ms`)
  for (const mistake of mistakes) console.log(styleText('red', `  WRONG: ${mistake}`))
}
