/** What the stream redacts, the scan reports: over the examples of every detector, and over lines that are put together by chance. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { createRandom } from '../../src/scan/template-random.ts'
import { allPackDetectors } from '../own-detectors.ts'
import { createProject, keyOf } from './scan-project.ts'

const files = createProject()
afterAll(files.remove)

interface Place {
  readonly detector: string
  readonly line: number
  readonly endLine?: number
  readonly span: readonly [number, number]
  readonly length: number
  readonly path: string
}

const keyDetectors = new Set(allPackDetectors.filter(({ matcher }) => matcher === 'pem').map(({ id }) => id))
const isKey = ({ detector }: Place): boolean => keyDetectors.has(detector)
const placeOf = ({ detector, line, span, length, path }: Place): Place => ({ detector, line, span, length, path })

/** `content`: what redact is given, and scan as it may be stored. */
async function compare(text: string, stored: Uint8Array = Buffer.from(text), ...args: string[]): Promise<number> {
  files.write('stored', stored)
  const redacted = await files.logveil(['redact', '--findings', 'found.jsonl', ...args], {
    input: Buffer.from(text).toString('latin1')
  })
  const scan = ['scan', '--format', 'json', '--no-summary', '--binary', '--no-allow-comments']
  const scanned = await files.logveil([...scan, ...args, 'stored'])
  expect([redacted.status, scanned.status, redacted.stderr, scanned.stderr]).toEqual([0, 1, '', ''])
  const lines = readFileSync(files.path('found.jsonl'), 'utf8').trimEnd().split('\n')
  const found: Place[] = lines.map((line) => JSON.parse(line))
  const leaks: Place[] = JSON.parse(scanned.stdout).findings
  const others = (places: Place[]): Place[] => places.filter((place) => !isKey(place)).map(placeOf)
  expect(others(leaks)).toEqual(others(found))
  expectKeys(leaks.filter(isKey), found.filter(isKey))
  return found.length
}

/** Every line of a key is a finding, the key one leak: from the first to the last of them. */
function expectKeys(leaks: readonly Place[], found: readonly Place[]): void {
  const left = [...found]
  for (const { detector, line, endLine = 0, span, length } of leaks) {
    const count = left.findIndex((one) => one.span[1] === span[1] && one.detector === detector) + 1
    const own = left.splice(0, count)
    expect({ line, endLine, start: span[0], length }).toEqual({
      line: own[0].line,
      endLine: own.at(-1)?.line,
      start: own[0].span[0],
      length: own.reduce((sum, one) => sum + one.length, 0)
    })
  }
  expect(left).toEqual([])
}

const texts = allPackDetectors.flatMap(({ examples = [], counterExamples = [] }) => [...examples, ...counterExamples])

test('the examples of every detector', async () => {
  const text = texts.map((example, i) => `${expand(example, i).text}\n`).join('')
  expect(await compare(text, undefined, '--pack', 'pii')).toBeGreaterThan(texts.length / 2)
})

test.each([1, 2, 3])('lines by chance, stored and compressed: seed %i', async (seed) => {
  const random = createRandom(seed)
  const pick = <T>(some: readonly T[]): T => some[random.below(some.length)]
  const words = ['GET', 'user', '200', '\u{1f511}', '\0', '"', '\\', '{', 'password', '=', ':', '%3D', '\t', '\ufeff']
  const some = (): string => Array.from({ length: random.below(12) }, () => pick(words)).join(pick([' ', '', '  ']))
  const makers: (() => string)[] = [
    some,
    () => expand(pick(texts), random.below(1e6)).text,
    () => `${some()} ${expand(pick(texts), random.below(1e6)).text} ${some()}`,
    () => JSON.stringify({ [pick(['password', 'msg', 'a b'])]: expand(pick(texts), random.below(1e6)).text, n: 1 }),
    () =>
      random.below(60) > 0
        ? ''
        : keyOf(1 + random.below(9), random.below(1e6))
            .split('\n')
            .join(pick(['\n', '\r\n'])),
    () => 'x'.repeat(random.below(200))
  ]
  const lines = Array.from({ length: 4000 }, () => `${pick(makers)()}${pick(['\n', '\n', '\n', '\r\n'])}`)
  const text = lines.join('').trimEnd()
  expect(await compare(text, seed === 1 ? undefined : gzipSync(text))).toBeGreaterThan(1000)
})
