// The few words of the protobuf wire format that small messages need: a field is a varint key, `number << 3 | type`, and a value;
// type 0 is a varint, 1 eight bytes, 2 a varint length and so many bytes, 5 four bytes.

/** Base-128, the lowest seven bits first. `value` is a whole number from 0 to 2^53 - 1. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

export function lengthDelimited(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content])
}

/** Hands on every varint and every length-delimited field, skips the others. False: this is no message. */
export function eachField(bytes: Uint8Array, visit: (number: number, value: number | Uint8Array) => void): boolean {
  let at = 0
  const readVarint = (): number => {
    let value = 0
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
  while (at < bytes.length) {
    const key = readVarint()
    const type = key % 8
    const size = type === 1 ? 8 : type === 5 ? 4 : type === 0 || type === 2 ? readVarint() : Number.NaN
    if (Number.isNaN(size) || (type !== 0 && at + size > bytes.length)) return false
    const number = Math.floor(key / 8)
    if (type === 0) visit(number, size)
    else {
      if (type === 2) visit(number, bytes.subarray(at, at + size))
      at += size
    }
  }
  return true
}
