// Receivers of events, which drop by its id what comes again: of webhooks, of OTLP, a mailbox, a file.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import type { CloudEvent } from '../../../src/tickets/cloud-event.ts'
import { faultIn } from '../webhook-receiver.ts'
import {
  eventsIn,
  type Failure,
  type Fake,
  type FakeApi,
  isLine,
  isText,
  type Thing,
  ticketIn,
  unknownIn
} from './fake-service.ts'

export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
export const otlpToken = 'token-of-the-collector'
export const mailAccess = { user: 'logveil', password: 'password-of-the-mailbox' }

interface Told {
  readonly ticket: string
  readonly event: string
}

/** By ticket, in the order in which they came, each once. */
function thingsOf(told: readonly Told[]): Thing[] {
  const byTicket = Map.groupBy(told, ({ ticket }) => ticket)
  return [...byTicket].map(([ticket, all]) => {
    return { ticket, state: 'told', events: [...new Set(all.map(({ event }) => event))] }
  })
}

export function webhookFake(): FakeApi {
  const told: Told[] = []
  const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64')
  return {
    authorized: ({ method, headers, text }) => faultIn({ method, headers }, text, key) !== 'webhook-signature',
    handle({ method, headers, text, json }) {
      const fault = faultIn({ method, headers }, text, key)
      if (fault !== null) return fault
      const { id, subject } = json as CloudEvent
      told.push({ ticket: subject, event: id })
      return { status: 204 }
    },
    things: () => thingsOf(told)
  }
}

export function otlpFake(): FakeApi {
  const told: Told[] = []
  return {
    authorized: ({ headers }) => headers.authorization === `Bearer ${otlpToken}`,
    handle({ method, path, json }) {
      if (method !== 'POST' || path !== '/v1/logs') return 'there is no such route'
      const { resourceLogs } = json as { resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[] }
      for (const { timeUnixNano, severityNumber, body, attributes } of resourceLogs[0].scopeLogs[0].logRecords) {
        const finding = JSON.parse(body.stringValue)
        const fault = faultInFinding(finding)
        if (fault !== null) return fault
        if (!/^\d{19}$/.test(timeUnixNano) || !(severityNumber >= 1 && severityNumber <= 24)) return 'record'
        if (attributes[0].value.stringValue !== finding.metadata.uid) return 'log.record.uid'
        told.push(toldBy(finding))
      }
      return { status: 200, body: {} }
    },
    things: () => thingsOf(told)
  }
}

interface LogRecord {
  readonly timeUnixNano: string
  readonly severityNumber: number
  readonly body: { readonly stringValue: string }
  readonly attributes: { readonly value: { readonly stringValue: string } }[]
}

interface Finding {
  readonly metadata: {
    readonly uid: string
    readonly version: string
    readonly product: { readonly vendor_name: string }
  }
  readonly finding_info: { readonly uid: string; readonly title: string }
  readonly unmapped: { readonly ticket?: string }
  readonly [name: string]: unknown
}

function toldBy({ metadata, finding_info: { uid }, unmapped: { ticket = uid } }: Finding): Told {
  return { ticket, event: metadata.uid }
}

const findingMembers =
  'class_uid category_uid activity_id type_uid time severity_id status_id confidence_id is_alert message comment metadata finding_info data_security resources remediation unmapped'

/** OCSF 1.3, Data Security Finding: what is required, and its enumerations. */
function faultInFinding(finding: Finding): string | null {
  const unknown = unknownIn(finding, findingMembers)
  if (unknown !== null) return unknown
  const { class_uid, category_uid, activity_id, type_uid, time, severity_id, status_id, metadata, finding_info } =
    finding
  if (class_uid !== 2006 || category_uid !== 2 || type_uid !== 200_600 + Number(activity_id)) return 'class'
  if (![1, 2, 3].includes(Number(activity_id)) || !Number.isSafeInteger(time)) return 'activity'
  if (!/^[0-6]$/.test(String(severity_id)) || !/^[0-6]$/.test(String(status_id))) return 'severity or status'
  if (!isLine(metadata.uid, 200) || !/^1\.\d\.\d$/.test(metadata.version) || metadata.product.vendor_name === '')
    return 'metadata'
  const {
    detection_system_id: system,
    pattern_match: match,
    category_id: category
  } = finding.data_security as Record<string, unknown>
  if (system !== 99 || category !== 6 || match !== undefined) return 'data_security'
  return isText(finding_info.uid, 1, 255) && isLine(finding_info.title, 255) ? null : 'finding_info'
}

/** Lines of a file, which nobody drops anything of. */
export async function startFile(): Promise<Fake> {
  const folder = mkdtempSync(join(tmpdir(), 'logveil-ocsf-'))
  const path = join(folder, 'findings.jsonl')
  const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const faults: string[] = []
  const things = () => {
    const findings: Finding[] = lines().map((line) => JSON.parse(line))
    const told = findings.map(toldBy)
    faults.push(...findings.flatMap((finding) => faultInFinding(finding) ?? []))
    if (new Set(told.map(({ event }) => event)).size < told.length) faults.push('twice')
    return thingsOf(told)
  }
  return {
    url: path,
    faults,
    get raw() {
      return lines()
    },
    things,
    fails() {},
    async close() {
      rmSync(folder, { recursive: true })
    }
  }
}

/** A real SMTP server, whose mailbox drops what has a Message-ID that it knows. */
export async function startMailbox(): Promise<Fake> {
  const told: Told[] = []
  const raw: string[] = []
  const faults: string[] = []
  let how: (mail: number) => Failure | null = () => null
  let mails = 0
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    size: 200_000,
    onAuth({ username, password }, _, done) {
      const { user, password: right } = mailAccess
      if (username === user && password === right) done(null, { user })
      else done(replyWith(535))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const failure = how(mails++)
        if (failure?.status != null) return done(replyWith(failure.status))
        const text = Buffer.concat(chunks).toString()
        raw.push(text)
        const { mailFrom, rcptTo } = session.envelope
        if (mailFrom === false || mailFrom.address !== 'logveil@example.com' || rcptTo.length !== 2)
          faults.push('envelope')
        take(text)
        if (failure?.broken !== true) return done()
        for (const connection of server.connections) connection.close()
      })
    }
  })

  function take(text: string): void {
    const [head, ...rest] = text.split('\r\n\r\n')
    const headers = head.replaceAll(/\r\n\s+/g, ' ')
    const body = decodeBody(headers, rest.join('\r\n\r\n'))
    for (const name of ['From', 'To', 'Subject', 'Message-ID', 'Date', 'References', 'Auto-Submitted'])
      if (!new RegExp(`^${name}: \\S`, 'mi').test(headers)) faults.push(`no ${name}`)
    const [, id] = /^Message-ID: <([^>]+)\.logveil@example\.com>/im.exec(headers) ?? []
    const [event] = eventsIn(body)
    if (id === undefined || event !== id) faults.push('Message-ID')
    else told.push({ ticket: ticketIn(body), event: id })
  }

  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    faults,
    raw,
    things: () => thingsOf(told),
    fails(next) {
      how = next
      mails = 0
    },
    close: () => new Promise((resolve) => server.close(() => resolve()))
  }
}

function replyWith(responseCode: number): Error {
  return Object.assign(new Error('as it has to be'), { responseCode })
}

function decodeBody(headers: string, body: string): string {
  const [, encoding = '7bit'] = /^Content-Transfer-Encoding: (\S+)/im.exec(headers) ?? []
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString()
  if (encoding !== 'quoted-printable') return body
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
