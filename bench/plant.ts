// Puts secrets into clean lines and remembers where: the truth that findings are held against knows nothing of the scanner.

import { type Expansion, expand } from '../src/scan/template.ts'
import { createRandom } from '../src/scan/template-random.ts'

/** One secret each, put at the end of a text line. */
const texts = [
  'password=[[{{base62:14}}]]',
  'GITHUB_TOKEN=[[ghp_{{base62:30}}{{crc32-base62}}]]',
  'pushed with [[glpat-{{base62:20}}]] to origin',
  'AWS_ACCESS_KEY_ID=[[AKIA{{base32:16}}]] AWS_REGION=eu-central-1',
  'api_key="[[{{base62:32}}]]"',
  'Authorization: Bearer [[{{base64url:40}}]]',
  'dsn postgres://app:[[{{base62:12}}]]@db.internal:5432/orders',
  'charge with [[sk_live_{{base62:24}}]], retrying',
  'GET /v1/me?access_token=[[{{base62:36}}]]&page=2'
]

/** One secret each, put into an object as its last members. */
const members = [
  '"password":"[[{{base62:14}}]]"',
  '"env":{"GITHUB_TOKEN":"[[ghp_{{base62:30}}{{crc32-base62}}]]","PAGER":"less"}',
  '"note":"pushed with [[glpat-{{base62:20}}]] to origin"',
  '"accessKeyId":"[[AKIA{{base32:16}}]]","region":"eu-central-1"',
  '"apiKey":"[[{{base62:32}}]]"',
  '"headers":{"authorization":"Bearer [[{{base64url:40}}]]","accept":"*/*"}',
  '"dsn":"postgres://app:[[{{base62:12}}]]@db.internal:5432/orders"',
  '"body":"{\\"client_secret\\":\\"[[{{base62:24}}]]\\"}"',
  '"url":"/v1/me?access_token=[[{{base62:36}}]]&page=2"'
]

export interface Planted {
  readonly bytes: Buffer
  readonly lines: number
  /** Byte ranges of the secrets, in order; one in each line that has any. */
  readonly secrets: readonly Span[]
}

export type Span = readonly [start: number, end: number]

/** A share of the lines, drawn by the seed, gets a secret; at least one line when the share is not 0. The log ends with a newline. */
export function plant(log: Buffer, share: number, seed = 1): Planted {
  const ends = lineEnds(log)
  const chosen = chooseLines(ends.length, share, seed)
  const pieces: Buffer[] = []
  const secrets: Span[] = []
  let copied = 0
  let added = 0
  for (const [i, line] of chosen.entries()) {
    const start = line === 0 ? 0 : ends[line - 1] + 1
    const { at, text, secret } = insertion(log, start, ends[line], seed + i)
    secrets.push([at + added + secret[0], at + added + secret[1]])
    pieces.push(log.subarray(copied, at), text)
    copied = at
    added += text.length
  }
  return { bytes: Buffer.concat([...pieces, log.subarray(copied)]), lines: ends.length, secrets }
}

/** Offsets of all newlines. */
function lineEnds(log: Buffer): number[] {
  const ends: number[] = []
  for (let at = log.indexOf(0x0a); at >= 0; at = log.indexOf(0x0a, at + 1)) ends.push(at)
  return ends
}

/** Ascending numbers of lines. One of each equal stretch, so that the count is exact and batches are alike. */
function chooseLines(lines: number, share: number, seed: number): number[] {
  const count = share === 0 ? 0 : Math.max(1, Math.round(lines * share))
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * lines) / count)
    return from + random.below(Math.floor(((i + 1) * lines) / count) - from)
  })
}

interface Insertion {
  readonly at: number
  readonly text: Buffer
  /** Range of the secret in `text`. */
  readonly secret: Span
}

function insertion(log: Buffer, start: number, end: number, seed: number): Insertion {
  const stop = end > start && log[end - 1] === 0x0d ? end - 1 : end
  const isObject = log[start] === 0x7b && log[stop - 1] === 0x7d && isJson(log.toString('utf8', start, stop))
  if (!isObject) return insert(stop, stop > start ? '; ' : '', texts[seed % texts.length], seed)
  const isEmpty = /^\{\s*\}$/.test(log.toString('latin1', start, Math.min(stop, start + 64)))
  return insert(stop - 1, isEmpty ? '' : ',', members[seed % members.length], seed)
}

function insert(at: number, before: string, template: string, seed: number): Insertion {
  const { text, spans }: Expansion = expand(template, seed)
  const [start, end] = spans[0]
  return { at, text: Buffer.from(before + text), secret: [start + before.length, end + before.length] }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
