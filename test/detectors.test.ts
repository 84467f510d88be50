/**
 * Acceptance of every bundled detector: each of its examples, in every position and context that logs have, must be found at exactly the
 * marked place, by this detector, and must be gone from the output. A new detector gets all of this from its YAML file alone.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { detectorFilesIn, mergeDetectors, readDetectorFiles } from '../src/config/detector-files.ts'
import { bundledDetectors, createRedactor } from '../src/index.ts'
import type { Detector, Finding } from '../src/model.ts'
import { checks } from '../src/scan/checks/index.ts'
import { formatMistake, loadDetectors } from '../src/scan/load/load.ts'
import { containsKeyword } from '../src/scan/load/rules.ts'
import { detectorJsonSchema, knownNames } from '../src/scan/load/schema.ts'
import { selfTest } from '../src/scan/load/self-test.ts'
import { byLine } from '../src/scan/marks.ts'
import { type Expansion, expand } from '../src/scan/template.ts'
import { partNames } from '../src/scan/template-parts.ts'

const directory = fileURLToPath(new URL('../detectors', import.meta.url))
const { placed, mistakes } = readDetectorFiles(detectorFilesIn(directory))
const detectors = mergeDetectors(
  [],
  placed.map(({ detector }) => detector),
  { disable: [] }
)
const { redact } = createRedactor({ detectors })

test('no file has a mistake', () => {
  expect(mistakes.map(formatMistake)).toEqual([])
})

test('no reference is left as the scaffold wrote it', () => {
  expect(detectors.filter((detector) => JSON.stringify(detector).includes('CHANGE-ME')).map(({ id }) => id)).toEqual([])
})

test('every detector says where its format is described and where the secret is rotated', () => {
  const silent = detectors.filter(({ references, rotation }) => references.length === 0 || !rotation)
  expect(silent.map(({ id }) => id)).toEqual([])
})

test('no detector contradicts its own examples', () => {
  expect(placed.flatMap(selfTest).map(formatMistake)).toEqual([])
})

test('the generated list is that of the files: else `npm run build:generated`', () => {
  expect(bundledDetectors.map(({ id }) => id)).toEqual(detectors.map(({ id }) => id))
  const plain = bundledDetectors.map(({ literals, run, ...detector }) => detector)
  const lean = detectors.map((detector) => ({ ...detector, examples: [], counterExamples: [] }))
  expect(JSON.stringify(plain) === JSON.stringify(lean)).toBe(true)
})

test('detectors/schema.json is that of the loader: else `npm run build:generated`', () => {
  expect(JSON.parse(readFileSync(`${directory}/schema.json`, 'utf8'))).toEqual(detectorJsonSchema())
})

test('detectors/README.md names every field, part and check', () => {
  const text = readFileSync(`${directory}/README.md`, 'utf8')
  const missing = [
    ...knownNames(['detectors', 0]).filter((field) => !text.includes(`\`${field}\``)),
    ...partNames().filter((part) => !text.includes(`{{${part}}}`) && !text.includes(`{{${part}:`)),
    ...Object.keys(checks).filter((check) => !text.includes(`| \`${check}\``) && !text.includes(`\` \`${check}\``))
  ]
  expect(missing).toEqual([])
})

test('the example of detectors/README.md is right', () => {
  const [, yaml] = /```yaml\n(.*?)```/s.exec(readFileSync(`${directory}/README.md`, 'utf8')) ?? []
  const source = { file: 'acme.yaml', content: parse(yaml), lineOf: () => 0 }
  const loaded = loadDetectors([source])
  expect([...loaded.mistakes, ...loaded.placed.flatMap(selfTest)].map(formatMistake)).toEqual([])
  expect(loaded.placed.map(({ detector }) => detector.id)).toEqual(['acme-live-key'])
})

/** A text with places in bytes, and what it is for. */
interface Case extends Expansion {
  readonly name: string
}

type Place = (example: Expansion) => Expansion

const filler = '2024-11-05T10:04:07.123Z INFO worker-3 request took 12 ms '

const positions: Record<string, Place> = {
  alone: (example) => example,
  start: (example) => around('', example, ' and then nothing'),
  end: (example) => around(filler, example, ''),
  middle: (example) => around(filler, example, ' and then nothing'),
  'between lines': (example) => around(`${filler}\n`, example, `\n${filler}\n`),
  'CRLF lines': (example) => around(`${filler}\r\n`, example, '\r\n'),
  'back to back': (example) => joined([example, example], ' '),
  many: (example) => joined(Array(5).fill(example), `\n${filler}\n`)
}

/** Any text can stand in these. */
const wrappers: Record<string, Place> = {
  'JSON string': (example) => around('{"level":"info","msg":"', escaped(example), '","n":1}'),
  'JSON in a JSON string': (example) =>
    around('{"log":"', escaped(around('{"msg":"', escaped(example), '","n":1}')), '"}')
}

/** A secret that its own text gives away can stand in these, without what its example has around it. */
const carriers: Record<string, Place> = {
  'key=value': (secret) => around('level=info value=', secret, ' other=1'),
  'key="value"': (secret) => around('level=info value="', secret, '" other=1'),
  'JSON value': (secret) => around('{"level":"info","value":"', escaped(secret), '"}'),
  'JSON value in a JSON string': (secret) =>
    around('{"log":"', escaped(around('{"value":"', escaped(secret), '"}')), '"}'),
  'URL query': (secret) => around('GET /v1/items?v=', percentEncoded(secret), '&z=1 HTTP/1.1'),
  'Authorization header': (secret) => around('Authorization: Bearer ', secret, ''),
  'Authorization header in JSON': (secret) => around('{"headers":{"authorization":"Bearer ', escaped(secret), '"}}')
}

function around(before: string, { text, spans }: Expansion, after: string): Expansion {
  return { text: before + text + after, spans: shifted(spans, Buffer.byteLength(before)) }
}

function shifted(spans: Expansion['spans'], by: number): [number, number][] {
  return spans.map(([start, end]) => [start + by, end + by])
}

function joined(parts: Expansion[], separator: string): Expansion {
  return parts.reduce((all, part) => ({
    text: all.text + separator + part.text,
    spans: [...all.spans, ...shifted(part.spans, Buffer.byteLength(all.text + separator))]
  }))
}

/** Rewritten by a function that treats every character alike, so that places can be carried over. */
function rewritten({ text, spans }: Expansion, write: (text: string) => string): Expansion {
  const bytes = Buffer.from(text)
  const moved = (at: number) => Buffer.byteLength(write(bytes.subarray(0, at).toString()))
  return { text: write(text), spans: spans.map(([start, end]) => [moved(start), moved(end)]) }
}

function escaped(example: Expansion): Expansion {
  return rewritten(example, (text) => JSON.stringify(text).slice(1, -1))
}

function percentEncoded(example: Expansion): Expansion {
  return rewritten(example, encodeURIComponent)
}

const seeds = [1, 2]

function casesOf(detector: Detector): Case[] {
  return detector.examples.flatMap((template, number) =>
    seeds.flatMap((seed) => {
      const example = expand(template, seed)
      const placed = Object.entries({ ...positions, ...wrappers })
        .filter(([name]) => !isOpenEnded(detector, example) || endPositions.includes(name))
        .map(([name, place]): Case => ({ name, ...place(example) }))
      const carried = secretsOf(example)
        .filter(({ text }) => standsForItself(detector, text))
        .flatMap((secret) => Object.entries(carriers).map(([name, place]): Case => ({ name, ...place(secret) })))
      return [...placed, ...carried].map((one) => ({
        ...one,
        name: `example ${number + 1}, seed ${seed}, ${one.name}`
      }))
    })
  )
}

/** A key without its END line takes all that follows in the record. */
function isOpenEnded({ matcher }: Detector, { text }: Expansion): boolean {
  return matcher === 'pem' && !/---- ?END /.test(text)
}

const endPositions = ['alone', 'end', 'between lines', 'CRLF lines']

function secretsOf({ text, spans }: Expansion): Expansion[] {
  return spans.map(([start, end]) => ({
    text: Buffer.from(text).subarray(start, end).toString(),
    spans: [[0, end - start]]
  }))
}

function standsForItself({ context, matcher, pattern, caseInsensitive, keywords }: Detector, secret: string): boolean {
  if (context !== 'anywhere' || matcher !== 'pattern' || !containsKeyword(secret, keywords)) return false
  return new RE2(`^(?:${pattern})$`, caseInsensitive ? 'i' : '').test(secret)
}

/** In these a token of which no proof holds may be named after its carrier: that is the surer finding, and the place is the same. */
const carrierProviders = ['http', 'url']

/** What is wrong with the findings in a text, null when nothing is. */
function verdict(detector: Detector, { name, text, spans }: Case): string | null {
  const bytes = Buffer.from(text)
  const { payload, findings } = redact(bytes)
  const there = findings.filter(({ span }) => spans.some((mark) => overlaps(span, mark)))
  const own = findings.filter(({ detector: id }) => id === detector.id)
  if (name.includes('Authorization') && own.length === 0 && there.length === 1) {
    const carried = carrierProviders.some((provider) => there[0].detector.startsWith(`${provider}-`))
    if (carried && String(there[0].span) === String(spans[0])) return null
  }
  const found = own.map(({ span }) => span)
  if (String(byLine(bytes, found)) !== String(byLine(bytes, spans))) {
    return `at ${found.join(' ') || 'no place'} instead of ${spans.join(' ')}${describeAll(there)}`
  }
  if (there.length > own.length) return `also found by others${describeAll(there)}`
  const placeholders = Buffer.from(payload).toString().split(`[REDACTED:${detector.id}]`).length - 1
  return placeholders === own.length ? null : `${placeholders} placeholders for ${own.length} secrets`
}

function describeAll(findings: readonly Finding[]): string {
  return findings.map(({ detector, confidence, span }) => `; ${detector} (${confidence}) at ${span}`).join('')
}

function overlaps(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] < b[1] && b[0] < a[1]
}

describe.each(detectors)('$id', (detector) => {
  test('finds its examples exactly, in every position and context', () => {
    const wrong = casesOf(detector).flatMap((one) => {
      const found = verdict(detector, one)
      return found === null ? [] : [`${one.name}: ${found}`]
    })
    // One cause fails many cases: the first few tell it.
    expect({ count: wrong.length, first: wrong.slice(0, 6) }).toEqual({ count: 0, first: [] })
  })

  test('does not find its counter-examples', () => {
    const wrong = detector.counterExamples.flatMap((template, number) =>
      seeds.flatMap((seed) => {
        const { text } = expand(template, seed)
        const places = [text, `${filler}${text} and then nothing`, `${text}\n${text}`]
        return places.some((place) =>
          redact(Buffer.from(place)).findings.some(({ detector: id }) => id === detector.id)
        )
          ? [`counter-example ${number + 1}, seed ${seed}`]
          : []
      })
    )
    expect(wrong).toEqual([])
  })
})

describe('in long payloads', () => {
  /** One example of every detector. */
  const examples = detectors.map((detector) => ({ detector, example: expand(detector.examples[0], 3) }))

  function expectAll(text: string, expected: { detector: Detector; spans: Expansion['spans'] }[]): void {
    const bytes = Buffer.from(text)
    const { findings } = redact(bytes)
    const wrong = expected.flatMap(({ detector, spans }) => {
      const from = spans[0][0]
      const to = spans.at(-1)?.[1] ?? from
      const own = findings.filter(({ detector: id, span }) => id === detector.id && span[0] < to && span[1] > from)
      return String(
        byLine(
          bytes,
          own.map(({ span }) => span)
        )
      ) === String(byLine(bytes, spans))
        ? []
        : [`${detector.id}: at ${own.map(({ span }) => span).join(' ')} instead of ${spans}`]
    })
    expect(wrong).toEqual([])
  }

  test('after 256 KiB of one line', () => {
    const padding = filler.repeat(Math.ceil(262_144 / filler.length))
    for (const { detector, example } of examples) {
      const { text, spans } = around(padding, example, '')
      expectAll(text, [{ detector, spans }])
    }
  })

  test('across the edge of a chunk of 64 KiB', () => {
    const line = `${filler}\n`
    const parts: string[] = []
    let length = 0
    const add = (part: string) => {
      parts.push(part)
      length += Buffer.byteLength(part)
    }
    const expected = examples.map(({ detector, example }, i) => {
      const edge = (i + 1) * 65_536
      const [start, end] = example.spans[0]
      const secretAt = edge - Math.ceil((end - start) / 2)
      const missing = secretAt - start - length - 1
      add(`${line.repeat(Math.floor(missing / line.length))}${'.'.repeat(missing % line.length)}\n`)
      const at = length
      add(`${example.text}\n`)
      return { detector, spans: shifted(example.spans, at) }
    })
    for (const { spans } of expected) expect(spans[0][0] % 65_536).toBeGreaterThan(spans[0][1] % 65_536)
    expectAll(parts.join(''), expected)
  })
})
