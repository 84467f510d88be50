import { isDigit, isLower, isUpper } from '../bytes.ts'
import { LONGEST_GAP, LONGEST_PAIRED, LONGEST_TOKEN } from '../kernel/layout.ts'

// A run is letters and digits with none beside them. A listed secret is known by the lengths, the kinds of characters and a keyed hash of one
// run in it, or of two short ones with little between them: the token. It is looked up for every token of a text that has such lengths and such
// characters.

/** What a byte is: 1 a small letter, 2 a capital, 4 a digit, 0 none of these. */
export const kindOf = Uint8Array.from(
  { length: 256 },
  (_, byte) => isLower[byte] | (isUpper[byte] << 1) | (isDigit[byte] << 2)
)

/** The token of a value by which it is known. */
export interface Token {
  /** Where it begins in the value, in bytes. */
  readonly offset: number
  /** Its length; of two runs, the lengths of the first, of what stands between them, and of the second. */
  readonly parts: readonly [number] | readonly [number, number, number]
  /** The kinds of its characters, added up. */
  readonly classes: number
}

/** Shorter runs are words like others. */
const shortest = 6
/** The same with characters of several kinds. */
const shortestMixed = 4

/** The token of a value that stands in texts most seldom for other reasons; null: there is none that is rare enough. */
export function tokenOf(value: Uint8Array): Token | null {
  const runs = runsOf(value)
  const single = runs.filter(isRare).reduce<Token | null>(rarer, null)
  if (single !== null) return single
  const pairs = pairsOf(runs)
  const steady = pairs.filter(({ offset, parts: [first, gap] }) =>
    isSteady(value, offset + first, offset + first + gap)
  )
  return (steady.length > 0 ? steady : pairs).reduce<Token | null>(rarer, null)
}

export function lengthOf({ parts }: Pick<Token, 'parts'>): number {
  return parts.length === 1 ? parts[0] : parts[0] + parts[1] + parts[2]
}

interface Run extends Token {
  readonly parts: readonly [number]
}

function runsOf(value: Uint8Array): Run[] {
  const runs: Run[] = []
  for (let at = 0; at < value.length; at++) {
    if (kindOf[value[at]] === 0) continue
    const offset = at
    let classes = 0
    while (at < value.length && kindOf[value[at]] !== 0) classes |= kindOf[value[at++]]
    runs.push({ offset, parts: [at - offset], classes })
  }
  return runs
}

function isRare({ parts: [length], classes }: Run): boolean {
  return length <= LONGEST_TOKEN && length >= (countOf(classes) === 1 ? shortest : shortestMixed)
}

interface Pair extends Token {
  readonly parts: readonly [number, number, number]
}

function pairsOf(runs: readonly Run[]): Pair[] {
  return runs.slice(1).flatMap((second, i) => {
    const first = runs[i]
    const [a, b] = [first.parts[0], second.parts[0]]
    const gap = second.offset - first.offset - a
    const classes = first.classes | second.classes
    const isPair = gap <= LONGEST_GAP && a <= LONGEST_PAIRED && b <= LONGEST_PAIRED && a + b >= shortestMixed
    return isPair ? [{ offset: first.offset, parts: [a, gap, b] as const, classes }] : []
  })
}

/** Whether JSON, URLs and HTML write it as it is. */
function isSteady(value: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!steadyCharacters.includes(String.fromCharCode(value[at]))) return false
  return true
}

const steadyCharacters = '!$()*+,-./:;=?@[]^_`{|}~#'

/** A kind more makes up for three characters: words have one or two. */
function rarer(best: Token | null, token: Token): Token {
  return best === null || rarityOf(token) > rarityOf(best) ? token : best
}

function rarityOf(token: Token): number {
  return lengthOf(token) + 3 * countOf(token.classes)
}

function countOf(classes: number): number {
  return (classes & 1) + ((classes >> 1) & 1) + (classes >> 2)
}
