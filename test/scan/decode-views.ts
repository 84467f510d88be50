import { expect } from 'vitest'
import type { View } from '../../src/model.ts'
import fc from '../property.ts'

/** A text as the payload's own view, or as a part of it. */
export function viewOf(payload: Uint8Array, start = 0, end = payload.length): View {
  return { bytes: payload, start, end, origin: null, enclosing: null, depth: 0 }
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** The view, where there must be one. */
export function some(view: View | null): View {
  if (view === null) throw new Error('nothing was decoded')
  return view
}

/** What a view says, one character a byte. */
export function textOf(view: View): string {
  return latin1Of(view.bytes.subarray(view.start, view.end))
}

export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** Payload offsets of a view's bytes, and of its end. */
export function originOf(view: View): number[] {
  return [...(view.origin ?? [])]
}

/** A piece of text as it is encoded, and what it stands for (one character a byte). */
export type Piece = readonly [encoded: string, plain: string]
export type Decode = (view: View) => View | null

/** Decoding gives back the text, and replacing the origin of any whole pieces keeps all the others. */
export function expectRoundTrip(pieces: readonly Piece[], decode: Decode): void {
  const payload = latin1(pieces.map(([encoded]) => encoded).join(''))
  const view = decode(viewOf(payload)) ?? viewOf(payload)
  const plain = pieces.map(([, text]) => text)
  expect(textOf(view)).toBe(plain.join(''))
  // Nothing that could be looked at stands behind it.
  expect(view.bytes).toHaveLength(view.end)
  const at = (index: number) => {
    const offset = plain.slice(0, index).join('').length
    return view.origin === null ? offset : view.origin[offset]
  }
  for (let from = 0; from <= pieces.length; from++) {
    for (let to = from; to <= pieces.length; to++) {
      const replaced = Buffer.concat([payload.subarray(0, at(from)), Buffer.from('<>'), payload.subarray(at(to))])
      const rest = decode(viewOf(replaced)) ?? viewOf(replaced)
      expect(textOf(rest)).toBe(`${plain.slice(0, from).join('')}<>${plain.slice(to).join('')}`)
    }
  }
}

export function pieces(piece: fc.Arbitrary<Piece>): fc.Arbitrary<Piece[]> {
  return fc.array(piece, { maxLength: 8 })
}

export const anyByte = fc.nat(255).map((byte) => String.fromCharCode(byte))
