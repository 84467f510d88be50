import type { Carry, Codec, Detector, Hits, KnownSecret, Listing } from '../model.ts'
import { type Automaton, buildAutomaton, type Guard, type Literal } from './automaton.ts'
import { base64Literals } from './decode/base64.ts'
import { hexLiterals } from './decode/hex.ts'
import { encodedTexts, introducers } from './decode/introducers.ts'
import { compileDecoders, compileUnwrap, type DecodeHooks, type Decoders } from './encoded.ts'
import { lazy } from './judge.ts'
import { isJoint } from './kernel/guard.ts'
import { anchorOf, type IndexedName, indexNames } from './keyed/key-index.ts'
import { behindLiteral, compileKeyed } from './keyed/keyed.ts'
import { compileKnown } from './known.ts'
import { type CompiledListing, compileListing } from './listed/listed.ts'
import { meteredConfirm, meteredKeyed } from './metering.ts'
import { compilePem } from './pem.ts'
import type { Confirm, Keyed, Metering, TextScan } from './text-scan.ts'
import { guardedLiterals } from './token/guarded.ts'
import { compileTailed } from './token/tailed.ts'
import { compileToken } from './token/token.ts'
import { tokenLiteralsOf, userinfo } from './token/token-literals.ts'

/** All detectors as one automaton, and per literal what looks closer at its occurrences. */
export interface CompiledSet {
  /** Occurrences of literals in `bytes[start..end)`, and of tokens of listed secrets as far as the text goes, by default to `end`. */
  scan(bytes: Uint8Array, start: number, end: number, textEnd?: number): Hits
  /** The same in a payload, in whose texts listed secrets stand. */
  scanPayload(payload: Uint8Array, codec: Codec): Hits
  countNewlines(payload: Uint8Array): number
  /** Length in bytes, by literal. */
  readonly lengths: Int32Array
  /** For `explain`, by literal. */
  readonly names: readonly string[]
  readonly confirms: readonly (readonly Confirm[])[]
  readonly keyed: readonly (readonly Keyed[])[]
  /** Decodes the pair around a key word when an escape stands next to it. */
  readonly unwrap: (scan: TextScan, start: number, end: number) => void
}

export interface CompileHooks extends Omit<DecodeHooks, 'scan'> {
  carry(): Carry
  /** Absent: nobody asks what detectors cost. */
  readonly metering?: Metering | null
}

/** Throws `CONFIG_INVALID` for a known secret that cannot be looked for. */
export function compileSet(
  detectors: readonly Detector[],
  hooks: CompileHooks,
  known: readonly KnownSecret[] = [],
  listing: Listing | null = null
): CompiledSet {
  const table = createTable()
  const decodeHooks: DecodeHooks = {
    scan: (bytes, start, end) => scan(bytes, start, end),
    decoded: hooks.decoded,
    withhold: hooks.withhold
  }
  const decoders = compileDecoders(decodeHooks)
  const vendors = new Set(detectors.map(({ provider }) => provider))
  for (const [index, detector] of detectors.entries())
    addDetector(table, detector, index, vendors, hooks, decoders.percent)
  for (const [anchor, names] of table.names)
    table.keyed[table.index(anchor, { kind: 'assign', whole: false })].push(indexNames(names))
  addEncodings(table, detectors, decoders)
  const ofDetectors = table.literals.length
  for (const secret of known) addKnown(table, secret, decoders)
  const automaton = buildAutomaton(table.literals)
  const listed = listing === null ? null : compileListing(listing, table.literals.length, decoders)
  const { scan, scanPayload } = scansOf(automaton, listed)
  const { confirms = [], lengths = [] } = listed ?? {}
  return {
    scan,
    scanPayload,
    countNewlines: (payload) => automaton.countNewlines(payload),
    lengths: Int32Array.from([...table.literals.map((literal) => Buffer.byteLength(literal.text)), ...lengths]),
    // Those of known secrets are parts of them.
    names: [
      ...table.literals.map((literal, i) => (i < ofDetectors ? literal.text : 'known secret')),
      ...lengths.map(() => 'listed secret')
    ],
    confirms: [...table.confirms, ...confirms.map((confirm) => [confirm])],
    keyed: [...table.keyed, ...confirms.map(() => [])],
    unwrap: compileUnwrap(decoders)
  }
}

/** Without listed secrets nothing stands between the scanner and the automaton. */
function scansOf(automaton: Automaton, listed: CompiledListing | null): Pick<CompiledSet, 'scan' | 'scanPayload'> {
  if (listed === null)
    return { scan: automaton.scan, scanPayload: (payload) => automaton.scan(payload, 0, payload.length) }
  return {
    scan: (bytes, start, end, textEnd = end) => listed.find(bytes, start, textEnd, automaton.scan(bytes, start, end)),
    scanPayload(payload, codec) {
      const hits = automaton.scan(payload, 0, payload.length)
      if (codec.texts === undefined) return listed.find(payload, 0, payload.length, hits)
      codec.texts(payload, (start, end) => listed.add(payload, start, end))
      return listed.take(hits)
    }
  }
}

interface Table {
  readonly literals: Literal[]
  readonly confirms: Confirm[][]
  readonly keyed: Keyed[][]
  /** Key names that are looked up around an anchor, by anchor. */
  readonly names: Map<string, IndexedName[]>
  /** Index of a literal with this guard, added when it is new. */
  index(text: string, guard: Guard): number
}

function createTable(): Table {
  const literals: Literal[] = []
  const confirms: Confirm[][] = []
  const keyed: Keyed[][] = []
  const known = new Map<string, number>()
  return {
    literals,
    confirms,
    keyed,
    names: new Map(),
    index(text, guard) {
      const key = literalKey(text, guard)
      let at = known.get(key)
      if (at === undefined) {
        at = literals.push({ text, guard }) - 1
        confirms.push([])
        keyed.push([])
        known.set(key, at)
      }
      return at
    }
  }
}

/** Equal literals with equal guards are one; classes are shared, so that their identity tells them apart. */
function literalKey(text: string, guard: Guard): string {
  if (guard.kind === 'assign') return `assign ${guard.whole} ${text.toLowerCase()}`
  if (guard.kind === 'tail') return `tail ${guard.wide} ${text}`
  if (guard.kind !== 'run') return `${guard.kind} ${text.toLowerCase()}`
  const name = guard.exactCase ? text : text.toLowerCase()
  return `${guard.exactCase} ${guard.min} ${classNumber(guard.after)} ${guard.before === null ? '' : classNumber(guard.before)} ${name}`
}

const classNumbers = new Map<Uint8Array, number>()

function classNumber(set: Uint8Array): number {
  const number = classNumbers.get(set) ?? classNumbers.size
  classNumbers.set(set, number)
  return number
}

function addDetector(
  table: Table,
  detector: Detector,
  index: number,
  vendors: ReadonlySet<string>,
  hooks: CompileHooks,
  percent: Confirm
): void {
  if (detector.matcher === 'pem') {
    const confirm = meteredConfirm(compilePem(detector, index, hooks.carry, percent), detector, hooks.metering ?? null)
    for (const keyword of detector.keywords) table.confirms[table.index(keyword, { kind: 'none' })].push(confirm)
    return
  }
  if (detector.context !== 'anywhere') {
    const keyed = meteredKeyed(
      keyedLater(() => compileKeyed(detector, vendors)),
      detector,
      hooks.metering ?? null
    )
    for (const keyword of detector.keywords) addKeyword(table, keyword, detector, keyed)
    return
  }
  const literals = detector.literals ?? tokenLiteralsOf(detector)
  const confirm = meteredConfirm(
    confirmLater(() =>
      isJoint(literals[0].text) ? compileTailed(detector, literals[0]) : compileToken(detector, literals[0], percent)
    ),
    detector,
    hooks.metering ?? null
  )
  for (const literal of literals) {
    for (const { text, guard } of guardedLiterals(detector, literal))
      table.confirms[table.index(text, guard)].push(confirm)
    const encoded = percentLiteral(literal.text)
    if (encoded !== null) addOnce(table.confirms[table.index(encoded, { kind: 'none' })], percent)
  }
}

/** Compiled at the first hit: most detectors never see one. */
function confirmLater(compile: () => Confirm): Confirm {
  const confirm = lazy(compile)
  return (scan, start, end) => confirm()(scan, start, end)
}

function keyedLater(compile: () => Keyed): Keyed {
  const keyed = lazy(compile)
  return {
    inText: (scan, start, end) => keyed().inText(scan, start, end),
    governed: (scan, start, end) => keyed().governed(scan, start, end),
    mayGovern: (...hit) => keyed().mayGovern(...hit)
  }
}

function addKeyword(table: Table, keyword: string, { context, pattern }: Detector, keyed: Keyed): void {
  const found = context === 'assigned' && isName(keyword) ? anchorOf(keyword) : null
  if (found !== null && found.anchor !== keyword) {
    const names = table.names.get(found.anchor) ?? []
    table.names.set(found.anchor, names)
    names.push({ keyword, at: found.at, keyed })
    return
  }
  const literal = isName(keyword) ? keyword.slice(0, maxKeyLiteral) : keyword
  // Where there is no pattern, the key word has to be a word of the name.
  const guard: Guard =
    context === 'near' ? { kind: 'none' } : { kind: 'assign', whole: pattern === '' && literal === keyword }
  table.keyed[table.index(literal, guard)].push(literal === keyword ? keyed : behindLiteral(keyed, keyword))
}

function isName(keyword: string): boolean {
  return /^[\w.-]+$/.test(keyword)
}

/** Key names are many and long: their beginnings are few, and a small part of the automaton. What follows is compared at a hit. */
const maxKeyLiteral = 8

/** Of literals that begin with something that URLs encode, the form that stands there; enough of it to be rare. */
function percentLiteral(text: string): string | null {
  const first = [...text].findIndex((character) => encodeURIComponent(character) !== character)
  const encoded = first < 0 ? text : encodeURIComponent(text.slice(0, Math.max(first + 1, maxKeyLiteral)))
  return text === userinfo || text.includes(' ') || encoded === text ? null : encoded
}

const anyByte = new Uint8Array(256).fill(1)
const exactly: Guard = { kind: 'run', min: 0, after: anyByte, before: null, exactCase: true }

function addEncodings(table: Table, detectors: readonly Detector[], decoders: Decoders): void {
  const none: Guard = { kind: 'none' }
  const { percent, escapes, html, base64, hex } = decoders
  for (const introducer of introducers.escapes) table.confirms[table.index(introducer, none)].push(escapes)
  for (const introducer of introducers.html) table.confirms[table.index(introducer, none)].push(html)
  for (const introducer of introducers.percent) table.confirms[table.index(introducer, none)].push(percent)
  for (const text of encodedTexts(detectors)) {
    for (const literal of base64Literals(text)) addOnce(table.confirms[table.index(literal, exactly)], base64)
    for (const literal of hexLiterals(text)) addOnce(table.confirms[table.index(literal, none)], hex)
  }
}

function addKnown(table: Table, secret: KnownSecret, decoders: Decoders): void {
  for (const { literals, base64, hex } of compileKnown(secret, decoders)) {
    for (const { text, confirm } of literals) table.confirms[table.index(text, exactly)].push(confirm)
    for (const literal of base64) addOnce(table.confirms[table.index(literal, exactly)], decoders.base64)
    for (const literal of hex) addOnce(table.confirms[table.index(literal, { kind: 'none' })], decoders.hex)
  }
}

function addOnce(list: Confirm[], confirm: Confirm): void {
  if (!list.includes(confirm)) list.push(confirm)
}
