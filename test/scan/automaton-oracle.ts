// What the automaton must find, written the slow and obvious way: indexOf and regular expressions over latin-1 text.
// No streams, no pieces, no memory of earlier hits.

import type { Guard, Literal } from '../../src/scan/automaton.ts'

export type Pair = [literal: number, end: number]

/** All hits in the text (one character a byte), in the automaton's order. */
export function findAll(literals: readonly Literal[], text: string): Pair[] {
  const folded = fold(text)
  const raws = literals.map((literal) => Buffer.from(literal.text).toString('latin1'))
  const pairs = raws.flatMap((raw, index) =>
    occurrences(folded, fold(raw))
      .map((start) => start + raw.length)
      .filter((end) => agrees(literals[index].guard, raw, text, end))
      .map((end): Pair => [index, end])
  )
  const rank = (index: number) => 2 * raws[index].length + (isWide(literals[index].guard) ? 1 : 0)
  return pairs.sort((a, b) => a[1] - b[1] || rank(b[0]) - rank(a[0]) || a[0] - b[0])
}

function isWide(guard: Guard): boolean {
  return guard.kind === 'tail' && guard.wide
}

function fold(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function occurrences(text: string, literal: string): number[] {
  const starts: number[] = []
  for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) starts.push(at)
  return starts
}

function agrees(guard: Guard, raw: string, text: string, end: number): boolean {
  if (guard.kind === 'none') return true
  if (guard.kind === 'run') return runs(guard, raw, text, end)
  if (guard.kind === 'tail') return guard.wide ? isWideTail(text, end) : /^[A-Za-z0-9]{30}/.test(text.slice(end))
  if (guard.kind === 'userinfo') return hasUserinfo(text, end)
  return (!guard.whole || endsWord(text, end)) && assigned(text, end)
}

function isWideTail(text: string, end: number): boolean {
  const body = /^[\w-]{43}/.exec(cut(text, end, 43))?.[0] ?? ''
  const lead = /[\w-]*$/.exec(text.slice(Math.max(0, end - 25), end))?.[0] ?? ''
  const joints = lead.replace(/[A-Za-z0-9]/g, '').length
  return joints <= 2 && lead.length <= 24 && [/[A-Z]/, /[a-z]/, /[0-9]/].every((kind) => kind.test(body))
}

function endsWord(text: string, end: number): boolean {
  const lower = /[a-z]/.test(text[end - 1])
  return /^(?:[sS](?![a-z])|[^A-Za-z]|$)/.test(text.slice(end)) || /[a-z]/.test(text[end]) !== lower
}

function hasUserinfo(text: string, end: number): boolean {
  const body = cut(text, end, 258).replace(/[\0-\x20\x7f"'`<>][\s\S]*/, '')
  const at = [body.indexOf('@', 1), body.indexOf('%40', 1)].filter((found) => found > 0)
  return at.some((found) => found < 256)
}

function runs(guard: Guard & { kind: 'run' }, raw: string, text: string, end: number): boolean {
  const start = end - raw.length
  const after = cut(text, end, guard.min)
  if (after.length < guard.min || [...after].some((char) => guard.after[char.charCodeAt(0)] === 0)) return false
  if (guard.exactCase && text.slice(start, end) !== raw) return false
  if (guard.before === null || start === 0 || guard.before[text.charCodeAt(start - 1)] === 0) return true
  const before = text.slice(Math.max(start - 24, 0), start)
  return maybeLength(before) || noNeighbours.some((pattern) => pattern.test(before))
}

const noNeighbours = [
  /%[0-9a-f]{2}$/i,
  /%25[0-9a-f]{2}$/i,
  /\\x[0-9a-fA-F]{2}$/,
  /\\u[0-9a-fA-F]{4}$/,
  /\\[nrtbf]$/,
  /\[[0-9;]{0,22}[mK]$/
]

/** Before a protobuf string: its tag and length, or the two bytes of its length. */
function maybeLength(before: string): boolean {
  const byte = before.charCodeAt(before.length - 2)
  return byte >= 128 || (byte < 64 && byte % 8 === 2) || byte === 0x62
}

function assigned(text: string, end: number): boolean {
  const name = /^(?:(?!\xef\xbc[\x9a\x9d])[\w.\-\x80-\xff])*/.exec(text.slice(end))?.[0] ?? ''
  const rest = name.slice(0, 40)
  if (rest.length > 16 && rest.replace(/[^0-9]/g, '').length >= 4) return true
  if (name.length > 40) return false
  const nameEnd = end + name.length
  if (text[nameEnd] === '\x12') return nameEnd + 1 < text.length
  if (text[nameEnd] === '\n' && isElement(text, nameEnd)) return true
  let quoted = false
  let open = false
  let at = nameEnd
  while (at < text.length && at < nameEnd + 48) {
    const [char, next] = read(text, at)
    const colour = skipColour(text, at)
    if (colour !== null) {
      at = colour
      continue
    }
    if (/["'`]/.test(char)) {
      if (open) return next < text.length
      quoted = true
    } else if (char === ' ') open = true
    else if (/[\n\r]/.test(char)) return false
    else if (/[[({]/.test(char)) {
      if (char === '[' && /^(?:REDACTED|WITHHELD)/.test(cut(text, next, 8))) return false
      if (open && isRandom(text, next)) return true
      const index = char === '[' ? skipIndex(text, next) : null
      open ||= index === null
      at = index ?? next
      continue
    } else if (/[=:|\t]/.test(char)) return onLine(text, next)
    else if (char === '>' && text[at - 1] === '-') return onLine(text, next)
    else if (char === '>') return onText(text, next) && !/^<(?!!)/.test(readTwo(text, next))
    else if (char === '-' && read(text, next)[0] === '>') return onLine(text, read(text, next)[1])
    else if (char === ',') {
      const named = quoted && (quotedFollows(text, next) || isStringValue(text, nameEnd))
      return named || (open && kindOfName(text, nameEnd) === 'option')
    } else if (char === '}' && quoted && isStringValue(text, nameEnd)) return true
    else if (char === '<' && !open) return read(text, next)[0] === '/'
    else if (!/[\\)\]}]/.test(char)) {
      if (open) return wordFollows(text, at, kindOfName(text, nameEnd), quoted)
      if (!/[!*+.?~]/.test(char)) return false
    }
    at = next
  }
  return false
}

/** Of protobuf: behind a string in an array stands the tag of the next, its length, and within that the same of the string. */
function isElement(text: string, at: number): boolean {
  const [length, tag, inner] = [1, 2, 3].map((i) => text.charCodeAt(at + i) || 0)
  return length >= 128 ? inner === 0x0a : tag === 0x0a && length === inner + 2
}

/** ESC, or what stands for it, and what it introduces; without any, a parameter says that it is a colour. */
function skipColour(text: string, at: number): number | null {
  const [char, next] = read(text, at)
  const spelled = /^(?:\^\[|#033|\\{1,15}(?:e|033))(?=\[)/.exec(cut(text, at, 24))?.[0] ?? ''
  const open = char === '\x1b' ? next : at + spelled.length
  const sequence = /^\[([\d;:]{0,40})[mK]/.exec(cut(text, open, 44))
  return sequence === null || (open === at && sequence[1] === '') ? null : open + sequence[0].length
}

function onLine(text: string, at: number): boolean {
  return /^(?:[ \t]{0,64}[^ \t\r\n]|[ \t]{65})/.test(cut(text, at, 70))
}

function onText(text: string, at: number): boolean {
  return /^(?:[ \t\r\n]{0,63}[^ \t\r\n]|[ \t\r\n]{64}[\s\S])/.test(cut(text, at, 70))
}

function isRandom(text: string, at: number): boolean {
  const run = /^[\w+/=.~-]*/.exec(cut(text, at, 96))?.[0] ?? ''
  return run.length >= (/\d/.test(run) ? 16 : 20)
}

function isMixed(text: string, at: number): boolean {
  const word = (/^(?:(?!\[(?:REDACTED|WITHHELD))[^\0-\x20\x7f"'`<>])*/.exec(cut(text, at, 73))?.[0] ?? '').slice(0, 64)
  return (
    word.length >= 8 && /\d/.test(word) && ((/[a-z]/.test(word) && /[A-Z]/.test(word)) || /[!#$%&*+?@^~]/.test(word))
  )
}

function isStringValue(text: string, end: number): boolean {
  return /:[ \\]*"[\w.\-\x80-\xff]*$/.test(text.slice(Math.max(0, end - 128), end))
}

function skipIndex(text: string, from: number): number | null {
  for (let at = from; at < text.length && at < from + 32; ) {
    const [char, next] = read(text, at)
    if (char === ']') return next
    if (char === '[' || char <= ' ') return null
    at = next
  }
  return null
}

function wordFollows(text: string, at: number, kind: string, quoted: boolean): boolean {
  if (/^[!*+.?~][=:]/.test(cut(text, at, 2))) return onLine(text, at + 2)
  if (/^is[ \t:]/i.test(cut(text, at, 3))) return onLine(text, at + 3)
  if (isRandom(text, at) || isMixed(text, at) || kind === 'option') return true
  const first = /^[a-z]{1,16} /i.exec(cut(text, at, 17))?.[0].length
  const second = first === undefined ? undefined : /^[a-z]{1,16} /i.exec(cut(text, at + first, 17))?.[0].length
  const told = [first, second === undefined ? undefined : (first ?? 0) + second]
  const words = [
    first === undefined ? '' : cut(text, at, first),
    second === undefined ? '' : cut(text, at + (first ?? 0), second)
  ]
  for (const [i, word] of words.entries()) {
    const behind = at + (told[i] ?? 0)
    if (/^from /i.test(word) && onLine(text, behind)) return true
    if (/^to /i.test(word) && readQuote(text, behind) !== null) return true
  }
  if (told.some((words) => words !== undefined && (isRandom(text, at + words) || isMixed(text, at + words))))
    return true
  const owner = behindOwner(text, at)
  if (owner !== null) return onLine(text, owner)
  const letters = /^[a-z]{1,16}(?=: )/i.exec(cut(text, at, 18))?.[0]
  if (letters !== undefined) return onLine(text, at + letters.length + 1)
  const name = /^[\w.\-\x80-\xff:]{0,24} {0,4}/.exec(cut(text, at, 30))?.[0] ?? ''
  const [char, next] = read(text, at + name.length)
  if (char !== '=') return false
  const spaces = /^ {0,4}/.exec(cut(text, next, 4))?.[0].length ?? 0
  return quoted || kind === 'tag' || (name.endsWith(' ') && readQuote(text, next + spaces) !== null)
}

function behindOwner(text: string, at: number): number | null {
  if (!/^(?:for|of) /i.test(cut(text, at, 4))) return null
  const stop = Math.min(at + 64, text.length - 2)
  const line = text.slice(at, at + 66).split('\n')[0]
  const leads = [...line.matchAll(/:(?= )/g), ...line.matchAll(/(?<= i)s(?= )/gi)].map(({ index }) => at + index)
  const first = Math.min(...leads.filter((lead) => lead < stop))
  return first === Number.POSITIVE_INFINITY ? null : first + 1
}

function kindOfName(text: string, end: number): 'option' | 'tag' | 'plain' {
  const word = /[\w.\-\x80-\xff:]*$/.exec(text.slice(Math.max(end - 128, 0), end))?.[0] ?? ''
  if (word.startsWith('-') || word.includes('--')) return 'option'
  const start = end - word.length
  return /[<;]/.test(text[start - 1] ?? '') || (text[start - 1] === '\\' && text[start] === 'u') ? 'tag' : 'plain'
}

function quotedFollows(text: string, from: number): boolean {
  let at = from
  while (at < from + 32 && /[ \t\n\r]/.test(read(text, at)[0])) at = read(text, at)[1]
  if (isRandom(text, at)) return true
  at += /^[bruf]{0,2}/i.exec(cut(text, at, 2))?.[0].length ?? 0
  const quote = readQuote(text, at)
  if (quote === null || /^\[(?:REDACTED|WITHHELD)/.test(cut(text, quote.next, 9))) return false
  if (/^valu/i.test(cut(text, quote.next, 4))) return true
  return !isKey(text, quote.next, quote)
}

interface Quote {
  readonly char: string
  readonly width: number
  readonly next: number
}

function isKey(text: string, from: number, open: Quote): boolean {
  for (let at = from; at < text.length && at < from + 48; at = read(text, at)[1]) {
    const quote = readQuote(text, at)
    if (quote?.char === open.char && quote.width === open.width) return isColon(text, quote.next)
    if (read(text, at)[0] === '\n') return false
  }
  return false
}

function isColon(text: string, at: number): boolean {
  const spaces = /^ {0,4}/.exec(cut(text, at, 4))?.[0].length ?? 0
  return read(text, at + spaces)[0] === ':'
}

function readQuote(text: string, at: number): Quote | null {
  let [char, next] = read(text, at)
  if (char === '\\') [char, next] = read(text, next)
  return /["'`]/.test(char) ? { char, width: next - at, next } : null
}

function readTwo(text: string, at: number): string {
  const [char, next] = read(text, at)
  return char + (text[next] ?? '')
}

const units: [RegExp, (match: RegExpExecArray) => string][] = [
  [/^\xef\xbc[\x9a\x9d]/, ([match]) => (match.endsWith('\x9a') ? ':' : '=')],
  [/^%(?:25(?=[0-9a-f]{2})){0,2}([0-9a-f]{2})/i, (match) => fromCode(match[1], 16)],
  [/^\\{1,15}u([0-9a-fA-F]{4})/, (match) => fromCode(match[1], 16)],
  [/^\\{1,15}x([0-9a-fA-F]{2})/, (match) => fromCode(match[1], 16)],
  [/^\\{1,15}t/, () => '\t'],
  [/^\\{1,15}[nr]/, () => '\n'],
  [/^\\{1,15}/, () => '\\'],
  [/^&(?:amp;){0,2}(?:quot|apos);/, () => '"'],
  [/^&(?:amp;){0,2}gt;/, () => '>'],
  [/^&(?:amp;){0,2}lt;/, () => '<'],
  [/^&(?:amp;){0,2}#(\d{0,5});/, (match) => fromCode(match[1], 10)],
  [/^&(?:amp;){0,2}#x([0-9a-f]{0,5});/i, (match) => fromCode(match[1], 16)],
  [/^[\s\S]/, (match) => match[0]]
]

/** The character at `at`, escapes decoded, and the offset behind it. NUL behind the end. */
function read(text: string, at: number): [char: string, next: number] {
  const rest = cut(text, at, 24)
  for (const [pattern, make] of units) {
    const match = pattern.exec(rest)
    if (match !== null) return [make(match), at + match[0].length]
  }
  return ['\0', at + 1]
}

function fromCode(digits: string, base: number): string {
  return String.fromCharCode(Number.parseInt(digits || '0', base))
}

function cut(text: string, at: number, length: number): string {
  return text.slice(at, at + length)
}
