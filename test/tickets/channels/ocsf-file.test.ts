// What a crash leaves of a file of findings, and who else writes it.
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createOcsfFile } from '../../../src/tickets/channels/ocsf-file.ts'
import { sighted } from '../../../src/tickets/lifecycle.ts'
import { policy, sightingOf } from '../backends.ts'

const folder = mkdtempSync(join(tmpdir(), 'logveil-ocsf-'))
afterAll(() => rmSync(folder, { recursive: true }))

const nobody = { classification: null, owner: null, runbook: null }
const eventOf = (number: number) => sighted(null, sightingOf(number, 1_700_000_000_000), nobody, policy).events[0]
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n')

test('cut off at any byte: each finding is there once, and every line behind the cut is whole', async () => {
  const whole = join(folder, 'whole')
  const first = createOcsfFile({ name: 'f', path: whole })
  await first.deliver(eventOf(1), null)
  await first.deliver(eventOf(2), null)
  const text = readFileSync(whole)
  const begin = text.indexOf('\n') + 1
  for (let at = begin; at <= text.length; at += 37) {
    const path = join(folder, `cut-${at}`)
    appendFileSync(path, text.subarray(0, at))
    const again = createOcsfFile({ name: 'f', path })
    for (const number of [1, 2, 3, 3]) await again.deliver(eventOf(number), null)
    const found = linesOf(path)
      .slice(0, -1)
      .flatMap((line) => {
        try {
          return [JSON.parse(line).metadata.uid]
        } catch {
          return []
        }
      })
    // The last byte alone is missing: the line is whole, and so it is there twice for who does not mind the line end.
    expect([...new Set(found)]).toEqual([1, 2, 3].map((number) => eventOf(number).id))
    expect(linesOf(path).at(-1)).toBe('')
  }
})

test('two that write one file have each finding once; a file that was rotated away is made anew', async () => {
  const path = join(folder, 'shared')
  const [a, b] = [createOcsfFile({ name: 'a', path }), createOcsfFile({ name: 'b', path })]
  await a.deliver(eventOf(1), null)
  await b.deliver(eventOf(1), null)
  await b.deliver(eventOf(2), null)
  await a.deliver(eventOf(2), null)
  expect(linesOf(path)).toHaveLength(3)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  renameSync(path, `${path}.1`)
  await a.deliver(eventOf(3), null)
  await a.deliver(eventOf(2), null)
  expect(linesOf(path)).toHaveLength(2)
  truncateSync(path, 0)
  await b.deliver(eventOf(4), null)
  expect(linesOf(path)).toHaveLength(2)
})

test('a folder that is not there: tried again', async () => {
  const away = createOcsfFile({ name: 'f', path: join(folder, 'away', 'x') })
  const error = { code: 'DELIVERY_FAILED', message: 'f cannot be written (ENOENT)', retryable: true }
  await expect(away.deliver(eventOf(1), null)).rejects.toMatchObject(error)
})
