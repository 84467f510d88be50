// The benchmark's own truth: what it plants, and that it refuses a redactor that is fast and wrong.

import { describe, expect, test } from 'vitest'
import { fill, listAttacks } from '../bench/attacks.ts'
import { cutBatches, generateLog } from '../bench/corpus.ts'
import { type Case, measureGroup } from '../bench/measure.ts'
import { plant } from '../bench/plant.ts'
import { replaced, verifyRedactor } from '../bench/verify.ts'
import { createRedactor } from '../src/index.ts'
import type { Redactor } from '../src/redactor.ts'

const log = generateLog(200_000)
const planted = plant(log, 0.05)
const redactor = createRedactor()

describe('corpus', () => {
  test('is the same every time, of whole lines', () => {
    expect(generateLog(200_000).equals(log)).toBe(true)
    expect(log.at(-1)).toBe(0x0a)
  })

  test('has lines of the length that was asked for', () => {
    const lines = generateLog(100_000, 1000).toString('latin1').trimEnd().split('\n')
    for (const line of lines) expect(Math.abs(line.length - 1000)).toBeLessThan(100)
  })

  test('is cut into batches of whole lines that make up the log', () => {
    const batches = cutBatches(log, 10_000)
    expect(Buffer.concat(batches.map(({ bytes }) => bytes)).equals(log)).toBe(true)
    for (const { bytes } of batches) {
      expect(bytes.at(-1)).toBe(0x0a)
      expect(bytes.length).toBeLessThanOrEqual(10_000)
    }
  })

  test('puts a line that is longer than a batch into one of its own', () => {
    const batches = cutBatches(Buffer.from('a\nbbbbbbbb\ncc\ndd'), 4)
    expect(batches.map(({ bytes }) => bytes.toString())).toEqual(['a\n', 'bbbbbbbb\n', 'cc\n', 'dd'])
    expect(batches.map(({ start }) => start)).toEqual([0, 2, 11, 14])
  })
})

describe('planting', () => {
  test('puts one secret into the share of lines that was asked for', () => {
    const lines = log.toString('latin1').split('\n').length - 1
    expect(planted.lines).toBe(lines)
    expect(planted.secrets).toHaveLength(Math.round(lines * 0.05))
    const numbers = planted.secrets.map(
      ([start]) => planted.bytes.subarray(0, start).toString('latin1').split('\n').length
    )
    expect(new Set(numbers).size).toBe(planted.secrets.length)
  })

  test('keeps JSON valid', () => {
    const before = log.toString('utf8').split('\n')
    const after = planted.bytes.toString('utf8').split('\n')
    expect(after).toHaveLength(before.length)
    for (const [i, line] of before.entries())
      if (line.startsWith('{')) expect(JSON.parse(after[i])).toMatchObject(JSON.parse(line))
  })

  test('plants at least one, and nothing for a share of 0', () => {
    expect(plant(Buffer.from('a\r\n{}\n'), 0.001).secrets).toHaveLength(1)
    expect(plant(log, 0)).toEqual({ bytes: log, lines: planted.lines, secrets: [] })
  })

  test('leaves line ends and empty objects what they are', () => {
    const { bytes, secrets } = plant(Buffer.from('a\r\n{}\n'), 1)
    const [text, json] = bytes.toString().split('\n')
    expect(text.startsWith('a; ')).toBe(true)
    expect(text.endsWith('\r')).toBe(true)
    expect(Object.keys(JSON.parse(json)).length).toBeGreaterThan(0)
    expect(secrets).toHaveLength(2)
  })
})

describe('verification', () => {
  test('agrees with the redactor', () => {
    expect(verifyRedactor(redactor, planted)).toEqual([])
  })

  test('refuses one that finds nothing', () => {
    const blind: Redactor = {
      ...redactor,
      redact: (payload) => ({ ...redactor.redact(payload), payload, findings: [] })
    }
    expect(verifyRedactor(blind, planted)).toHaveLength(4)
    expect(verifyRedactor(blind, planted)[0]).toMatch(/^missed: bytes \d+-\d+$/)
  })

  test('refuses one that reports a finding and lets it pass', () => {
    const leaky: Redactor = { ...redactor, redact: (payload) => ({ ...redactor.redact(payload), payload }) }
    expect(verifyRedactor(leaky, planted)).toEqual(['wrong bytes came out of the batch at byte 0'])
  })

  test('refuses one that copies clean payloads', () => {
    const copying: Redactor = {
      ...redactor,
      redact(payload) {
        const redacted = redactor.redact(payload)
        return { ...redacted, payload: Buffer.from(redacted.payload) }
      }
    }
    expect(verifyRedactor(copying, plant(log, 0))).toEqual(['a clean payload was copied at byte 0'])
  })

  test('puts placeholders where findings are', () => {
    const findings = [
      { detector: 'a', span: [1, 3] as const },
      { detector: 'b', span: [3, 4] as const }
    ]
    expect(replaced(Buffer.from('01234'), findings).toString()).toBe('0[REDACTED:a][REDACTED:b]4')
  })

  test('marks a case whose runs find something else', () => {
    const one: Case = { name: 'x', bytes: 1, lines: 1, planted: 2, expected: 2, verify: () => [], run: () => 1 }
    const [row] = measureGroup([one], { warmUps: 1, rounds: 3 })
    expect(row.mistakes).toEqual(['1 found, 2 expected'])
    expect(row.samples).toHaveLength(3)
  })
})

describe('attacks', () => {
  test('fill a record with one thing, of the size that was asked for', () => {
    const unit = Buffer.from('a"')
    expect(fill({ unit, form: 'text' }, 5).toString()).toBe('a"a"a\n')
    expect(fill({ unit, form: 'json' }, 20).toString()).toBe('{"msg":"a\\"a\\"a\\""}\n')
  })

  test('hold what every detector looks for, as text and as JSON', () => {
    const attacks = listAttacks()
    const units = attacks.map(({ unit, form }) => `${form} ${unit.toString('latin1')}`)
    expect(new Set(units).size).toBe(attacks.length)
    expect(units).toEqual(
      expect.arrayContaining(['text \\u00', 'json \\u00', 'text ://', 'json eyJ', 'text \u00ff', 'json \u0000'])
    )
  })
})
