/**
 * The words of logveil as types, and every component interface with what it MUST do.
 * Imports nothing of ours, so that every other file may import it.
 */

// ---------------------------------------------------------------------------------------------- detectors

/** How dangerous a leak of this kind of secret is; it drives the ticket, never the redaction. */
export type Severity = 'critical' | 'high' | 'medium' | 'low'

/**
 * How sure a finding is. `confirmed`: an offline check proved the structure, or the secret is known.
 * `likely`: distinctive prefix and shape. `possible`: a key name or entropy only.
 */
export type Confidence = 'confirmed' | 'likely' | 'possible'

/**
 * Where a detector's pattern applies.
 * `anywhere`: at every keyword occurrence; the keyword is part of the pattern's match.
 * `assigned`: on the value assigned to a key that contains one of the keywords (`key=value`, `"key": "value"`, `--key value`).
 * `near`: like `assigned`, and also within 40 bytes behind the keyword on the same line, whatever stands between.
 */
export type Context = 'anywhere' | 'assigned' | 'near'

/** What an assigned value must look like when a key name is all there is; see scan/keyed/values.ts. */
export type ValueShape =
  /** any value that is no placeholder, template, type name or boolean (keys such as `password`) */
  | 'any'
  /** not a plain word, number, path or identifier (keys such as `token`) */
  | 'opaque'
  /** looks random: alphabet-normalised entropy and language score (keys such as `key`) */
  | 'random'

/** One kind of secret, as the loader hands it on: defaults filled in, everything validated. */
export interface Detector {
  /** unique, kebab-case, begins with the provider */
  readonly id: string
  readonly name: string
  readonly provider: string
  readonly severity: Severity
  /** Literals of which at least one must be in the text before the pattern runs; matched without regard to ASCII case. */
  readonly keywords: readonly string[]
  readonly context: Context
  /** RE2 syntax, exactly one capture group: what is redacted. Empty only with `value` or `matcher`. */
  readonly pattern: string
  readonly caseInsensitive: boolean
  /** Longest text, in bytes, that the pattern can match. */
  readonly maxLength: number
  /** Character classes (as inside `[...]`) that must not stand right before / after group 1; empty = no test. */
  readonly boundaries: { readonly left: string; readonly right: string }
  /** Names of checks (scan/checks/); a failed one lowers the confidence, unless its check is declared as a filter. */
  readonly checks: readonly string[]
  /** Only for `assigned` and `near`: the shape the value must have besides the pattern. */
  readonly value: ValueShape | null
  /** Hand-written matcher for what no pattern can express. */
  readonly matcher: 'pattern' | 'pem'
  /** RE2 patterns; a secret that one of them matches is never a finding. */
  readonly allow: readonly string[]
  /** Bits of Shannon entropy a byte, which a secret must exceed. */
  readonly entropy?: number
  readonly examples: readonly string[]
  readonly counterExamples: readonly string[]
  readonly references: readonly string[]
  /** Where the owner rotates it. */
  readonly rotation: string | null
  /** Computed from pattern and keywords (scan/token/token-literals.ts): by the build for bundled detectors, else when they are compiled. */
  readonly literals?: readonly TokenLiteral[]
  /** Of a pattern under a key name, likewise (scan/keyed/near-run.ts). */
  readonly run?: ValueRun
}

/** What every match of a pattern is: at least `min` bytes side by side, all in a class of 64 hexadecimal digits. */
export interface ValueRun {
  readonly min: number
  readonly bytes: string
}

/** A literal of the automaton that leads to a token. */
export interface TokenLiteral {
  readonly text: string
  /** Every match begins with one of the detector's literals; else they stand somewhere in it. */
  readonly leads: boolean
  /** How many bytes behind it are certainly in `after`; 0 to 32, of a joint as many as its tail has at least. */
  readonly min: number
  /** Byte class as 64 hexadecimal digits. */
  readonly after: string
  /** Of a short one that words hold, the classes of the first and the second byte behind it, likewise. */
  readonly next?: readonly string[]
  /** The token has characters that a URL writes as %XX. */
  readonly escaped: boolean
}

/**
 * What a check says of a candidate. `pass`: proven. `fail`: disproven, which lowers the confidence. `unknown`: this form of it has nothing
 * to prove, or it is cut off; changes nothing. `reject`: no secret at all, which drops it.
 */
export type Verdict = 'pass' | 'fail' | 'unknown' | 'reject'

/**
 * Facts read offline from a secret and what stands around it (account, team, host); never the secret or a part of its secret half.
 * `expires`: when it stops working, ISO 8601 in UTC.
 */
export type Hints = Readonly<Record<string, string>>

/** Whether a credential with these hints has stopped working by `now`, in milliseconds since 1970; null when they do not say. */
export function isExpired({ expires }: Hints, now: number): boolean | null {
  const end = expires === undefined ? Number.NaN : Date.parse(expires)
  return Number.isNaN(end) ? null : end <= now
}

/**
 * What stands around a candidate in its record: decoded as far as the candidate's own text goes and, behind a line end, as it came in. One
 * character a byte, at most so many of them, less at the ends. Costs nothing until it is asked for. Other secrets may be in it: only what
 * is strictly validated may become a hint.
 */
export interface Surroundings {
  before(bytes: number): string
  after(bytes: number): string
}

/** An offline proof of structure. MUST be pure, linear in the length, and MUST NOT throw on any input. */
export interface Check {
  readonly name: string
  /** One line for `logveil detectors explain` and the docs; with the source of format or algorithm. */
  readonly description: string
  /** `secret` is the decoded candidate as latin-1 text (one character a byte); without `around` it stands alone. */
  check(secret: string, around?: Surroundings): Verdict
  /** Passing proves nothing: the check only drops what is no secret. */
  readonly filter?: boolean
  /** Optional facts for ticket routing; asked for when the verdict is `pass` or `unknown`. */
  hints?(secret: string, around?: Surroundings): Hints
}

/** A secret whose value is known: it is found wherever it stands, whatever it looks like. */
export interface KnownSecret {
  /** What placeholders and findings name: 1 to 96 letters, digits or `. _ : -`, such as `environment:NPM_TOKEN`; no detector's id. */
  readonly id: string
  /** At least 3 bytes, on one line: records are lines. */
  readonly value: string
}

/** A secret of an inventory, one version of it; structurally unable to hold its value. */
export interface ListedSecret {
  /** Of its entry. */
  readonly name: string
  readonly owner: string | null
  /** `pending`: made, not used yet. `previous`: replaced, still valid. `retired`: not valid any more. */
  readonly state: 'pending' | 'current' | 'previous' | 'retired'
  readonly production: boolean
  /** Of the value as it is, under each key: what findings and tickets call it by, whatever form of it they met. */
  readonly fingerprints: readonly string[]
  readonly forms: readonly ListedForm[]
}

/** A way in which it may be written: as it is, in base64, escaped, one of its lines. */
export interface ListedForm {
  /** Keyed, of the whole form. */
  readonly fingerprint: string
  /** How it is found in a text; null: only recognised where something else finds it. */
  readonly token: ListedToken | null
}

/** A run of letters and digits of a form, with none beside it, or two of them. Lengths in bytes. */
export interface ListedToken {
  /** Of the whole form, and where the token begins in it. */
  readonly length: number
  readonly offset: number
  /** Of the run; of two runs, the lengths of the first, of what stands between them, and of the second. */
  readonly parts: readonly [number] | readonly [number, number, number]
  /** The kinds of its characters, added up: 1 small letters, 2 capitals, 4 digits. */
  readonly classes: number
  /** SipHash-2-4 of the token under `filterKey`: 8 bytes in base64url. */
  readonly filter: string
}

/** A key under which secrets are listed. */
export interface ListingKey {
  readonly id: string
  /** 16 bytes, derived from the key of the fingerprints. */
  readonly filterKey: Uint8Array
  fingerprint(secret: Uint8Array): string
}

export interface Listing {
  readonly secrets: readonly ListedSecret[]
  readonly keys: readonly ListingKey[]
}

// ------------------------------------------------------------------------------------------------ scanning

/** Told what detectors cost: estimated nanoseconds (scan/effort.ts), the same for the same input on every machine. */
export interface Meter {
  spent(detector: string, nanoseconds: number): void
}

/**
 * Members whose text names the thing that a sibling holds: `{"name":"DB_PASSWORD","value":"x"}`, and of JSON-RPC
 * `{"method":"login_with_api_key","params":["x"]}`. Codecs look for the sibling, and the scanner must not drop the name's hits before.
 */
export const namingMembers = ['key', 'name', 'field', 'header', 'param', 'variable', 'attribute', 'method'] as const

/**
 * Occurrences of the literals in a text, ordered by end offset: `pairs[2i]` is the literal's index, `pairs[2i + 1]` the
 * offset behind its last byte. Owns its storage.
 */
export interface Hits {
  readonly count: number
  readonly pairs: Int32Array
}

/** A decoded text, at `bytes[start..end)`, and where its bytes stand in the payload. */
export interface View {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /**
   * null: `bytes` is the payload itself. Otherwise `origin[i - start]` is the payload offset at which the decoded byte
   * `i` begins; one entry more than bytes, the last being the payload offset of the end.
   */
  readonly origin: Int32Array | null
  /** Payload offset behind the decoded byte `i`, by `i - start`, where that is not the one at which the next byte begins. */
  readonly ends?: Int32Array
  /** Set when the text came out of base64 or hex: any match in it covers this payload range as a whole. */
  readonly enclosing: { readonly start: number; readonly end: number } | null
  /** How many encodings were taken off; the payload's own fields are 0. */
  readonly depth: number
}

/** Hits `from..to` of `hits` lie in the view. */
export interface Located extends View {
  readonly hits: Hits
  readonly from: number
  readonly to: number
}

/** One scannable text of a record. */
export interface Field extends Located {
  /** `text`: free text. `key`: a member name. `value`: a string value. `bare`: a number, true, false or null. */
  readonly role: 'text' | 'key' | 'value' | 'bare'
  /** The member name that governs the value, when there is one and a hit falls in it. */
  readonly key: Located | null
  /** What a replacement needs around it to keep the record valid: `"` (escaped to the depth) for `bare`, else empty. */
  readonly quote: string
  /** 0-based index of the record in the payload. Computed on demand, at the least cost when it is asked for in payload order. */
  record(): number
  /** Payload range of the record without its terminator. */
  readonly recordStart: number
  readonly recordEnd: number
  /** Path of the field in the record, keys joined by dots; empty for a text line. Computed on demand. */
  path(): string
}

/** Whom a codec hands the fields to. */
export interface Visitor {
  /** Called for every field that a hit touches, or whose key a hit touches. */
  field(field: Field): void
  /** Literal occurrences of a text that the codec had to decode. */
  scan(bytes: Uint8Array, start: number, end: number): Hits
  /** True while the next record must be visited even without a hit (a secret may go on in it). */
  wantsNext(): boolean
  /** A part that cannot be scanned: it is withheld, never passed. */
  withhold(field: Field, reason: WithheldReason): void
}

/** One replacement in the payload. Edits handed to a codec are ordered and do not overlap. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly replacement: Uint8Array
}

/**
 * One wire format, both ways.
 * MUST return the same payload object when there are no edits. MUST turn what it cannot parse into raw text rather than
 * throw. MUST enforce its depth limit. MUST NOT decode what no hit touches.
 */
export interface Codec {
  readonly name: string
  /** Texts stand between bytes that are no text, so that what precedes a name may look like a part of it. */
  readonly binary?: true
  /** Hands over every text, in payload order, where texts are not all of the payload. */
  texts?(payload: Uint8Array, visit: (start: number, end: number) => void): void
  /** Whether `locate` has to look at a payload even when no hit falls in it; without this it has not. */
  always?(payload: Uint8Array): boolean
  /** Hands every record's touched fields to the visitor, in payload order. */
  locate(payload: Uint8Array, hits: Hits, visitor: Visitor): void
  splice(payload: Uint8Array, edits: readonly Edit[]): Uint8Array
}

/**
 * Why a part is withheld. `depth`: encoded or nested too often. `size`: a record too long. `effort`: looking at it would take too long (see
 * scan/effort.ts). `error`: the scan failed. `unknown`: a field that is not in the format's definition; it is taken out.
 */
export const withheldReasons = ['depth', 'size', 'effort', 'error', 'unknown'] as const
export type WithheldReason = (typeof withheldReasons)[number]

/** One matched secret, in payload coordinates. Internal: it refers to the secret's bytes and never leaves the redactor. */
export interface Match {
  readonly detector: Detector
  readonly confidence: Confidence
  readonly start: number
  readonly end: number
  /** The decoded secret, a view into a buffer being processed. */
  readonly secret: Uint8Array
  readonly hints: Hints | null
  readonly field: Field
}

/** State that a secret split over several records of one stream needs; bounded; made by the scanner, opaque to others. */
export interface Carry {
  /** Bytes of key body still accepted; 0 = no key is open. */
  budget: number
  /** Index of the detector that opened it. */
  detector: number
  /** Records in a row that were no key body: other threads write in between. */
  gap: number
}

/** What a scan found: matches in payload order, and the parts that must be withheld. */
export interface ScanResult {
  readonly matches: Match[]
  readonly withheld: {
    readonly start: number
    readonly end: number
    readonly reason: WithheldReason
    readonly field: Field
  }[]
}

/** MUST be deterministic and linear in the payload's length, without false negatives from the prefilter. */
export interface Scanner {
  scan(payload: Uint8Array, codec: Codec, carry?: Carry): ScanResult
  /** Newlines in the payload, counted at memory speed. */
  countNewlines(payload: Uint8Array): number
}

// ---------------------------------------------------------------------------------------- findings, redaction

/** One reported secret: structurally unable to hold its text. */
export interface Finding {
  readonly detector: string
  readonly confidence: Confidence
  readonly severity: Severity
  /** 0-based record index in the payload (redactor) or in the stream (CLI). */
  readonly record: number
  readonly path: string
  /** Byte range in the payload that was scanned: the one that came in, without unknown fields of OTLP that were taken out. */
  readonly span: readonly [start: number, end: number]
  /** Length of the decoded secret in bytes. */
  readonly length: number
  /** Keyed fingerprint `<key id>.<base64url>`, null without a key. */
  readonly fingerprint: string | null
  readonly action: Action
  readonly hints: Hints
}

/**
 * What happens to a secret. `label`: placeholder with the detector's id. `mask`: as many `*` as characters. `partial`: the
 * public prefix stays. `hmac`: placeholder with the fingerprint. `encrypt`: sealed to a public or symmetric key.
 * `remove`: nothing stays. `drop`: the whole record goes. `flag`: the text stays, the finding is reported.
 */
export type Action = 'label' | 'mask' | 'partial' | 'hmac' | 'encrypt' | 'remove' | 'drop' | 'flag'

/** One step of a decision, for `logveil detectors explain`: positions and names, never text. */
export interface TraceEvent {
  readonly stage: 'literal' | 'pattern' | 'boundary' | 'check' | 'value' | 'allow' | 'decode' | 'finding'
  /** Detector id, or the encoding's name for `decode`. */
  readonly detector: string
  /** Payload byte range the step looked at. */
  readonly start: number
  readonly end: number
  /** `hit`, `match`, `no match`, `pass`, `fail`, `reject: <reason>`, `confirmed`, ... */
  readonly outcome: string
}

export type Trace = (event: TraceEvent) => void

// ------------------------------------------------------------------------------------------------ delivery

/** OpenTelemetry's kinds of telemetry. */
export type Signal = 'logs' | 'traces' | 'metrics'

/** `lines`: newline-separated records. */
export type Format = 'lines' | 'otlp-proto' | 'otlp-json'

/** HTTP content codings, and gRPC's of the same names. */
export type Encoding = 'identity' | 'gzip' | 'deflate' | 'zstd'

/** One batch of records on its way from a source to a sink. */
export interface Envelope {
  /** Decompressed. */
  readonly payload: Uint8Array
  readonly format: Format
  /** null for `lines`. */
  readonly signal: Signal | null
  /** The payload as it came in, for a sink that takes the encoding; null once the payload was changed. */
  readonly encoded: { readonly encoding: Encoding; readonly bytes: Uint8Array } | null
  /** When whoever sent it stops waiting, as `performance.now()` tells the time; Infinity when it does not say. */
  readonly deadline: number
  /** Names the stream whose secrets may go on from one batch to the next (a file, a partition); null: every batch stands alone. */
  readonly stream: string | null
  /**
   * What stands in the stream right before the payload, where that was delivered in an earlier life: looked at for what goes on from it (the
   * rest of a private key, of a line), not sent again.
   */
  readonly before?: Uint8Array
  /** Where lines come from; of no use to sinks that write lines. */
  readonly origin?: Origin
}

/** Where lines come from. */
export interface Origin {
  /** Attributes of an OpenTelemetry resource, by its conventions: `log.file.path`, `k8s.pod.name`, ... */
  readonly resource: Readonly<Record<string, string>>
  /** How they are laid out. */
  readonly format: LineFormat
}

/**
 * How records lie in lines: `plain` text; `json`: one object a line; `cri` and `docker`: what container runtimes write, with time and stream
 * before a line or around it; `journald`: the journal's export format; `syslog`: RFC 5424 or 3164 a line.
 */
export const lineFormats = ['plain', 'json', 'cri', 'docker', 'journald', 'syslog'] as const
export type LineFormat = (typeof lineFormats)[number]

/** What became of a batch that was taken. */
export interface Receipt {
  /** Records of it that were refused for good, as OTLP's partial success tells them. */
  readonly rejected: number
  /** Why, or a warning with `rejected` 0; without content of any record. Empty: all is well. */
  readonly message: string
}

/** All of a batch was taken, and there is nothing to say about it. */
export const allTaken: Receipt = { rejected: 0, message: '' }

/** Hands a batch on; resolves when it is safe, so that the source may acknowledge it; rejects with a `LogveilError`. */
export type Next = (envelope: Envelope) => Promise<Receipt>

/**
 * Takes batches in.
 * MUST acknowledge only after `next` resolved. MUST bound what is in flight, in bytes. On a retryable rejection MUST redeliver with back-off
 * and jitter, or have its sender do so. After `signal` aborts MUST stop taking, settle what is in flight, then resolve.
 */
export interface Source {
  readonly name: string
  run(next: Next, signal: AbortSignal): Promise<void>
}

/**
 * Puts batches where they belong.
 * `write` MUST resolve only when the batch is safe there, and reject with a `LogveilError` that says whether it is retryable, and when.
 * `close` MUST be idempotent. Retry, queue and time-out are wrappers around any sink.
 */
export interface Sink {
  readonly name: string
  write(envelope: Envelope): Promise<Receipt>
  close(): Promise<void>
}

// ------------------------------------------------------------------------------------------------- tickets

/** Where a ticket stands; what leads where is in tickets/lifecycle.ts. */
export const ticketStates = [
  'open',
  'acknowledged',
  'rotating',
  'rotated',
  'verified',
  'closed',
  'false-positive',
  'accepted-risk'
] as const
export type TicketState = (typeof ticketStates)[number]

/** Where a secret was seen. Names that come from records are redacted as records are, and cut to 200 characters. */
export interface TicketPlace {
  readonly service?: string
  readonly pod?: string
  readonly file?: string
  readonly topic?: string
  /** Id of a trace in which it was seen last, in hexadecimal. */
  readonly trace?: string
}

/** A place, and how often and when; times are ms since 1970. */
export interface SeenPlace {
  readonly place: TicketPlace
  readonly count: number
  readonly first: number
  readonly last: number
}

/** How often one secret was seen since the last time that was told; structurally unable to hold its text. Times are ms since 1970. */
export interface Sighting {
  readonly tenant: string
  readonly detector: string
  /** `<key id>.<base64url>`. */
  readonly fingerprint: string
  readonly severity: Severity
  readonly confidence: Confidence
  readonly hints: Hints
  readonly count: number
  readonly first: number
  readonly last: number
  readonly places: readonly SeenPlace[]
}

/** What an inventory knows of a secret. */
export interface TicketOwner {
  /** Decides how soon it has to be rotated; `break-glass`: the highest severity at once. */
  readonly classification: string | null
  readonly owner: string | null
  readonly runbook: string | null
}

/** One leaked secret of one tenant, whatever the number of sightings. Times are ms since 1970. */
export interface Ticket extends TicketOwner {
  /** 16 hexadecimal digits of the key's hash. */
  readonly id: string
  /** `v1.<tenant>.<fingerprint>.<detector>`, at most 255 characters: what channels tell tickets apart by. */
  readonly key: string
  readonly tenant: string
  readonly detector: string
  readonly fingerprint: string
  readonly state: TicketState
  /** When it came into this state. */
  readonly since: number
  /** Counts what channels are told, from 1. */
  readonly revision: number
  readonly severity: Severity
  readonly confidence: Confidence
  readonly hints: Hints
  readonly count: number
  readonly first: number
  readonly last: number
  /** At most 20: those seen last. */
  readonly places: readonly SeenPlace[]
  /** When it was opened, or opened again: what `due` counts from. */
  readonly opened: number
  /** By when it has to be rotated. */
  readonly due: number
  /** How often its time limit was told: 0 not at all, 1 reminded, more: escalated. */
  readonly notices: number
  /** When a stale consumer was told last, since the rotation; null: there was none. */
  readonly stale: number | null
  /** When `false-positive` or `accepted-risk` ends; null in other states. */
  readonly expires: number | null
}

/**
 * Why channels hear of a ticket. `opened`. `updated`: seen ten times as often, found to be worse, or what came of
 * its rotation hook. `changed`: somebody, or a quiet period, gave
 * it another state. `stale-consumer`: its old value is still used after the rotation. `regression`: seen again after it was closed. `expired`:
 * a risk is not accepted any longer, or a false positive has to be looked at anew. `reminder`, `escalated`: its time is nearly, or quite, over.
 */
export type TicketEventKind =
  | 'opened'
  | 'updated'
  | 'changed'
  | 'stale-consumer'
  | 'regression'
  | 'expired'
  | 'reminder'
  | 'escalated'

/** Something that channels are told of a ticket, which is as it was right after that. */
export interface TicketEvent {
  /** `<ticket id>.<revision>`: the same however often it is delivered. */
  readonly id: string
  readonly kind: TicketEventKind
  readonly at: number
  /** Who did it; `logveil` for what happens by itself. */
  readonly actor: string
  readonly reason: string
  /** What it was before; null for a new one. */
  readonly from: TicketState | null
  readonly ticket: Ticket
}

/** Told instead of the opening of each, when very many tickets are opened at once. */
export interface TicketDigest {
  readonly id: string
  readonly kind: 'digest'
  readonly at: number
  readonly tenant: string
  /** How many tickets. */
  readonly count: number
  /** How many by detector: the 50 that have most. */
  readonly detectors: Readonly<Record<string, number>>
  /** Ids of the first 100 of them. */
  readonly tickets: readonly string[]
}

/**
 * Tells people of tickets: an issue tracker, a pager, a chat. Events of a ticket come in their order, one at a time; those of different tickets at
 * once; each at least once.
 * MUST be idempotent: the same event twice, also with a crash in between, leaves one ticket there; by `ticket.key` as the service's dedupe key, or by
 * a search before it creates. MUST take any event for the opening of a ticket that is not there yet, unless the ticket's state ends it. MUST close
 * what `isOver`, and open it again at `regression` and `expired`. MUST NOT undo later news when a dead letter is replayed. MUST reject with
 * `DELIVERY_FAILED`: retryable when it can pass later (no answer, 408, 425, 5xx; `retryAfterMs` as the service says), final when not; with
 * `OVERLOADED` when the service wants fewer requests (429): then all others wait, too. MUST end within 30 s. MUST NOT follow redirects, nor put
 * into an error what the service answered: it may quote what it was sent, and credentials.
 */
export interface Channel {
  /** In the outbox and in metrics: stays the same over restarts, holds no credentials. */
  readonly name: string
  /** `reference`: what the last delivery for this ticket resolved to, such as the key of an issue; null at the first, and for digests. */
  deliver(event: TicketEvent | TicketDigest, reference: string | null): Promise<string | null>
  /** Of services that forget what is not said again. */
  readonly keep?: KeepAlive
  close(): Promise<void>
}

export interface KeepAlive {
  readonly everyMs: number
  /** Gets the tickets that the channel was told of and that are not over, some at a time; never while something is delivered. Rejects as `deliver`. */
  alive(tickets: readonly Ticket[]): Promise<void>
}

/** Whether nothing has to be done about tickets in this state. */
export function isOver(state: TicketState): boolean {
  return state === 'verified' || state === 'closed' || state === 'false-positive' || state === 'accepted-risk'
}

// ------------------------------------------------------------------------------------------------ rotation

/** That one listed secret shall be rotated. */
export interface RotationOrder {
  /** The same however often it is tried: services that know it do it once. */
  readonly id: string
  /** Of the ticket. */
  readonly ticket: string
  /** Its name in the inventory. */
  readonly secret: string
  /** What the hook has to rotate, as the inventory says it. */
  readonly target: string
  /** Who asked for it, and why. */
  readonly actor: string
  readonly reason: string
}

/**
 * Has a secret rotated.
 * `plan` MUST change nothing: it tells what `run` would do, and asks the service whether it could where that can be asked. `run` MUST resolve
 * only when the service has taken the order. Both MUST end within 30 s, and reject with `DELIVERY_FAILED` (or `OVERLOADED`) that says whether it can
 * work later. Neither may tell what a service or a command answered: it may hold a value.
 */
export interface RotationHook {
  /** As the configuration and the inventory name it. */
  readonly name: string
  /** The same order twice is done once. Without it an order is never tried again when nobody knows what became of it. */
  readonly repeatable: boolean
  /** The old value is dead when `run` has resolved; else whoever does it reports that. */
  readonly completes: boolean
  plan(order: RotationOrder): Promise<string>
  run(order: RotationOrder): Promise<void>
}
