import { describe, expect, it, test } from 'vitest'
import { createRedactor, createRedactors } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'
import { encode } from '../codecs/otlp-oracle.ts'
import { detectors } from '../own-detectors.ts'

const redactor = createRedactor()

/** So much that hits are few, and those that come to nothing are dropped before lines are parsed. */
const filler = `${'GET /index.html 200 '.repeat(50)}\n`.repeat(40)

function spans(text: string, offset: number) {
  return redactor
    .redact(Buffer.from(text))
    .findings.map(({ detector, span, path }) => [detector, span[0] - offset, span[1] - offset, path])
}

test('examples and counter-examples give the same findings among clean lines as alone', () => {
  const differ: string[] = []
  for (const { id, examples, counterExamples } of detectors) {
    for (const [i, example] of [...examples, ...counterExamples].entries()) {
      const line = expand(example, 7).text
      if (JSON.stringify(spans(line, 0)) !== JSON.stringify(spans(filler + line, filler.length)))
        differ.push(`${id} ${i}`)
    }
  }
  expect(detectors.length).toBeGreaterThan(500)
  expect(differ).toEqual([])
})

/** Where a secret may stand in an attribute under a name of its own. */
const shapes: Readonly<Record<string, (key: string, stringValue: string) => object>> = {
  'a text': (key, stringValue) => ({ key, value: { stringValue } }),
  'a list': (key, stringValue) => ({ key, value: { arrayValue: { values: [{ intValue: 1 }, { stringValue }] } } }),
  'a map': (key, stringValue) => ({
    key,
    value: { kvlistValue: { values: [{ key: 'value', value: { stringValue } }] } }
  }),
  'an option': (key, stringValue) => ({
    key: 'args',
    value: { arrayValue: { values: [{ stringValue: `--${key}` }, { stringValue }] } }
  })
}

/** Found in protobuf, where a line feed may be a tag or a length. */
function foundIn(attribute: object, bodies: readonly string[]): string[] {
  const others = { key: 'user_agent.original', value: { stringValue: 'Mozilla/5.0' } }
  const logRecords = [
    ...bodies.map((stringValue) => ({ body: { stringValue } })),
    { attributes: [attribute, others] },
    { attributes: [others] }
  ]
  const payload = encode('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
  return redactors
    .otlp({ format: 'otlp-proto', signal: 'logs' })
    .redact(payload)
    .findings.map(({ detector }) => detector)
}

const redactors = createRedactors()

test.each(Object.keys(shapes))(
  'secrets of examples under key words as attributes, %s: the same in a large batch of OTLP as alone',
  (shape) => {
    const differ: string[] = []
    const bodies = Array.from({ length: 20 }, () => 'GET /index.html 200 '.repeat(50))
    for (const { id, context, keywords, examples } of detectors) {
      if (context === 'anywhere') continue
      for (const [i, example] of examples.entries()) {
        const { text, spans: marked } = expand(example, 7)
        const secret = Buffer.from(text)
          .subarray(...marked[0])
          .toString()
        const [alone, among] = [[], bodies].map((others) => foundIn(shapes[shape](keywords[0], secret), others))
        if (JSON.stringify(alone) !== JSON.stringify(among)) differ.push(`${id} ${i}`)
      }
    }
    expect(differ).toEqual([])
  }
)

const value = ['q7', 'Rw9', 'zK2', 'pL5m'].join('')

describe('names around key words', () => {
  it.each([
    ['{"last_passed":"@@"}', 0],
    ['{"issuerKeyHash":"@@"}', 0],
    ['{"my_token":"@@"}', 1],
    ['{"my\\u005ftoken":"@@"}', 1],
    ['line\\nkey_token=@@', 1],
    ['{"m":"a\\npassword=@@"}', 1],
    ['{"m":"a\\u000apwd=@@"}', 1],
    ['a%0Apwd%3D@@', 1],
    ['{"a":"\\\\u000apassword=@@"}', 1],
    ['token_type=x token=@@', 1],
    ['{"name":"my_session","at":"2026-01-01T00:00:00Z","value":"@@xY3v"}', 1],
    ['{"value" : "@@xY3v", "key" : "my_session"}', 1],
    ['{"m":"{\\"value\\":\\"@@xY3v\\",\\"key\\":\\"my_session\\"}"}', 1],
    ['{"headers":["X-Auth-Key","@@xY3v"]}', 1],
    ['{"session":{"value":"@@xY3v"}}', 1],
    ['{"session": [ "x", "@@xY3v" ]}', 1],
    ['{"my_session":"\\"@@xY3v"}', 1],
    ['<session kind="a">@@xY3v</session>', 1],
    ["session=          '@@xY3v'", 1],
    ['{"session":18135,"requests":"@@xY3v"}', 0],
    ['{"session":"closed","requests":"@@xY3v"}', 0]
  ])('%s', (template, count) => {
    const line = template.replace('@@', value)
    expect(spans(filler + line, filler.length)).toHaveLength(count)
  })
})
