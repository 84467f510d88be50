import { isLetter, isQuote, latin1, skipSpaces, startsWithFolded } from '../bytes.ts'

// Sentences and plans that tell a key's old and new value: `key changed from V to W`, `set key to V`, `key = "V" -> "W"`.

/** Behind a key. With `to` they are among the leads of any sentence, see separators.ts. */
const pastTense = ['changed ', 'rotated ', 'updated ', 'reset ', 'modified ', 'switched ']

/** In front of a key. */
const changes = new Set(
  (
    'set sets setting change changes changed changing update updates updated updating reset resets resetting rotate rotates rotated rotating ' +
    'switch switched switching modified'
  ).split(' ')
)
/** `set the admin password to`: how many words before the key are looked at. */
const mostWords = 3

/** Where the value begins behind `[changed] from` or, when a verb before the key speaks of a change, `to`; 0 for anything else. */
export function changeEnd(bytes: Uint8Array, keyStart: number, at: number, start: number, stop: number): number {
  const verb = pastTense.find((one) => startsWithFolded(bytes, at, stop, one))
  const behind = at + (verb?.length ?? 0)
  if (verb === undefined && !standsBehindChange(bytes, keyStart, start)) return 0
  if (startsWithFolded(bytes, behind, stop, from)) return behind + from.length
  return startsWithFolded(bytes, at, stop, to) ? at + to.length : 0
}

const from = 'from '
const to = 'to '

function standsBehindChange(bytes: Uint8Array, keyStart: number, start: number): boolean {
  let at = keyStart
  for (let words = 0; words < mostWords; words++) {
    if (at <= start || bytes[at - 1] !== 0x20) return false
    const wordEnd = --at
    while (at > start && isLetter[bytes[at - 1]]) at--
    if (changes.has(latin1(bytes, at, wordEnd).toLowerCase())) return true
  }
  return false
}

/** Where the new value begins, behind an old one `[valueStart, valueEnd)`; 0 when there is none. */
export function newValueStart(
  bytes: Uint8Array,
  {
    valueStart,
    valueEnd,
    quoted
  }: { readonly valueStart: number; readonly valueEnd: number; readonly quoted: boolean },
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
