// Everything at once: numbered lines with planted secrets through rotation by rename and by copytruncate, kill -9 of logveil at random
// moments, and a backend that fails and is slow. Every line arrives at least once and in order, no secret does.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { createSearch } from '../canary-search.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { startDaemon } from './daemon.ts'
import { startHttpDownstream } from './http-downstream.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

/** At least; until then it is killed so often, and files are rotated so often, however slow the machine is. */
const writeForMs = 14_000
const rotateEveryMs = 900
const leastKills = 5
const files = ['renamed', 'emptied', 'plain', 'container'] as const
/** Of planted secrets. */
const kinds = 12

const secrets = Object.fromEntries([
  ...Array.from({ length: kinds }, (_, i) => [
    `token ${i}`,
    expand(`[[${i % 2 === 0 ? 'ghp_{{base62:30}}{{crc32-base62}}' : '{{base62:24}}'}]]`, 91 + i).text
  ]),
  ...Array.from({ length: 5 }, (_, i) => [`key line ${i}`, expand('{{base64:64}}', 50 + i).text])
])
const values = Object.values(secrets)
const key = values.slice(kinds)
const secretsIn = createSearch(secrets)

const at = '2026-11-25T10:00:00.123456789Z'

/** As a container runtime writes it: a line with a secret is cut within that, and the other stream writes in between. */
function framed(text: string): string {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, i) => {
      const cut = line.includes('password=') ? line.length - 11 : 0
      const parts = cut === 0 ? [`F ${line}`] : [`P ${line.slice(0, cut)}`, `F ${line.slice(cut)}`]
      return parts.map((part) => `${at} stdout ${part}\n`).join(`${at} stderr F noise ${i}\n`)
    })
    .join('')
}

/** Numbered lines; now and then with a token, or followed by a private key on lines of its own. */
function textOf(file: string, number: number): string {
  return file === 'container' ? framed(linesOf(file, number)) : linesOf(file, number)
}

function linesOf(file: string, number: number): string {
  const line = `${file} ${String(number).padStart(7, '0')}`
  const i = number % 40
  if (i === 39)
    return `${line}\n-----BEGIN RSA PRIVATE ${'KEY'}-----\n${key.join('\n')}\n-----END RSA PRIVATE ${'KEY'}-----\n`
  return i < kinds ? `${line} password=${values[i]}\n` : `${line} ${'.'.repeat(number % 300)}\n`
}

/** `log.4` becomes `log.5` and so on. */
function shift(file: string): void {
  for (let i = 300; i > 0; i--) if (existsSync(`${file}.${i}`)) renameSync(`${file}.${i}`, `${file}.${i + 1}`)
}

const rotations: Record<(typeof files)[number], (file: string) => void> = {
  renamed(file) {
    shift(file)
    renameSync(file, `${file}.1`)
  },
  emptied(file) {
    shift(file)
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
  },
  plain() {},
  container: (file) => rotations.renamed(file)
}

test('every line at least once, in order, without its secrets', { timeout: 360_000 }, async () => {
  const logs = path('logs')
  mkdirSync(logs)
  const backend = await startHttpDownstream()
  const taken: string[] = []
  const seen = new Map(files.map((file) => [file, createCount(file)]))
  let healthy = false
  backend.answers(({ body }) => {
    const chance = healthy ? 1 : Math.random()
    if (chance < 0.15) return { status: 503 }
    if (chance < 0.18) return { status: 401 }
    taken.push(body.toString('latin1'))
    for (const count of seen.values()) count.take(taken[taken.length - 1])
    return { delayMs: chance < 0.25 ? 700 : chance < 0.6 ? 20 : 0 }
  })
  const config = {
    admin: null,
    pipelines: [
      {
        name: 'soak',
        source: {
          type: 'files',
          include: [join(logs, '*.log')],
          stateDirectory: path('state'),
          inFlight: 4,
          batchBytes: 16_384
        },
        sinks: [{ type: 'otlp', url: backend.url.href, timeoutMs: 500, retry: { initialMs: 10, maxMs: 50 } }]
      }
    ]
  }

  const counts = { renamed: 0, emptied: 0, plain: 0, container: 0 }
  let writing = true
  // What was rotated away before the very first start is nobody's.
  for (const file of files) appendFileSync(join(logs, `${file}.log`), textOf(file, counts[file]++))
  let daemon = await startDaemon(config)
  async function write(): Promise<void> {
    let rotate = performance.now() + rotateEveryMs
    for (const end = performance.now() + writeForMs; performance.now() < end || kills < leastKills; await sleep(10)) {
      for (const file of files) {
        const lines = Array.from({ length: 1 + Math.floor(Math.random() * 30) }, () => textOf(file, counts[file]++))
        appendFileSync(join(logs, `${file}.log`), lines.join(''))
      }
      if (performance.now() < rotate) continue
      for (const file of files) rotations[file](join(logs, `${file}.log`))
      rotate = performance.now() + rotateEveryMs * (0.5 + Math.random())
    }
    writing = false
  }

  let kills = 0
  async function killAgainAndAgain(): Promise<void> {
    for (;;) {
      await sleep(200 + Math.random() * 1300)
      if (!writing) return
      daemon.child.kill('SIGKILL')
      await daemon.ended
      kills++
      daemon = await startDaemon(config)
    }
  }

  await Promise.all([killAgainAndAgain(), write()])
  healthy = true
  const missing = () => files.map((file) => [file, seen.get(file)?.missing(counts[file])])
  await expect.poll(missing, { timeout: 180_000, interval: 100 }).toEqual(files.map((file) => [file, []]))
  const log = JSON.stringify(daemon.log())
  expect(await daemon.stop()).toBe(0)
  await backend.close()

  for (const file of files) expect([file, seen.get(file)?.outOfOrder.slice(0, 20)]).toEqual([file, []])
  expect(kills).toBeGreaterThanOrEqual(leastKills)
  const state = readdirSync(path('state')).map((name) => readFileSync(join(path('state'), name), 'latin1'))
  for (const text of [...taken, ...state, log]) expect(secretsIn(text)).toEqual([])
})

/** Which numbers of a file did not arrive, and which did for the first time after a higher one. */
function createCount(file: string) {
  const seen = new Set<number>()
  const outOfOrder: number[] = []
  let highest = -1
  return {
    outOfOrder,
    take(body: string): void {
      for (const [, digits] of body.matchAll(new RegExp(`${file} (\\d{7})`, 'g'))) {
        const number = Number(digits)
        if (!seen.has(number) && number < highest) outOfOrder.push(number)
        seen.add(number)
        highest = Math.max(highest, number)
      }
    },
    /** The first of them, of so many that were written. */
    missing(written: number): number[] {
      if (seen.size === written) return []
      return Array.from({ length: written }, (_, i) => i)
        .filter((number) => !seen.has(number))
        .slice(0, 20)
    }
  }
}
