/** A key for `sipHash`: 16 bytes as four words, little-endian. */
export type SipKey = Int32Array

export function sipKeyOf(bytes: Uint8Array): SipKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  return Int32Array.from({ length: 4 }, (_, i) => view.getInt32(4 * i, true))
}

/** The upper half of the hash computed last; the lower one is what `sipHash` returns. */
export let sipHigh = 0

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of `bytes[start..end)`: 64 bits that nobody can compute, or tell from chance, without the key.
 * In words of 32 bits, as there are none of 64 without allocation; one long function, so that its state stays in registers.
 */
export function sipHash(key: SipKey, bytes: Uint8Array, start: number, end: number): number {
  let al = key[0] ^ 0x70736575
  let ah = key[1] ^ 0x736f6d65
  let bl = key[2] ^ 0x6e646f6d
  let bh = key[3] ^ 0x646f7261
  let cl = key[0] ^ 0x6e657261
  let ch = key[1] ^ 0x6c796765
  let dl = key[2] ^ 0x79746573
  let dh = key[3] ^ 0x74656462
  const length = end - start
  const blocks = length >> 3
  let at = start
  for (let block = 0; block <= blocks + 1; block++) {
    let ml = 0
    let mh = 0
    let rounds = 2
    if (block < blocks) {
      ml = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
      mh = bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24)
      at += 8
    } else if (block === blocks) {
      for (let i = 0; at < end; i++, at++) {
        if (i < 4) ml |= bytes[at] << (8 * i)
        else mh |= bytes[at] << (8 * (i - 4))
      }
      mh |= length << 24
    } else {
      rounds = 4
      cl ^= 0xff
    }
    dl ^= ml
    dh ^= mh
    for (; rounds > 0; rounds--) {
      // a += b; b = rotl(b, 13) ^ a; a = rotl(a, 32)
      let low = (al + bl) | 0
      ah = (ah + bh + (low >>> 0 < bl >>> 0 ? 1 : 0)) | 0
      al = low
      low = (bl << 13) | (bh >>> 19)
      bh = ((bh << 13) | (bl >>> 19)) ^ ah
      bl = low ^ al
      low = al
      al = ah
      ah = low
      // c += d; d = rotl(d, 16) ^ c
      low = (cl + dl) | 0
      ch = (ch + dh + (low >>> 0 < dl >>> 0 ? 1 : 0)) | 0
      cl = low
      low = (dl << 16) | (dh >>> 16)
      dh = ((dh << 16) | (dl >>> 16)) ^ ch
      dl = low ^ cl
      // a += d; d = rotl(d, 21) ^ a
      low = (al + dl) | 0
      ah = (ah + dh + (low >>> 0 < dl >>> 0 ? 1 : 0)) | 0
      al = low
      low = (dl << 21) | (dh >>> 11)
      dh = ((dh << 21) | (dl >>> 11)) ^ ah
      dl = low ^ al
      // c += b; b = rotl(b, 17) ^ c; c = rotl(c, 32)
      low = (cl + bl) | 0
      ch = (ch + bh + (low >>> 0 < bl >>> 0 ? 1 : 0)) | 0
      cl = low
      low = (bl << 17) | (bh >>> 15)
      bh = ((bh << 17) | (bl >>> 15)) ^ ch
      bl = low ^ cl
      low = cl
      cl = ch
      ch = low
    }
    al ^= ml
    ah ^= mh
  }
  sipHigh = ah ^ bh ^ ch ^ dh
  return al ^ bl ^ cl ^ dl
}
