import { LogveilError } from '../errors.ts'
import { allTaken, type Envelope, type Receipt, type Sink } from '../model.ts'
import { createEncoder, type DownstreamOptions, timeLeft } from './downstream.ts'
import { openHttp, type Reply } from './http-post.ts'
import { type LogRecord, recordsOf } from './log-records.ts'
import type { LogShape } from './log-shapes.ts'
import { refused } from './otlp-http.ts'

export interface HttpLogsOptions extends DownstreamOptions {
  readonly shape: LogShape
  /** The answer tells what became of each record, as Elasticsearch's does. */
  readonly answersEach: boolean
  /** OTLP/protobuf as OTLP/JSON. */
  readonly toJson: (envelope: Envelope) => string
}

/** Log records over HTTP to backends that know no OTLP. Throws `CONFIG_INVALID` when a certificate cannot be read. */
export function createHttpLogsSink(options: HttpLogsOptions): Sink {
  const { url, shape, scrub, toJson } = options
  const http = openHttp(options)
  const encoder = createEncoder(options.compression)
  const path = url.pathname === '/' ? shape.path : url.pathname
  /** What is left of batches of which a part was taken: only that is sent when they come again. */
  const left = new WeakMap<Uint8Array, readonly LogRecord[]>()

  async function send(envelope: Envelope, records: readonly LogRecord[]): Promise<Reply> {
    const payload = Buffer.from(shape.body(records))
    const encoded = await encoder.encode({ ...envelope, payload, encoded: null })
    return http.post(path + url.search, shape.contentType, encoded, timeLeft(envelope))
  }

  return {
    name: options.name,
    async write(envelope) {
      if (envelope.signal !== 'logs') throw new LogveilError('DELIVERY_FAILED', 'this sink takes nothing but logs')
      const { payload, format } = envelope
      const records =
        left.get(payload) ?? recordsOf(format === 'otlp-json' ? String(Buffer.from(payload)) : toJson(envelope))
      if (records.length === 0) return allTaken
      const reply = await send(envelope, records)
      if (reply.status < 200 || reply.status > 299) throw refused(reply, scrub)
      return options.answersEach ? readItems(reply, records, (rest) => left.set(payload, rest)) : allTaken
    },
    async close() {
      http.close()
    }
  }
}

interface Item {
  readonly status: number
  readonly error?: { readonly type?: string }
}

/** Elasticsearch answers 200 also when it has refused documents. */
function readItems(
  { body }: Reply,
  records: readonly LogRecord[],
  keep: (rest: readonly LogRecord[]) => void
): Receipt {
  const items = parseItems(body)
  if (items === null) return allTaken
  const again = records.filter((_, i) => items[i] !== undefined && (items[i].status === 429 || items[i].status >= 500))
  if (again.length > 0) {
    keep(again)
    throw new LogveilError('OVERLOADED', `the downstream did not take ${again.length} records yet`, { retryable: true })
  }
  const bad = items.filter(({ status }) => status > 299 && status !== 409)
  const types = [...new Set(bad.map(({ error }) => error?.type ?? 'unknown'))].join(', ')
  return bad.length === 0 ? allTaken : { rejected: bad.length, message: `refused: ${types.replace(/[^\w, ]/g, '')}` }
}

/** null: it says that all were taken, or says nothing. */
function parseItems(body: Uint8Array): Item[] | null {
  try {
    const { errors, items } = JSON.parse(Buffer.from(body).toString())
    return errors === true ? items.map((item: Record<string, Item>) => Object.values(item)[0]) : null
  } catch {
    return null
  }
}
