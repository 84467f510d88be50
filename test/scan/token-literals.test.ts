import { describe, expect, test } from 'vitest'
import { autoCodec } from '../../src/codecs/auto.ts'
import { unsaid } from '../../src/scan/load/defaults.ts'
import { createScanner } from '../../src/scan/scanner.ts'
import { fromHex, tokenLiteralsOf } from '../../src/scan/token/token-literals.ts'

const definition = {
  ...unsaid,
  id: 'acme-id',
  name: 'Id',
  provider: 'acme',
  severity: 'low' as const,
  keywords: ['MT', 'Mj'],
  maxLength: 20
}
const pattern = '((?:MT|Mj)[AE][wx][a-z0-9]{14})'

function nextOf(source: string): string[] | undefined {
  const [{ next }] = tokenLiteralsOf({ ...definition, pattern: source })
  return next?.map((set) => String.fromCharCode(...[...fromHex(set).keys()].filter((byte) => fromHex(set)[byte] === 1)))
}

describe('a beginning that words hold', () => {
  test.each([
    ['(MT[AE][wx][a-z0-9]{14})', ['AE', 'wx']],
    ['(pat[0-9]{20})', ['0123456789', '0123456789']],
    ['(acme_[0-9]{20})', undefined],
    // may stand as %XX
    ['(MT[A+][wx][a-z0-9]{14})', undefined],
    ['(MT.[wx][a-z0-9]{14})', undefined]
  ])('of %s is told with what stands behind: %j', (source, next) => expect(nextOf(source)).toEqual(next))

  test('leads to every token, and to nothing else', () => {
    const scanner = createScanner([{ ...definition, pattern }])
    const found = (text: string) =>
      scanner.scan(Buffer.from(text), autoCodec).matches.map(({ start, end }) => [start, end])
    for (const token of ['MTAw', 'MTEx', 'MjAx', 'MjEw'])
      expect(found(`x ${token}${'a1'.repeat(7)} y`)).toEqual([[2, 20]])
    for (const other of ['MTBw', 'MTAy', 'mtaw', 'MTAW', 'Mtaw'])
      expect(found(`x ${other}${'a1'.repeat(7)} y`)).toEqual([])
  })
})
