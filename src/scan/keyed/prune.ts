import type { Hits } from '../../model.ts'
import type { CompiledSet } from '../compile.ts'
import { keyEndOf, keyStartOf, readJoined } from './pairs.ts'

/** Bytes for each hit, at least, of a payload that is worth it. In a denser one most hits come to something, or are an attack. */
const minSpacing = 256

/**
 * Drops, in place, hits of key words whose name rules out a secret (`last_passed`, `key_length`): to see that costs a tenth of a
 * microsecond, to parse the line of JSON around it many. Next to an escape a hit stays, because decoding may change the name. In a `binary`
 * payload the first byte of a name may be its length.
 */
export function pruneHits(set: CompiledSet, bytes: Uint8Array, hits: Hits, binary = false): Hits {
  if (hits.count * minSpacing > bytes.length) return hits
  const { pairs } = hits
  let kept = 0
  for (let i = 0; i < hits.count; i++) {
    const literal = pairs[2 * i]
    const end = pairs[2 * i + 1]
    if (set.confirms[literal].length === 0 && !mayGovern(set, bytes, literal, end, binary)) continue
    pairs[2 * kept] = literal
    pairs[2 * kept + 1] = end
    kept++
  }
  return kept === hits.count ? hits : { count: kept, pairs }
}

function mayGovern(set: CompiledSet, bytes: Uint8Array, literal: number, end: number, binary: boolean): boolean {
  const start = end - set.lengths[literal]
  const keyStart = keyStartOf(bytes, 0, start)
  if (keyStart > 0 && beginsEscape(bytes[keyStart - 1])) return true
  const joined = readJoined(bytes, 0, bytes.length, start, end)
  const keyEnd = joined === null ? keyEndOf(bytes, bytes.length, end) : joined.keyEnd
  if (mayGoOn(bytes, keyEnd)) return true
  if (set.keyed[literal].some((keyed) => keyed.mayGovern(bytes, keyStart, keyEnd, start, end, binary))) return true
  const mayBeLength = binary && keyStart > 0 && keyStart < start && (bytes[keyStart - 1] & 7) === lengthDelimited
  return (
    mayBeLength && set.keyed[literal].some((keyed) => keyed.mayGovern(bytes, keyStart + 1, keyEnd, start, end, binary))
  )
}

/** Protobuf's wire type of texts: in a tag, which stands before the length. */
const lengthDelimited = 2

/** `\n`, `\u000a`, `%0A`: what seems to be a part of the name is a part of the escape. */
function beginsEscape(byte: number): boolean {
  return byte === 0x5c || byte === 0x25
}

/** `vendor&#46;io`, `vendor\x2eio`, `vendor%2Eio`: the name may go on behind an escape. A quote's, `&quot;` or `\"`, ends it. */
function mayGoOn(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]
  const next = bytes[at + 1]
  return byte === 0x25 || (byte === 0x26 && next === 0x23) || (byte === 0x5c && (next === 0x75 || next === 0x78))
}
