import { describe, expect, it, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'
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
    ['token_type=x token=@@', 1]
  ])('%s', (template, count) => {
    const line = template.replace('@@', value)
    expect(spans(filler + line, filler.length)).toHaveLength(count)
  })
})
