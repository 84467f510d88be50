import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiveWebhooks } from '../tickets/webhook-receiver.ts'
import { main, run } from './spawn.ts'

const aws = ['AKIA', 'Q3EGRIXZLTNMHB5C'].join('')
const github = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('')
const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
let folder: string
let tickets: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logveil-tickets-'))
  tickets = join(folder, 'tickets')
})
afterAll(() => rmSync(folder, { recursive: true }), 60_000)

async function ask(...args: string[]): Promise<string> {
  const { stdout, stderr, status } = await run(main, ['tickets', ...args, '--tickets', tickets])
  expect([stderr, status]).toEqual(['', 0])
  return stdout
}

test('one line without a configuration: tickets in a directory, told to a webhook; then their life, by commands', async () => {
  const log = join(folder, 'app.log')
  writeFileSync(log, `a token=${github} b\nkey ${aws}\nagain ${github}\n`)
  mkdirSync(tickets)
  writeFileSync(join(tickets, 'webhook.secret'), `${signing}\n`)
  const receiver = await receiveWebhooks(signing)
  const redact = ['redact', '--tickets', tickets, '--webhook', receiver.url, log]
  const { stdout, stderr, status } = await run(main, redact)
  expect([stderr, status]).toEqual(['', 0])
  expect(stdout).toMatch(
    /^a token=\[REDACTED:github-pat-classic:[a-z0-9]+\.[\w-]{16}\] b\nkey \[REDACTED:aws-access-key/
  )
  const all = JSON.parse(await ask('list', '--json'))
  const byDetector = all.map(({ detector, count, state }: Record<string, unknown>) => [detector, count, state]).sort()
  expect(byDetector).toEqual([
    ['aws-access-key-id', 1, 'open'],
    ['github-pat-classic', 2, 'open']
  ])
  const { id } = all.find(({ detector }: { detector: string }) => detector === 'github-pat-classic')
  expect(receiver.taken.map(({ type }) => type)).toEqual(['logveil.ticket.opened', 'logveil.ticket.opened'])
  expect(statSync(join(tickets, 'tickets.db')).mode & 0o777).toBe(0o600)

  expect(await ask('ack', id.slice(0, 6), '--by', 'ada')).toBe(`${id}: acknowledged\n`)
  expect(await ask('rotated', id, '--by', 'ada')).toBe(`${id}: rotated\n`)
  // The changes are told by whatever serves the channel next; the old value is in the log still.
  await run(main, redact)
  const news = receiver.taken.filter(({ subject }) => subject === id)
  expect(news.map(({ type, data }) => [type, 'state' in data && data.state])).toEqual([
    ['logveil.ticket.opened', 'open'],
    ['logveil.ticket.changed', 'acknowledged'],
    ['logveil.ticket.changed', 'rotated'],
    ['logveil.ticket.stale-consumer', 'rotated']
  ])
  expect(await ask('show', id)).toMatch(
    /\nstate +rotated\n(.|\n)* stale-consumer by logveil: rotated -> rotated \(the old/
  )
  expect(await ask('list', '--state', 'rotated')).toMatch(
    new RegExp(`\\n${id}  rotated +critical +github-pat-classic +4 `)
  )
  await ask('false-positive', id, '--reason', 'an example', '--until', '90d', '--by', 'ada')
  expect(JSON.parse(await ask('allowlist', '--json'))).toEqual([
    expect.objectContaining({ detector: 'github-pat-classic', owner: 'ada', reason: 'an example', expired: false })
  ])
  await receiver.close()
  expect(receiver.faults).toEqual([])
  // From now on it stays where it is, and is no finding.
  const allowed = await run(main, ['redact', '--tickets', tickets, log])
  expect(allowed.stdout.split('\n').map((line) => line.replace(/\[REDACTED:aws.*\]/, '-'))).toEqual([
    `a token=${github} b`,
    'key -',
    `again ${github}`,
    ''
  ])
  await ask('reopen', id, '--reason', 'it is real', '--by', 'ada')
  expect((await run(main, ['redact', '--tickets', tickets, log])).stdout).not.toContain(github)
})

test('what nobody takes waits, and does not hold up the command; refusals name what is wrong', async () => {
  const other = join(folder, 'other')
  const { status } = await run(
    main,
    ['redact', '--tickets', other, '--webhook', 'http://127.0.0.1:1/'],
    `x ${github}\n`
  )
  expect(status).toBe(0)
  const refused = async (...args: string[]) => (await run(main, args)).stderr
  expect(await refused('redact', '--webhook', 'http://a/')).toBe(
    'logveil: --webhook needs --tickets DIR, where tickets are kept\n'
  )
  expect(await refused('redact', '--tickets', other, '--webhook', 'ftp://a/')).toBe(
    'logveil: --webhook: is no http(s) address\n'
  )
  expect(await refused('tickets', 'list', '--tickets', folder)).toBe(`logveil: there are no tickets in ${folder}\n`)
  expect(await refused('tickets', 'lst', '--tickets', folder)).toMatch(/did you mean `logveil tickets list`/)
  expect(await refused('tickets', 'ack', 'ffff', '--tickets', other)).toBe('logveil: there is no ticket ffff\n')
})
