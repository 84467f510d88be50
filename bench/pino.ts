// What logveil/pino costs the thread that logs: in streamWrite, beside pino's own `redact`, and as a transport, beside pino/file; and what it
// takes to load. Runs what `npm run build` made.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { styleText } from 'node:util'
import pino, { type Logger, type LoggerOptions } from 'pino'
import { expand } from '../src/scan/template.ts'
import { type LoadFigures, measureLoad, printLoad } from './load.ts'
import { median } from './measure.ts'

const entry = fileURLToPath(new URL('../dist/entries/pino.js', import.meta.url))
const program = fileURLToPath(new URL('./pino-program.ts', import.meta.url))
const placeholders = ['[REDACTED:github-pat-classic]', '[REDACTED:generic-password]']
const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const password = ['Maple', '4711', 'syrup!'].join('-')

export interface PinoFigures {
  /** Nanoseconds a line, by logger, for each kind of line. */
  readonly lines: Readonly<Record<Kind, Readonly<Record<string, number>>>>
  /** Main thread's processor time a line in nanoseconds, of pino/file and of ours; of how many lines. */
  readonly transport: { readonly lines: number; readonly file: number; readonly ours: number; readonly ratio: number }
  readonly load: readonly LoadFigures[]
  readonly mistakes: readonly string[]
}

export async function measurePino(quick: boolean): Promise<PinoFigures> {
  const mistakes = new Set<string>()
  const { streamWrite } = (await import(pathToFileURL(entry).href)) as typeof import('../src/pino.ts')
  return {
    lines: measureLines(streamWrite(), quick, mistakes),
    transport: measureTransport(quick, mistakes),
    load: measureLoad(pathToFileURL(entry).href, quick ? 3 : 21, mistakes),
    mistakes: [...mistakes]
  }
}

/** Lines of about 200 bytes. `named`, `password`: a token, a password is where `redact` is told to look. `told`: a token is in the message. */
const kinds = ['clean', 'named', 'password', 'told'] as const
type Kind = (typeof kinds)[number]

const records: Record<Kind, (i: number) => [record: object, message: string]> = {
  clean: (i) => [
    {
      reqId: `req-${i}`,
      req: { method: 'GET', url: `/users/${i}?page=3`, remoteAddress: '10.1.2.3' },
      responseTime: 12.5
    },
    'request completed'
  ],
  named: (i) => [
    { reqId: `req-${i}`, req: { method: 'GET', url: `/users/${i}`, headers: { authorization: secret } } },
    'request refused'
  ],
  password: (i) => [
    { reqId: `req-${i}`, req: { method: 'POST', url: `/users/${i}`, body: { user: 'maria', password } } },
    'request refused, and so on, to be as long'
  ],
  told: (i) => [
    { reqId: `req-${i}`, req: { method: 'GET', url: `/users/${i}` } },
    `refused with ${secret} and so on, to be as long`
  ]
}

/** As people write them who want to be sure. */
const paths =
  'password *.password *.*.password token *.token *.*.token *.headers.authorization *.headers.cookie secret *.secret'.split(
    ' '
  )

function measureLines(hook: (line: string) => string, quick: boolean, mistakes: Set<string>): PinoFigures['lines'] {
  const options: Record<string, LoggerOptions> = {
    pino: {},
    'pino, redact': { redact: paths },
    'pino, streamWrite': { hooks: { streamWrite: hook } }
  }
  const figures = {} as Record<Kind, Record<string, number>>
  for (const kind of kinds) {
    const loggers = Object.entries(options).map(([name, one]) => ({ name, run: logging(one, kind, name, mistakes) }))
    const alone = { name: 'streamWrite alone', run: calling(hook, kind) }
    figures[kind] = inTurns([...loggers, alone], quick)
  }
  return figures
}

const batch = 4000
const written = Buffer.alloc(65536)

function logging(options: LoggerOptions, kind: Kind, name: string, mistakes: Set<string>): () => void {
  let last = ''
  const log: Logger = pino(options, {
    write(line) {
      last = line
      // As every destination does: a line that nobody encodes stays in the pieces that pino put together.
      written.write(line)
    }
  })
  const made = Array.from({ length: 64 }, (_, i) => records[kind](i))
  return () => {
    for (let i = 0; i < batch; i++) log.info(...made[i & 63])
    const leaked = [secret, password].some((one) => last.includes(one))
    const redacted = placeholders.some((one) => last.includes(one))
    if (
      leaked !== (kind !== 'clean' && leaves(name, kind)) ||
      redacted !== (kind !== 'clean' && /streamWrite/.test(name))
    )
      mistakes.add(`${name}: a ${kind} line is not what it should be`)
    JSON.parse(last)
  }
}

/** pino's redact knows paths only. */
function leaves(name: string, kind: Kind): boolean {
  return name === 'pino' || (name === 'pino, redact' && kind === 'told')
}

function calling(hook: (line: string) => string, kind: Kind): () => void {
  const lines: string[] = []
  const log = pino({}, { write: (line) => void lines.push(line) })
  for (let i = 0; i < 64; i++) log.info(...records[kind](i))
  return () => {
    for (let i = 0; i < batch; i++) hook(lines[i & 63])
  }
}

/** Median nanoseconds a line. */
function inTurns(cases: readonly { name: string; run: () => void }[], quick: boolean): Record<string, number> {
  const samples = cases.map((): number[] => [])
  const rounds = quick ? 5 : 31
  for (let round = -3; round < rounds; round++) {
    for (const [i, { run }] of cases.entries()) {
      const start = performance.now()
      run()
      if (round >= 0) samples[i].push(((performance.now() - start) * 1e6) / batch)
    }
  }
  return Object.fromEntries(cases.map(({ name }, i) => [name, median(samples[i])]))
}

function measureTransport(quick: boolean, mistakes: Set<string>): PinoFigures['transport'] {
  const lines = quick ? 20_000 : 200_000
  const folder = mkdtempSync(join(tmpdir(), 'logveil-bench-'))
  const file: number[] = []
  const ours: number[] = []
  try {
    for (let round = 0; round < (quick ? 1 : 7); round++) {
      file.push(transported('pino/file', join(folder, `file-${round}`), lines, mistakes))
      ours.push(transported(entry, join(folder, `ours-${round}`), lines, mistakes))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const ratio = median(ours.map((ns, round) => ns / file[round]))
  return { lines, file: median(file), ours: median(ours), ratio }
}

/** The main thread's processor time, in nanoseconds a line. */
function transported(target: string, path: string, lines: number, mistakes: Set<string>): number {
  const { stdout, status } = spawnSync(process.execPath, [program, target, path, String(lines), secret], {
    encoding: 'utf8'
  })
  const written = readFileSync(path, 'utf8')
  rmSync(path)
  if (status !== 0 || written.split('\n').length !== lines + 1) mistakes.add(`${target}: lines are missing`)
  if (written.includes(secret) !== (target === 'pino/file'))
    mistakes.add(`${target}: secrets are not what they should be`)
  return Number(stdout)
}

export function printPino({ lines, transport, load, mistakes }: PinoFigures): void {
  for (const kind of kinds) {
    const told = Object.entries(lines[kind]).map(([name, ns]) => `${name} ${ns.toFixed(0)}`)
    console.log(`pino, ns a ${kind} line: ${told.join('; ')}`)
  }
  const { file, ours, ratio } = transport
  console.log(
    `pino, main thread's ns a line with a transport: pino/file ${file.toFixed(0)}, ours ${ours.toFixed(0)} (×${ratio.toFixed(3)}), ${transport.lines.toLocaleString('en')} lines`
  )
  printLoad(load)
  for (const mistake of mistakes) console.log(styleText('red', `  WRONG pino: ${mistake}`))
}
