// Mail through a real SMTP server: what it refuses, and TLS.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createEmail } from '../../../src/tickets/channels/email.ts'
import { sighted } from '../../../src/tickets/lifecycle.ts'
import { policy, sightingOf } from '../backends.ts'
import { openCase } from './cases.ts'
import type { Failure, Fake } from './fake-service.ts'
import { mailAccess, startMailbox } from './log-fakes.ts'

const nobody = { classification: null, owner: null, runbook: null }
const [opening] = sighted(null, sightingOf(1, Date.now()), nobody, policy).events
const mail = {
  type: 'email',
  host: '127.0.0.1',
  from: 'logveil <logveil@example.com>',
  to: ['a@example.com', 'b@example.com']
} as const
let mailbox: Fake | null = null
afterEach(async () => {
  await mailbox?.close()
  mailbox = null
})

async function start(others: object = {}) {
  mailbox = await startMailbox()
  const port = Number(new URL(mailbox.url).port)
  return { mailbox, channel: openCase({ ...mail, to: [...mail.to], port, tls: 'none', ...mailAccess, ...others }) }
}

test.each<[string, Failure, object]>([
  ['451', { status: 451 }, { message: 'email answers 451', retryable: true }],
  ['552', { status: 552 }, { message: 'email answers 552', retryable: false }],
  ['a connection that ends', { status: null, broken: true }, { retryable: true }]
])('%s: told as such, and it works afterwards', async (_, failure, error) => {
  const { mailbox, channel } = await start()
  mailbox.fails(() => failure)
  await expect(channel.deliver(opening, null)).rejects.toMatchObject({ code: 'DELIVERY_FAILED', ...error })
  mailbox.fails(() => null)
  await channel.deliver(opening, null)
  await channel.close()
  expect(mailbox.things()).toEqual([{ ticket: opening.ticket.id, state: 'told', events: [opening.id] }])
  expect(mailbox.faults).toEqual([])
})

test('without STARTTLS nothing is sent, not even a password', async () => {
  const { mailbox, channel } = await start({ tls: 'starttls' })
  await expect(channel.deliver(opening, null)).rejects.toMatchObject({ code: 'DELIVERY_FAILED' })
  await channel.close()
  expect(mailbox.raw).toEqual([])
})

test('a wrong password is final; nobody there is not', async () => {
  const { channel } = await start({ password: 'another' })
  await expect(channel.deliver(opening, null)).rejects.toMatchObject({ message: 'email answers 535', retryable: false })
  await channel.close()
  const away = openCase({ ...mail, to: [...mail.to], port: 1, tls: 'none' })
  await expect(away.deliver(opening, null)).rejects.toMatchObject({
    message: expect.stringMatching(/^email does not answer \(E\w+\)$/),
    retryable: true
  })
  await away.close()
})

test('a server that says nothing is given up', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const options = { name: 'email', host: '127.0.0.1', port, tls: 'none', user: null, password: null } as const
  const channel = createEmail({ ...options, from: mail.from, to: mail.to, timeoutMs: 200 })
  await expect(channel.deliver(opening, null)).rejects.toMatchObject({ retryable: true })
  await channel.close()
  silent.close()
})
