import { expect, test } from 'vitest'
import { autoCodec } from '../../src/codecs/auto.ts'
import { bundledDetectors, createRedactor } from '../../src/index.ts'
import { createScanner } from '../../src/scan/scanner.ts'
import { expand } from '../../src/scan/template.ts'

const { text: token } = expand('ghp_{{base62:30}}{{crc32-base62}}', 7)
const scanner = createScanner(bundledDetectors)

function found(line: string): string[] {
  return scanner.scan(Buffer.from(line), autoCodec).matches.map(({ detector }) => detector.id)
}

test.each(['authorization', 'token', 'db_password'])(
  'of a token that is all of the value, the key "%s" is not asked what it may be',
  (key) => {
    expect(found(JSON.stringify({ [key]: token }))).toEqual(['github-pat-classic'])
  }
)

test('of a value that only begins with a token, it is', () => {
  const line = JSON.stringify({ db_password: `${token};Maple` })
  expect(found(line)).toEqual(['github-pat-classic', 'generic-password'])
  expect(Buffer.from(createRedactor().redact(Buffer.from(line)).payload).toString()).not.toContain('Maple')
})
