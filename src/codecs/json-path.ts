/** Where a value stands: in the container at `parent` (null: it is the record's root), by index or by name. */
export interface Place {
  readonly parent: Place | null
  /** null: an element of an array, `start` is its index. Else the member's name is `bytes[start..end)`, escapes as they are. */
  readonly bytes: Uint8Array | null
  readonly start: number
  readonly end: number
  /** Offset behind the last hit in the name; -1 when there is none. */
  readonly hitEnd: number
  /** The path, once it was asked for. */
  text: string | null
}

/** Longest path that grows further, in characters: else nested names could make findings far larger than the record. */
const maxPath = 256
/** Longest name that is shown, in bytes. */
const maxShown = 64
/** Longest text behind a hit in a name that is shown: the body of a token is longer, `secret_access_key` goes on for less. */
const maxBehindHit = 15
/** Most digits in a name with a hit that is shown. */
const maxDigits = 3

/** Names joined by dots, indexes as numbers. A name that could be a secret is `*`, and so is what leads to a very deep place. */
export function pathOf(place: Place): string {
  if (place.text !== null || place.parent === null) return place.text ?? ''
  const segment = segmentOf(place)
  const prefix = pathOf(place.parent)
  place.text = place.parent === root ? segment : `${prefix.length > maxPath ? '*' : prefix}.${segment}`
  return place.text
}

/** The place of a record's outermost value. */
export const root: Place = { parent: null, bytes: null, start: 0, end: 0, hitEnd: -1, text: '' }

/** The last part of the path. */
export function segmentOf(place: Place): string {
  const { bytes, start, end } = place
  if (bytes === null) return `${start}`
  if (!isShown(place, bytes)) return '*'
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at])
  return text
}

/** A name with a hit may be a token itself (a map from tokens to users); it is shown only when it looks like a word. */
function isShown({ start, end, hitEnd }: Place, bytes: Uint8Array): boolean {
  if (end - start > maxShown) return false
  if (hitEnd >= 0 && end - hitEnd > maxBehindHit) return false
  let digits = 0
  for (let at = start; at < end; at++) {
    const kind = kinds[bytes[at]]
    if (kind === 0 || (hitEnd >= 0 && kind === 3)) return false
    if (kind === 2) digits++
  }
  return hitEnd < 0 || digits <= maxDigits
}

/** 0: not shown, 1: shown, 2: a digit, 3: shown in a name without a hit. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  if (byte >= 0x80) return 0
  return /\d/.test(character) ? 2 : /[\w.$-]/.test(character) ? 1 : /[@ /:]/.test(character) ? 3 : 0
})
