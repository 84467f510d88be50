import { z } from 'zod'
import { ticketStates } from '../model.ts'

// What the API of tickets takes and answers: requests are checked by it, and its document (openapi.ts) is made of it.

const time = z.iso.datetime().describe('In UTC')
const text = z.string()
const count = z.int().min(0)
const name = z.string().min(1).max(200)

export const ticketId = z
  .string()
  .regex(/^[0-9a-f]{4,16}$/)
  .describe('May be cut short to 4 digits, as long as one ticket fits')

const state = z.enum(ticketStates)
const severity = z.enum(['critical', 'high', 'medium', 'low'])
const confidence = z.enum(['confirmed', 'likely', 'possible'])

const place = z.strictObject({
  service: text.optional(),
  pod: text.optional(),
  file: text.optional(),
  topic: text.optional(),
  trace: text.optional().describe('Id of a trace in which it was seen last'),
  count,
  firstSeen: time,
  lastSeen: time
})

export const ticketShape = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  key: text.describe('What channels tell tickets apart by'),
  revision: count.describe('Grows with whatever channels are told'),
  tenant: text,
  detector: text,
  fingerprint: text.describe('Keyed; the same wherever the secret is met under this key'),
  state,
  over: z.boolean().describe('Nothing has to be done about it'),
  severity,
  confidence,
  classification: text.nullable(),
  owner: text.nullable(),
  runbook: text.nullable(),
  hints: z.record(z.string(), text).describe('Facts that its structure tells: account, host, expiry'),
  count: count.describe('Sightings'),
  firstSeen: time,
  lastSeen: time,
  due: time.describe('By when it has to be rotated'),
  expires: time.nullable().describe('When false-positive or accepted-risk ends'),
  places: z.array(place).max(20).describe('Those seen last')
})

export const historyShape = z.strictObject({
  at: time,
  actor: text.describe('Who; logveil: it happened by itself'),
  kind: text,
  from: state.nullable(),
  to: state,
  reason: text
})

export const wholeTicketShape = z.strictObject({ ...ticketShape.shape, history: z.array(historyShape) })

export const ticketPageShape = z.strictObject({
  tickets: z.array(ticketShape),
  next: text.nullable().describe('For `after`; null: these were the last')
})

export const allowanceShape = z.strictObject({
  tenant: text,
  detector: text,
  fingerprint: text,
  owner: text,
  reason: text,
  expires: time,
  expired: z.boolean()
})

export const errorShape = z.strictObject({ code: text, message: text })

/** What a list may be asked for. */
export const listQuery = z.strictObject({
  state: z.array(state).default([]),
  detector: name.optional(),
  tenant: name.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z
    .string()
    .regex(/^\d{1,16}\.[0-9a-f]{16}$/)
    .optional()
    .describe('`next` of the page before')
})

const reason = z
  .string()
  .max(2000)
  .default('')
  .describe('Goes into the history. No place for secrets: those that are found in it are redacted')

/** What changes a ticket, by the last part of the path. */
export const actions = {
  ack: { to: 'acknowledged', summary: 'Somebody takes care of it', expires: false },
  rotate: {
    to: 'rotating',
    summary: 'A new value is being made and handed out; the hook of a listed secret starts',
    expires: false
  },
  rotated: { to: 'rotated', summary: 'The old value is revoked', expires: false },
  verify: { to: 'verified', summary: 'The old value was tried and is dead', expires: false },
  close: { to: 'closed', summary: 'Nothing more to do; needs a reason', expires: false },
  reopen: { to: 'open', summary: 'It has to be looked at again', expires: false },
  'false-positive': {
    to: 'false-positive',
    summary: 'No secret: it stays in texts; needs a reason and an end',
    expires: true
  },
  accept: { to: 'accepted-risk', summary: 'It stays as it is for now; needs a reason and an end', expires: true }
} as const

export type ActionName = keyof typeof actions

export const changeBody = z.strictObject({ reason })
export const expiringChangeBody = z.strictObject({
  reason: reason.pipe(z.string().min(1)),
  until: z.iso.datetime({ offset: true }).describe('When it ends: a time to come')
})
