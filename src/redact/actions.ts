import { LogveilError } from '../errors.ts'
import type { Action, Detector, Match } from '../model.ts'
import type { Encryptor } from './encrypt.ts'
import type { Fingerprinter } from './fingerprint.ts'
import { type SpanUnion, unionSpans } from './overlap.ts'
import type { CompiledPolicy } from './policy.ts'

/** In place of a replacement: the whole record goes. */
export const dropRecord = Symbol('drop record')

/** What to do to `[start, end)` of the payload. */
export interface PlannedEdit {
  readonly start: number
  readonly end: number
  readonly action: Action
  readonly replacement: Uint8Array | typeof dropRecord
}

export interface ActionOptions {
  readonly policy: CompiledPolicy
  readonly fingerprinter: Fingerprinter
  readonly encryptor?: Encryptor | undefined
}

/**
 * Turns a union of matches into the edits it needs: one; none when its action is `flag`; several when a flagged match held
 * it together. Throws `KEY_MISSING` at once when the policy has an action whose key is absent.
 */
export function createPlanner(options: ActionOptions): (union: SpanUnion) => PlannedEdit[] {
  const { policy } = options
  const replace = createReplacer(options)
  const plan = (union: SpanUnion): PlannedEdit => {
    const drops = union.findings.some((match) => policy.resolve(match) === 'drop')
    const action = drops ? 'drop' : policy.resolve(union.winner)
    return { start: union.start, end: union.end, action, replacement: replace(action, union) }
  }
  if (!policy.actions.has('flag')) return (union) => [plan(union)]
  return (union) => withoutFlagged(union, policy).map(plan)
}

/**
 * A flagged match neither widens an edit nor names one: trying a detector out must not change the output. When it is the best of
 * its group, matches within its span are the same secret, seen worse, and stay as well.
 */
function withoutFlagged(union: SpanUnion, policy: CompiledPolicy): SpanUnion[] {
  const { winner, matches } = union
  const edited = matches.filter((match) => policy.resolve(match) !== 'flag')
  if (edited.length === matches.length) return [union]
  if (policy.resolve(winner) !== 'flag') return unionSpans(edited)
  return unionSpans(edited.filter((match) => match.start < winner.start || match.end > winner.end))
}

/**
 * Replacement of one union under one action; `flag` has none. Placeholders hold only `[A-Za-z0-9._:[]-]`, which no JSON string,
 * logfmt value or shell quoting needs to escape. Throws `KEY_MISSING` at once, as `createPlanner` does.
 */
export function createReplacer(
  options: ActionOptions
): (action: Action, union: SpanUnion) => Uint8Array | typeof dropRecord {
  const { fingerprinter, encryptor, policy } = options
  const hasKey = fingerprinter.fingerprint(new Uint8Array(0)) !== null
  if (policy.actions.has('hmac') && !hasKey) throw missing('hmac', 'a fingerprint key')
  if (policy.actions.has('encrypt') && encryptor === undefined) throw missing('encrypt', 'an encryption key')
  const labelOf = (match: Match): string => label(match, hasKey ? fingerprinter.fingerprint(match.secret) : null)
  const texts: Record<Exclude<Action, 'drop' | 'flag'>, (union: SpanUnion) => string> = {
    label: ({ winner }) => labelOf(winner),
    hmac: ({ winner }) => labelOf(winner),
    mask: ({ winner }) => '*'.repeat(Math.min(longestMask, countCharacters(winner.secret))),
    partial: (union) => publicPrefix(union) + label(union.winner, null),
    encrypt: ({ winner }) => label(winner, `enc:${encryptor?.seal(winner.secret)}`),
    remove: () => ''
  }
  const plainLabels = new Map<Detector, Uint8Array>()
  /** The same for every secret of a detector, and what most redactions write: encoding it each time takes a twentieth of a short line. */
  const plainLabel = ({ detector }: Match): Uint8Array => {
    const known = plainLabels.get(detector) ?? Buffer.from(`[REDACTED:${detector.id}]`)
    plainLabels.set(detector, known)
    return known
  }
  return (action, union) => {
    if (action === 'drop') return dropRecord
    if (action === 'flag') throw new TypeError('flag replaces nothing')
    if (action === 'label' && !hasKey && union.quote === '') return plainLabel(union.winner)
    return Buffer.from(union.quote + texts[action](union) + union.quote)
  }
}

function missing(action: Action, what: string): LogveilError {
  return new LogveilError('KEY_MISSING', `action ${action} needs ${what}: give one or choose another action`)
}

function label({ detector }: Match, detail: string | null): string {
  return detail === null ? `[REDACTED:${detector.id}]` : `[REDACTED:${detector.id}:${detail}]`
}

/** A mask tells the length only up to here, so that a key of many lines does not become as many lines of stars. */
const longestMask = 64

/** Code points: every byte of UTF-8 that is no continuation byte; at least 1. */
function countCharacters(secret: Uint8Array): number {
  let count = 0
  for (const byte of secret) if ((byte & 0xc0) !== 0x80) count++
  return Math.max(1, count)
}

/**
 * The part of the secret that says only what kind it is, at most a quarter of it. Key names are no part of a secret, so only detectors
 * whose keyword belongs to the match have one.
 */
function publicPrefix({ winner, start, end }: SpanUnion): string {
  const { detector, secret } = winner
  if (detector.context !== 'anywhere' || winner.start !== start || winner.end !== end) return ''
  const text = Buffer.from(secret.buffer, secret.byteOffset, Math.min(secret.length, 256))
    .toString('latin1')
    .toLowerCase()
  const keyword = detector.keywords
    .filter((literal) => text.startsWith(literal.toLowerCase()))
    .reduce((a, b) => (b.length > a.length ? b : a), '')
  return /^[\w.-]*/.exec(keyword.slice(0, secret.length >> 2))?.[0] ?? ''
}
