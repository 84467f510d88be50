import type { Detector } from '../model.ts'
import { isAlnum, isQuote, isSpace } from './bytes.ts'
import { lazy } from './judge.ts'
import { minLengthOf, parsePattern } from './pattern.ts'
import { alphabetOf } from './token-literals.ts'

/** How far behind the key word a value of `context: near` may begin, in bytes. */
export const nearby = 40

/**
 * Whether a value of a `near` detector can stand behind the key word that ends at an offset of the payload: every match is a run of bytes of
 * the pattern's alphabet, or of escapes of them, and at least as long as the shortest match. Names of vendors turn up in domains and user
 * agents, and to look closer costs a hundred times as much. Escapes make the way longer: twice as far is looked. True where the value may
 * stand elsewhere.
 */
export function compileRunTest(detector: Detector): (bytes: Uint8Array, from: number) => boolean {
  const shortest = lazy(() => shortestRun(detector))
  return (bytes, from) => {
    const { min, table } = shortest()
    return leadsElsewhere(bytes, from) || hasRun(bytes, from, 2 * (nearby + detector.maxLength), min, table)
  }
}

/** Shortest value assigned to a vendor's name that need not have the shape the detector knows, in bytes. */
export const shortestOther = 20

/** Whether such a value can stand behind the name that ends at `from`. */
export function otherMayFollow(bytes: Uint8Array, from: number): boolean {
  return leadsElsewhere(bytes, from) || hasRun(bytes, from, 2 * nearby, shortestOther, others)
}

function hasRun(bytes: Uint8Array, from: number, reach: number, min: number, table: Uint8Array): boolean {
  const stop = Math.min(bytes.length, from + reach)
  let run = 0
  for (let i = from; i < stop && bytes[i] !== 0x0a; i++) {
    run = table[bytes[i]] === 1 ? run + 1 : 0
    if (run >= min) return true
  }
  return false
}

/** What escapes are written with, besides letters and digits: `\/`, `%2B`, `&#43;`. */
const escapes = Uint8Array.from('\\%&#;', (character) => character.charCodeAt(0))

/** What `shortestOther` counts: base64 in both alphabets, and escapes. */
const others = isAlnum.slice()
for (const character of '-_+/=~.\\%&#;') others[character.charCodeAt(0)] = 1

function shortestRun({ pattern, caseInsensitive }: Detector): { readonly min: number; readonly table: Uint8Array } {
  if (pattern === '') return { min: 0, table: isAlnum }
  const ast = parsePattern(pattern, caseInsensitive)
  const table = alphabetOf(ast.root).slice()
  for (const byte of escapes) table[byte] = 1
  return { min: minLengthOf(ast), table }
}

/** The name of an object or a list, or a string of its own, whose value may stand before it: `"vendor": {`, `"name": "vendor"}`. */
function leadsElsewhere(bytes: Uint8Array, from: number): boolean {
  let at = from
  while (isAlnum[bytes[at]] === 1 || bytes[at] === 0x5f || bytes[at] === 0x2d || bytes[at] === 0x2e) at++
  while (bytes[at] === 0x5c) at++
  if (isQuote[bytes[at]] !== 1) return false
  at++
  while (isSpace[bytes[at]] === 1) at++
  if (bytes[at] !== 0x3a) return bytes[at] === 0x7d || bytes[at] === 0x2c
  at++
  while (isSpace[bytes[at]] === 1) at++
  return bytes[at] === 0x7b || bytes[at] === 0x5b
}
