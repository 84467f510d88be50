import type { Transporter } from 'nodemailer'
import { LogveilError } from '../../errors.ts'
import type { Channel, TicketDigest, TicketEvent } from '../../model.ts'
import { messageOf } from './message.ts'
import { plainText } from './texts.ts'

export interface EmailOptions {
  readonly name: string
  readonly host: string
  readonly port: number
  /** `tls` from the first byte on; `starttls`: asked for, and nothing is sent without it. */
  readonly tls: 'tls' | 'starttls' | 'none'
  readonly user: string | null
  readonly password: string | null
  /** `logveil <logveil@example.com>` */
  readonly from: string
  readonly to: readonly string[]
  readonly timeoutMs?: number
}

/**
 * Mail over SMTP. `Message-ID` is made of the event's id, so that a mail that is sent again is the same one for whoever keeps mail by it; all of
 * a ticket are one thread. Its library is loaded at the first mail.
 */
export function createEmail(options: EmailOptions): Channel {
  const { name, timeoutMs = 25_000 } = options
  let transport: Promise<Transporter> | null = null
  return {
    name,
    async deliver(event) {
      transport ??= openTransport(options)
      const mail = mailOf(event, options)
      const { promise: late, reject } = Promise.withResolvers<never>()
      const timer = setTimeout(() => reject({ code: 'ETIMEDOUT' }), timeoutMs)
      try {
        await Promise.race([(await transport).sendMail(mail), late])
      } catch (error) {
        throw failure(name, error)
      } finally {
        clearTimeout(timer)
      }
      return null
    },
    async close() {
      ;(await transport?.catch(() => null))?.close()
    }
  }
}

async function openTransport({ host, port, tls, user, password, timeoutMs = 20_000 }: EmailOptions) {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    host,
    port,
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true
  })
}

const longestText = 100_000

function mailOf(event: TicketEvent | TicketDigest, { from, to }: EmailOptions) {
  const message = messageOf(event)
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'logveil.invalid'
  const thread = `<${message.mark}@${domain}>`
  const urgent = event.kind === 'digest' || event.ticket.severity === 'critical'
  return {
    from,
    to: [...to],
    subject: message.title,
    text: plainText(message, longestText),
    messageId: `<${event.id}.logveil@${domain}>`,
    // Of no mail there is: it holds the thread together, whichever came first.
    references: [thread],
    inReplyTo: thread,
    priority: urgent ? ('high' as const) : ('normal' as const),
    headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' }
  }
}

/** RFC 5321: 4yz is for now, 5yz for good. Texts of answers may quote what was sent. */
function failure(name: string, error: unknown): LogveilError {
  const { responseCode, code } = error as { responseCode?: number; code?: string }
  const answered = typeof responseCode === 'number'
  const message = answered ? `${name} answers ${responseCode}` : `${name} does not answer (${code ?? 'connection'})`
  const retryable = answered ? responseCode < 500 : !final.has(code ?? '')
  return new LogveilError('DELIVERY_FAILED', message, { retryable })
}

/** Nobody to send to, no credentials, no TLS where it is asked for. */
const final = new Set(['EENVELOPE', 'EAUTH', 'ENOAUTH', 'EMESSAGE'])
