import { expect, test } from 'vitest'
import { autoCodec } from '../../src/codecs/auto.ts'
import { jsonCodec } from '../../src/codecs/json.ts'
import { textCodec } from '../../src/codecs/text.ts'
import fc from '../property.ts'
import { locate, rangeOf, textOf } from './visitor.ts'

const words = ['CANARY', 'KEY', '\\u00']

/** A JSON document; `nested` is one that stands in a string. */
type Node =
  | { readonly kind: 'bare'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string; readonly style: Style }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Node])[] }
  | { readonly kind: 'nested'; readonly document: Node; readonly style: Style }

/** Which characters are written as `\uXXXX`. */
type Style = 'fewest' | 'non-ascii' | 'all'

function write(node: Node): string {
  if (node.kind === 'bare') return node.text
  if (node.kind === 'string') return writeString(node.text, node.style)
  if (node.kind === 'nested') return writeString(write(node.document), node.style)
  if (node.kind === 'array') return `[${node.items.map(write).join(' , ')}]`
  return `{ ${node.members.map(([name, value]) => `${JSON.stringify(name)} :${write(value)}`).join(',')}}`
}

function writeString(text: string, style: Style): string {
  const plain = JSON.stringify(text)
  if (style === 'fewest') return plain
  const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  if (style === 'non-ascii') return plain.replace(/[^\0-\x7f]/g, unit)
  return `"${Array.from({ length: text.length }, (_, i) => unit(text[i])).join('')}"`
}

const style = fc.constantFrom<Style>('fewest', 'non-ascii', 'all')
const bare = fc.oneof(fc.constantFrom('true', 'false', 'null', '-1.5E+3'), fc.integer().map(String))
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '{', '[', '/', '\n'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
  ),
  maxLength: 8
})
const name = text.filter((some) => !some.includes('KEY'))

/** Any document with at most `documents` documents inside each other. */
function node(documents: number, depth = 3): fc.Arbitrary<Node> {
  const leaves: fc.Arbitrary<Node>[] = [
    bare.map((some): Node => ({ kind: 'bare', text: some })),
    fc.record({ kind: fc.constant('string' as const), text, style })
  ]
  if (depth === 0) return fc.oneof(...leaves)
  const inner = node(documents, depth - 1)
  const items = fc.array(inner, { maxLength: 3 })
  leaves.push(items.map((some): Node => ({ kind: 'array', items: some })))
  leaves.push(fc.array(fc.tuple(name, inner), { maxLength: 3 }).map((members): Node => ({ kind: 'object', members })))
  if (documents > 0)
    leaves.push(fc.record({ kind: fc.constant('nested' as const), document: node(documents - 1, depth - 1), style }))
  return fc.oneof(...leaves)
}

type Wrap = (inner: Node) => Node

/** What stands around a node: containers, or the string that holds it. */
const wrap: fc.Arbitrary<Wrap> = fc.oneof(
  fc.tuple(fc.array(node(1, 1), { maxLength: 2 }), fc.array(node(1, 1), { maxLength: 2 })).map(
    ([before, after]): Wrap =>
      (inner) => ({ kind: 'array', items: [...before, inner, ...after] })
  ),
  fc.tuple(name, name, node(1, 1)).map(
    ([own, other, sibling]): Wrap =>
      (inner) => ({
        kind: 'object',
        members: [
          [own, inner],
          [other, sibling]
        ]
      })
  )
)
const document: fc.Arbitrary<Wrap> = fc.tuple(wrap, style).map(
  ([outer, how]): Wrap =>
    (inner) => ({ kind: 'nested', document: outer(inner), style: how })
)
/** Containers around a node, with up to four documents in strings among them. */
const around = fc.tuple(fc.array(wrap, { maxLength: 2 }), fc.array(document, { maxLength: 4 }), wrap).map(
  ([inner, documents, outer]): Wrap =>
    (some) =>
      outer([...inner, ...documents].reduce((all, next) => next(all), some))
)

/** The payload with the whole span of the only field that says `said` replaced. */
function replace(payload: Buffer, said: string, role: string): string {
  const fields = locate(jsonCodec, payload, words).fields.filter(
    (field) => field.role === role && textOf(field) === said
  )
  expect(fields.length).toBe(1)
  const [start, end] = rangeOf(fields[0])
  const { quote } = fields[0]
  return Buffer.from(
    jsonCodec.splice(payload, [{ start, end, replacement: Buffer.from(`${quote}R${quote}`) }])
  ).toString()
}

test('a string with a hit, wherever it stands, can be replaced without harm to the rest', () => {
  fc.assert(
    fc.property(around, text, text, style, (wrapped, before, after, how) => {
      const said = `${before}CANARY${after}`
      const leaf = (some: string) => write(wrapped({ kind: 'string', text: some, style: how }))
      const payload = Buffer.from(leaf(said))
      const out = replace(payload, Buffer.from(said).toString(), 'value')
      expect(expand(out)).toEqual(expand(write(wrapped({ kind: 'string', text: 'R', style: 'fewest' }))))
    }),
    { numRuns: 400 }
  )
})

test('so can a governed number, true, false or null', () => {
  fc.assert(
    fc.property(around, bare, (wrapped, said) => {
      const leaf = (value: Node) => write(wrapped({ kind: 'object', members: [['aKEY', value]] }))
      const out = replace(Buffer.from(leaf({ kind: 'bare', text: said })), said, 'bare')
      expect(expand(out)).toEqual(expand(leaf({ kind: 'string', text: 'R', style: 'fewest' })))
    }),
    { numRuns: 300 }
  )
})

test('a wanted record: each string of any document comes once, in order, as it is', () => {
  const strings = (some: Node): string[] => {
    if (some.kind === 'string') return [Buffer.from(some.text).toString()]
    if (some.kind === 'array') return some.items.flatMap(strings)
    if (some.kind === 'object') return some.members.flatMap(([, value]) => strings(value))
    if (some.kind === 'bare') return []
    const { document: inner } = some
    return inner.kind === 'array' || inner.kind === 'object' ? strings(inner) : [Buffer.from(write(inner)).toString()]
  }
  const ambiguous = /^\s*[[{]/
  fc.assert(
    fc.property(node(4, 6), (some) => {
      const expected = strings(some)
      fc.pre(!expected.some((said) => ambiguous.test(said)))
      const { fields } = locate(jsonCodec, Buffer.from(write(some)), [], [true])
      expect(fields.map(textOf)).toEqual(expected)
      const ends = fields.flatMap((field) => rangeOf(field))
      expect(ends).toEqual(ends.toSorted((a, b) => a - b))
    }),
    { numRuns: 300 }
  )
})

test('what JSON.parse takes is walked, what it refuses is text', () => {
  const valid = fc.json({ maxDepth: 4 })
  const broken = fc
    .tuple(valid, fc.nat(), fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '0', ' ', 'e', '\x01'))
    .map(([some, at, insert]) => {
      const cut = at % (some.length + 1)
      return some.slice(0, cut) + insert + some.slice(cut + (insert === '' ? 1 : 0))
    })
  const truncated = fc.tuple(valid, fc.nat()).map(([some, at]) => some.slice(0, at % (some.length + 1)))
  fc.assert(
    fc.property(fc.oneof(valid, broken, truncated), (some) => {
      fc.pre(!some.includes('\n'))
      const { fields } = locate(jsonCodec, Buffer.from(`${some} `), [], [true])
      expect(fields.some(({ role }) => role === 'text')).toBe(!isJson(some))
    }),
    { numRuns: 1000 }
  )
})

test('any bytes are taken, by each codec', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.constantFrom('CANARY', '"', '{"', '":', '}', '[', ']', '\n', '\\u00', '\\')
  )
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.boolean(), { maxLength: 5 }), (parts, wants) => {
      const payload = Buffer.concat(parts.map((part) => Buffer.from(part)))
      for (const codec of [jsonCodec, autoCodec, textCodec]) {
        const { fields } = locate(codec, payload, words, wants)
        for (const field of fields) {
          const [start, end] = rangeOf(field)
          expect(field.recordStart <= start && start <= end && end <= field.recordEnd + 1).toBe(true)
          expect(typeof field.path()).toBe('string')
        }
      }
    }),
    { numRuns: 500 }
  )
})

/** A document with those in its strings in place of the strings, however they are written there. */
function expand(some: string): unknown {
  return JSON.parse(some, (_, value) => (typeof value === 'string' && isJson(value) ? [expand(value)] : value))
}

function isJson(some: string): boolean {
  try {
    JSON.parse(some)
    return true
  } catch {
    return false
  }
}
