import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { budgetOf } from '../../src/scan/effort.ts'

const redactor = createRedactor()
const megabyte = 1 << 20

/** A secret every 20 bytes, which no log holds: it would take a hundred times as long as a log of that length. */
const dense = 'password="x1Y2z3W4" '.repeat(megabyte / 20)

function redact(text: string) {
  const { payload, findings, withheld } = redactor.redact(Buffer.from(text))
  return { text: Buffer.from(payload).toString(), findings, withheld }
}

describe('effort', () => {
  it('withholds a record that would take too long, and no other', () => {
    const { text, withheld } = redact(`before\n${dense}\npassword="x1Y2z3W4"\n`)
    expect(text).toBe('before\n[WITHHELD:effort]\npassword="[REDACTED:generic-password]"\n')
    expect(withheld).toEqual({ depth: 0, size: 0, effort: 1, unknown: 0, error: 0 })
  })

  it('still tells what it found up to there, so that it can be rotated', () => {
    const { findings } = redact(`${dense}\n`)
    expect(findings.length).toBeGreaterThan(1000)
    expect(new Set(findings.map(({ detector }) => detector))).toEqual(new Set(['generic-password']))
  })

  it('keeps JSON valid, and lets no field behind that one pass that was not looked at', () => {
    const { text, withheld } = redact(
      `${JSON.stringify({ id: 7, msg: dense, pwd: 'x1Y2z3W4', note: 'nothing', n: { token: 'ab12CD34ef56' } })}\n`
    )
    expect(JSON.parse(text)).toEqual({
      id: 7,
      msg: '[WITHHELD:effort]',
      '[WITHHELD:effort]': '[WITHHELD:effort]',
      note: 'nothing',
      n: { '[WITHHELD:effort]': '[WITHHELD:effort]' }
    })
    // The message, and two members with their names.
    expect(withheld.effort).toBe(5)
  })

  it('changes nothing more the second time', () => {
    const once = redact(`${JSON.stringify({ msg: dense })}\n`).text
    expect(redact(once).text).toBe(once)
  })

  it('lets a record pass that is long and holds a secret every 200 bytes', () => {
    const line = `${'GET /status 200 in 12 ms from 10.0.0.7 - '.repeat(5)}password="x1Y2z3W4" `
    const { withheld, findings } = redact(`${line.repeat(megabyte / line.length)}\n`)
    expect(withheld.effort).toBe(0)
    expect(findings).toHaveLength(Math.floor(megabyte / line.length))
  })

  it('has a budget that grows with the record', () => {
    expect(budgetOf(2 * megabyte) - budgetOf(megabyte)).toBe(budgetOf(megabyte) - budgetOf(0))
  })
})
