import type { Codec, Field, Hits, View, Visitor } from '../../src/model.ts'

/** Finds words one by one, without an automaton: the codecs' tests do not depend on the scanner. Case matters. */
export function findWords(words: readonly string[], bytes: Uint8Array, start = 0, end = bytes.length): Hits {
  const text = Buffer.from(bytes).toString('latin1')
  const found: [number, number][] = []
  for (const [index, word] of words.entries()) {
    for (let at = text.indexOf(word, start); at >= 0 && at + word.length <= end; at = text.indexOf(word, at + 1)) {
      found.push([index, at + word.length])
    }
  }
  found.sort((a, b) => a[1] - b[1] || a[0] - b[0])
  return { count: found.length, pairs: Int32Array.from(found.flat()) }
}

export interface Seen {
  readonly fields: Field[]
  /** How many texts the codec decoded. */
  readonly scans: number
  /** How often it asked whether the next record is wanted. */
  readonly asked: number
}

/** Runs a codec over a payload; `wants` answers `wantsNext`, call by call. */
export function locate(
  codec: Codec,
  payload: Uint8Array,
  words: readonly string[],
  wants: readonly boolean[] = []
): Seen {
  const seen = { fields: [] as Field[], scans: 0, asked: 0 }
  const visitor: Visitor = {
    field: (field) => seen.fields.push(field),
    scan(bytes, start, end) {
      seen.scans++
      return findWords(words, bytes, start, end)
    },
    wantsNext: () => wants[seen.asked++] ?? false,
    withhold() {
      throw new Error('nothing is withheld here')
    }
  }
  codec.locate(payload, findWords(words, payload), visitor)
  return seen
}

/** Payload range of a view. */
export function rangeOf(view: View): [start: number, end: number] {
  const { start, end, origin } = view
  return origin === null ? [start, end] : [origin[0], origin[end - start]]
}

/** What the payload holds where a view stands, encoded as it came. */
export function rawOf(view: View, payload: Uint8Array): string {
  return Buffer.from(payload.subarray(...rangeOf(view))).toString()
}

/** What a view says. */
export function textOf(view: View): string {
  return Buffer.from(view.bytes.subarray(view.start, view.end)).toString()
}
