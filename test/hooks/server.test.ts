// Real servers, fastify's logger and pino-http, that end in every way: every line of every request is there, in order, and no secret anywhere.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from './pino-secrets.ts'

const program = fileURLToPath(new URL('./server-program.ts', import.meta.url))
const { path, remove } = temporaryDirectory()
afterAll(remove)

const count = 50
const statuses = { close: 0, exit: 3, crash: 1, rejection: 1, SIGTERM: 0 }
type End = keyof typeof statuses

const cases: [server: string, logger: string, end: End][] = [
  ['fastify', 'hook', 'exit'],
  ['fastify', 'hook', 'crash'],
  ['fastify', 'hook', 'SIGTERM'],
  ['fastify', 'hook, targets', 'crash'],
  ['fastify', 'hook, multistream', 'close'],
  ['fastify', 'transport', 'exit'],
  ['fastify', 'transport', 'crash'],
  ['fastify', 'transport', 'rejection'],
  ['fastify', 'transport, pipeline', 'SIGTERM'],
  ['pino-http', 'hook, multistream', 'SIGTERM'],
  ['pino-http', 'transport', 'rejection'],
  ['pino-http', 'transport, pipeline', 'close']
]

let files = 0

test.concurrent.each(cases)('%s, %s: %s', async (server, logger, end) => {
  const file = path(`${files++}.log`)
  const { status, stdout, stderr } = await run(program, [server, logger, end, String(count), file])
  expect([status, stderr.includes('Error: crash')]).toEqual([statuses[end], end === 'crash' || end === 'rejection'])
  const text = readFileSync(file, 'utf8')
  expect(storyOf(text)).toEqual(expected(server))
  if (/targets|multistream/.test(logger)) expect(stdout).toBe(text)
  for (let n = 0; n < count; n++)
    for (const secret of [secretOf(n), `Maple-${n}-syrup`]) expect(`${text}${stdout}${stderr}`).not.toContain(secret)
})

/** What each line is about: `n` of its request, as far as it says it, and its message. */
function storyOf(text: string): string[] {
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => !/^Server listening/.test(msg))
    .map(({ n, req, headers, err, msg }) => {
      const of = n ?? headers?.['x-n'] ?? req?.url?.match(/n=(\d+)/)?.[1] ?? err?.message.match(/n=(\d+)/)?.[1]
      return [...(of === undefined ? [] : [of]), msg].join(' ')
    })
}

function expected(server: string): string[] {
  return Array.from({ length: count }, (_, n) => {
    const url = 'https://x:[REDACTED:github-pat-classic]@example.test/'
    const handled = [
      `${n} looked up [REDACTED:github-pat-classic]`,
      ...(n % 5 === 0 ? [`${n} n=${n} failed at ${url}`] : [])
    ]
    return server === 'fastify'
      ? [`${n} incoming request`, `${n} asked`, ...handled, 'request completed']
      : [...handled, `${n} request completed`]
  }).flat()
}
