// Real logs without secrets, where they are at hand: every source by its own format comes out as the very same bytes, and as records of OTLP.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createStreams, redactsLines } from '../../../src/cli/run-lines.ts'
import { bundledDetectors, createRedactor, validateOtlp } from '../../../src/index.ts'
import type { Envelope, LineFormat } from '../../../src/model.ts'
import { detectFormat } from '../../../src/sources/records/format.ts'
import { recordsToOtlp } from '../../../src/sources/records/to-otlp.ts'
import { eachRow } from '../../../src/sources/records/to-rows.ts'
import { wholeBytes } from '../../../src/sources/records/whole.ts'

const corpus = new URL('../../../../shared/corpus/', import.meta.url)
const isThere = existsSync(corpus)
const read = (name: string) => gunzipSync(readFileSync(new URL(name, corpus))).toString('latin1')

/** Logs by the number of their source. */
function sources(): Map<string, string[]> {
  const ids = read('dev.clean.strict.srcid.gz').split('\n')
  const logs = new Map<string, string[]>()
  read('dev.clean.strict.log.gz')
    .split('\n')
    .forEach((line, i) => {
      if (line === '' && ids[i] === '') return
      const log = logs.get(ids[i])
      if (log === undefined) logs.set(ids[i], [line])
      else log.push(line)
    })
  return logs
}

/** As runtimes would have written it. */
const wraps: Record<string, (line: string) => string> = {
  plain: (line) => line,
  cri: (line) => `2026-11-25T10:00:00.123456789Z stdout F ${line}`,
  docker: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2026-11-25T10:00:00.123456789Z' })
}

test.runIf(isThere).each(Object.keys(wraps))('as %s', (wrap) => {
  const redactor = createRedactor()
  const seen = new Set<LineFormat>()
  let lines = 0
  for (const log of sources().values()) {
    const payload = Buffer.from(`${log.map(wraps[wrap]).join('\n')}\n`, 'latin1')
    const format = detectFormat(payload.subarray(0, 2048))
    seen.add(format)
    const follow = redactsLines(redactor, bundledDetectors, createStreams())
    const origin = { resource: {}, format }
    const envelope: Envelope = {
      payload,
      format: 'lines',
      signal: null,
      encoded: null,
      deadline: Infinity,
      stream: 'log',
      origin
    }
    expect(follow(envelope).payload).toBe(payload)
    // Some logs of the corpus end in a part of a line.
    const parts = wrap === 'plain' && format === 'cri'
    expect(wholeBytes(payload, format, null) < payload.length).toBe(parts)
    let rows = 0
    eachRow(payload, format, null, () => rows++)
    expect(rows).toBe(log.length)
    expect(validateOtlp(recordsToOtlp(payload, { format, continues: null, resource: {}, observedMs: 1 }), 'logs')).toBe(
      -1
    )
    lines += log.length
  }
  expect(lines).toBeGreaterThan(100_000)
  expect([...seen].sort()).toEqual(wrap === 'plain' ? ['cri', 'json', 'plain', 'syslog'] : [wrap])
})
