// The states of the bundled detectors' literals as the build saves them: to make them would be a third of the start-up.

import { crc32 } from 'node:zlib'
import savedStates from '../../generated/states.json' with { type: 'json' }
import { isJoint } from './guard.ts'
import { buildStates, type States } from './states.ts'

/** As buildStates; when these are the literals that the build knew, what it saved. */
export function statesOf(texts: readonly string[]): States {
  return (
    (savedStates === '' ? null : decodeStates(savedStates, texts)) ??
    buildStates(texts.map((text) => Buffer.from(text)))
  )
}

/** Of the names of literals, those that have states: a joint has none, the kernel finds it by the tail that follows. */
export function withStates(names: readonly string[]): string[] {
  return names.filter((name) => !isJoint(name))
}

/**
 * The states as base64 of, in this order: numbers of 32 bits (check of the literals, count of states, of classes, of levels, levels, parents,
 * suffixes, starts of outputs, outputs) in little-endian order, classes by byte, labels.
 */
export function encodeStates(states: States, texts: readonly string[]): string {
  const { count, classes, levels, parent, suffix, outputs, outputStarts, classOf, label } = states
  const head = Int32Array.from([checkOf(texts), count, classes, levels.length, outputs.length, ...levels])
  const parts = [head, parent, suffix, outputStarts, outputs, classOf, label]
  return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))).toString(
    'base64'
  )
}

/** Null when it was saved for other literals. */
export function decodeStates(saved: string, texts: readonly string[]): States | null {
  const bytes = new Uint8Array(Buffer.from(saved, 'base64'))
  let at = 0
  const numbers = (length: number) => {
    at += 4 * length
    return new Int32Array(bytes.buffer, at - 4 * length, length)
  }
  const [check, count, classes, depth, outputCount] = numbers(5)
  if (check !== checkOf(texts)) return null
  const levels = [...numbers(depth)]
  const [parent, suffix, outputStarts, outputs] = [count, count, count + 1, outputCount].map(numbers)
  const classOf = bytes.subarray(at, at + 256)
  const label = bytes.subarray(at + 256)
  const longest = Math.max(1, depth - 2)
  return { count, levels, parent, label, suffix, outputs, outputStarts, classes, classOf, longest }
}

function checkOf(texts: readonly string[]): number {
  return crc32(texts.join('\0')) | 0
}
