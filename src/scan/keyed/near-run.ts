import type { Detector, ValueRun } from '../../model.ts'
import { isAlnum, isSpace } from '../bytes.ts'
import { lazy } from '../judge.ts'
import { alphabetOf, minLengthOf, parsePattern } from '../pattern/pattern.ts'
import { fromHex, toHex } from '../token/token-literals.ts'
import { memberEnd, memberValue, namesSibling } from './member.ts'
import { anything, valueBehind } from './otlp-value.ts'

/** How far behind the key word a value of `context: near` may begin, in bytes. */
export const nearby = 40
/** How far behind a name an assigned value may begin, white space not counted: the operators, a word, other words joined to the name. */
const assignedNearby = 128

/**
 * Whether a value can stand behind a name that ends at an offset of the payload: it holds a run of bytes of an alphabet, or of escapes of them.
 * Names of vendors turn up in domains and user agents, and to look closer costs a hundred times as much. True where the value may stand
 * elsewhere. `binary`: the text goes on behind line feeds, and the value may be a field of protobuf.
 */
export type RunTest = (bytes: Uint8Array, from: number, binary: boolean) => boolean

/** For a detector of values near or assigned to a name. Escapes make the way longer: twice as far is looked. */
export function compileRunTest(detector: Detector): RunTest {
  if (detector.pattern === '') return shapeTests[detector.value ?? 'any']
  const run = lazy(() => {
    const { min, bytes } = detector.run ?? valueRunOf(detector)
    return { min, table: fromHex(bytes) }
  })
  const isNear = detector.context === 'near'
  const reach = 2 * ((isNear ? nearby : assignedNearby) + detector.maxLength)
  const place = isNear ? 'behind' : 'value'
  return (bytes, from, binary) => {
    const { min, table } = run()
    return follows(bytes, from, binary, place, reach, min, table)
  }
}

/** What every match of the pattern of such a detector holds side by side. The build computes it for the bundled detectors. */
export function valueRunOf({ pattern, caseInsensitive }: Detector): ValueRun {
  const ast = parsePattern(pattern, caseInsensitive)
  const table = alphabetOf(ast.root).slice()
  for (const byte of escapes) table[byte] = 1
  return { min: minLengthOf(ast), bytes: toHex(table) }
}

/** What escapes are written with, besides letters and digits: `\/`, `%2B`, `&#43;`. */
const escapes = Uint8Array.from('\\%&#;', (character) => character.charCodeAt(0))

const noSpace = isSpace.map((is) => 1 - is)

/** By the shape that values.ts asks for: generated values have 16 bytes or more, opaque ones 6, and neither has white space. */
const shapeTests: Readonly<Record<'any' | 'opaque' | 'random', RunTest>> = {
  any: () => true,
  opaque: (bytes, from, binary) => follows(bytes, from, binary, 'value', 2 * assignedNearby, 6, noSpace),
  random: (bytes, from, binary) => follows(bytes, from, binary, 'value', 2 * assignedNearby, 16, noSpace)
}

/** Whether a value can stand there that only a vendor's name in front of the key word makes a secret: see `isVendors` in values.ts. */
export const vendorsMayFollow: RunTest = (bytes, from, binary) =>
  follows(bytes, from, binary, 'value', 2 * assignedNearby, 10, others)

/** Shortest value assigned to a vendor's name that need not have the shape the detector knows, in bytes. */
export const shortestOther = 20

/** Whether such a value can stand behind the name that ends at `from`. */
export const otherMayFollow: RunTest = (bytes, from, binary) =>
  follows(bytes, from, binary, 'value', 2 * nearby, shortestOther, others)

/** Base64 in both alphabets, and escapes. */
const others = isAlnum.slice()
for (const character of '-_+/=~.\\%&#;') others[character.charCodeAt(0)] = 1

/** Where a run is looked for: in the value assigned to the name, or in what stands behind the name, whatever it is. */
type Place = 'value' | 'behind'

function follows(
  bytes: Uint8Array,
  from: number,
  binary: boolean,
  place: Place,
  reach: number,
  min: number,
  table: Uint8Array
): boolean {
  const nameEnd = nameEndOf(bytes, from)
  if (bytes[nameEnd] === markup) return true
  if (binary && isControl(bytes[nameEnd])) {
    const value = valueBehind(bytes, nameEnd)
    if (value === anything) return true
    return hasRun(bytes, value?.start ?? from, value?.end ?? bytes.length, true, reach, min, table)
  }
  const value = memberValue(bytes, nameEnd)
  if (value > 0 ? opens(bytes[value]) : value === 0 && namesSibling(bytes, from)) return true
  if (place === 'value' && value > 0) return hasRun(bytes, value, memberEnd(bytes, value), binary, reach, min, table)
  return hasRun(bytes, from, bytes.length, binary, reach, min, table)
}

function nameEndOf(bytes: Uint8Array, from: number): number {
  let at = from
  while (isAlnum[bytes[at]] === 1 || bytes[at] === 0x5f || bytes[at] === 0x2d || bytes[at] === 0x2e) at++
  return at
}

/** `<`: the value may stand behind attributes or in another element. */
const markup = 0x3c

/** An object or a list. */
function opens(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b
}

function hasRun(
  bytes: Uint8Array,
  from: number,
  to: number,
  binary: boolean,
  reach: number,
  min: number,
  table: Uint8Array
): boolean {
  let run = 0
  let left = reach
  for (let i = from; i < to && left > 0; i++) {
    const byte = bytes[i]
    run = table[byte] === 1 ? run + 1 : 0
    if (run >= min) return true
    if (byte === 0x0a && !binary) return false
    if (isSpace[byte] === 0) left--
  }
  return false
}

function isControl(byte: number | undefined): boolean {
  return byte === undefined || byte < 0x20 || byte >= 0x7f
}
