import type { Confidence, Context, Detector, Field, Match } from '../../src/model.ts'
import { unsaid } from '../../src/scan/load/defaults.ts'

export interface MatchLike {
  readonly id?: string
  readonly provider?: string
  readonly confidence?: Confidence
  readonly start: number
  readonly end: number
  readonly secret?: string | Uint8Array
  readonly keywords?: readonly string[]
  readonly context?: Context
  readonly quote?: string
  readonly depth?: number
  readonly path?: string
}

/** A match with the few properties that redaction looks at; the rest is filled in. */
export function match(like: MatchLike): Match {
  const { id = 'toy', provider = id.split('-')[0], confidence = 'likely', start, end } = like
  const secret = like.secret ?? 's'.repeat(end - start)
  return {
    detector: detector(id, provider, like.keywords ?? ['toy_'], like.context ?? 'anywhere'),
    confidence,
    start,
    end,
    secret: typeof secret === 'string' ? new TextEncoder().encode(secret) : secret,
    hints: null,
    field: field(like.quote ?? '', like.depth ?? 0, like.path ?? '')
  }
}

function detector(id: string, provider: string, keywords: readonly string[], context: Context): Detector {
  return { ...unsaid, id, name: id, provider, severity: 'high', keywords, context, pattern: '(x)', maxLength: 100 }
}

function field(quote: string, depth: number, path: string): Field {
  return {
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
    origin: null,
    enclosing: null,
    depth,
    hits: { count: 0, pairs: new Int32Array(0) },
    from: 0,
    to: 0,
    role: 'text',
    key: null,
    quote,
    record: () => 0,
    recordStart: 0,
    recordEnd: 0,
    path: () => path
  }
}
