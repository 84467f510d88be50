import { expect, test } from 'vitest'
import savedStates from '../../src/generated/states.json' with { type: 'json' }
import { bundledDetectors } from '../../src/index.ts'
import { compileSet } from '../../src/scan/compile.ts'
import { decodeStates, encodeStates, withStates } from '../../src/scan/kernel/saved-states.ts'
import { buildStates, type States } from '../../src/scan/kernel/states.ts'
import { createCarry } from '../../src/scan/scanner.ts'

const bytes = (texts: readonly string[]) => texts.map((text) => Buffer.from(text))
const some = ['abc', 'BC', 'c-d', 'é', 'abcde']

function plain(states: States | null) {
  return states === null
    ? null
    : Object.fromEntries(Object.entries(states).map(([key, value]) => [key, plainOf(value)]))
}

function plainOf(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value
}

test('what was saved comes back', () => {
  const states = buildStates(bytes(some))
  expect(plain(decodeStates(encodeStates(states, some), some))).toEqual(plain(states))
})

test.each([
  ['one less', some.slice(1)],
  ['another order', some.toReversed()],
  ['other ends', ['abcB', 'C', 'c-d', 'é', 'abcde']]
])('for other literals nothing does: %s', (_, others) => {
  expect(decodeStates(encodeStates(buildStates(bytes(some)), some), others)).toBe(null)
})

test('what the build saved is for the bundled detectors: else `npm run build:generated`', () => {
  const nothing = () => {}
  const { names } = compileSet(bundledDetectors, { carry: createCarry, decoded: nothing, withhold: nothing })
  const texts = withStates(names)
  expect(texts.length).toBeGreaterThan(1000)
  expect(savedStates === encodeStates(buildStates(bytes(texts)), texts)).toBe(true)
})
