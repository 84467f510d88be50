import { isLetter, isQuote, latin1, skipSpaces, startsWithFolded } from '../bytes.ts'

// Sentences and plans that tell a key's old and new value: `key changed from V to W`, `set key to V`, `key = "V" -> "W"`.

const from = 'from '
const to = 'to '
const leads = [from, to]

/** Behind a key. With `to` they are among the leads of any sentence, see separators.ts. */
const pastTense = ['changed ', 'rotated ', 'updated ', 'reset ', 'modified ', 'switched ']

/** In front of a key. */
const changes = new Set(
  (
    'set sets setting change changes changed changing update updates updated updating reset resets resetting rotate rotates rotated rotating ' +
    'switch switched switching modified'
  ).split(' ')
)
/** `set the administrator password to`: how many words before the key are looked at, and how long one may be. */
const mostWords = 3
const longestWord = 32

/** Where the value begins behind `[changed] from` or, when a verb before the key speaks of a change, `to`; 0 for anything else. */
export function changeEnd(bytes: Uint8Array, keyStart: number, at: number, start: number, stop: number): number {
  const verb = pastTense.find((one) => startsWithFolded(bytes, at, stop, one))
  if (verb !== undefined)
    return startsWithFolded(bytes, at + verb.length, stop, from) ? at + verb.length + from.length : 0
  const lead = leads.find((one) => startsWithFolded(bytes, at, stop, one))
  // Last, as few sentences go on like that: what stands before the key.
  return lead !== undefined && standsBehindChange(bytes, keyStart, start) ? at + lead.length : 0
}

function standsBehindChange(bytes: Uint8Array, keyStart: number, start: number): boolean {
  let at = keyStart
  for (let words = 0; words < mostWords; words++) {
    if (at <= start || bytes[at - 1] !== 0x20) return false
    const wordEnd = --at
    while (at > start && wordEnd - at < longestWord && isLetter[bytes[at - 1]]) at--
    if (changes.has(latin1(bytes, at, wordEnd).toLowerCase())) return true
  }
  return false
}

/** Where the new value begins, behind an old one `[valueStart, valueEnd)`; 0 when there is none. */
export function newValueStart(
  bytes: Uint8Array,
  valueStart: number,
  valueEnd: number,
  quoted: boolean,
  end: number
): number {
  const next = skipSpaces(bytes, quoted ? valueEnd + 1 : valueEnd, end)
  if ((bytes[next] === 0x2d || bytes[next] === 0x3d) && bytes[next + 1] === 0x3e) {
    const quote = skipSpaces(bytes, next + 2, end)
    return quote < end && isQuote[bytes[quote]] === 1 ? quote : 0
  }
  const lead = (quoted ? valueStart - 1 : valueStart) - from.length
  const isTold = lead >= 0 && startsWithFolded(bytes, lead, valueStart, from) && startsWithFolded(bytes, next, end, to)
  return isTold ? next + to.length : 0
}
