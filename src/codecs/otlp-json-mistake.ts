import { maxContainers } from './json-tape.ts'
import { isSpace, scalarEnd, stringEnd } from './json-token.ts'
import { textStart } from './otlp-json.ts'

/** Offset at which a payload stops being one JSON object; a payload that is one yields its length. Slower than `readJson`, which only says no. */
export function mistakeIn(payload: Uint8Array): number {
  const end = payload.length
  const open: number[] = []
  let at = skip(payload, textStart(payload))
  if (payload[at] !== 0x7b) return at
  for (let expected: 'value' | 'name' | 'separator' = 'value'; at < end; at = skip(payload, at)) {
    const byte = payload[at]
    if (expected === 'separator') {
      if (open.length === 0) return at
      if (byte === open[open.length - 1]) open.pop()
      else if (byte === 0x2c) expected = open[open.length - 1] === 0x7d ? 'name' : 'value'
      else return at
      at++
    } else if (expected === 'name') {
      const close = byte === 0x22 ? Math.abs(stringEnd(payload, at + 1, end)) : 0
      if (close === 0) return at
      const colon = skip(payload, close)
      if (payload[colon] !== 0x3a) return colon
      at = colon + 1
      expected = 'value'
    } else if (byte === 0x7b || byte === 0x5b) {
      if (open.length === maxContainers) return at
      open.push(byte + 2)
      at = skip(payload, at + 1)
      expected = payload[at] === byte + 2 ? 'separator' : byte === 0x7b ? 'name' : 'value'
    } else {
      const close = byte === 0x22 ? Math.abs(stringEnd(payload, at + 1, end)) : scalarEnd(payload, at, end)
      if (close === 0) return at
      at = close
      expected = 'separator'
    }
  }
  return end
}

function skip(payload: Uint8Array, from: number): number {
  let at = from
  while (at < payload.length && isSpace[payload[at]] === 1) at++
  return at
}
