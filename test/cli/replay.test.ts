import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { passwordOf, useProjects } from './scan-project.ts'

const project = useProjects()
const secret = passwordOf(1)
const lines = [
  'GET / 200',
  `password=${secret}`,
  'order 7 placed',
  `{"msg":"paid with 4111 1111 1111 1111","password":"${secret}"}`
]
const log = `${lines.join('\n')}\n`

test('tells what the new set finds more and less, by line, in compressed logs as well, and no secret', async () => {
  const files = project({ 'app.log': log, 'old.log.gz': gzipSync(log) })
  const { status, stdout, stderr } = await files.logveil([
    ...['replay', '--old-disable', 'generic-password', '--pack', 'pii', '--places', '9', '--json', '.']
  ])
  expect([status, stderr]).toEqual([0, ''])
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({ bytes: 2 * log.length, lines: 8, changedLines: 4 })
  const rows = Object.fromEntries(told.detectors.map((row: { detector: string }) => [row.detector, row]))
  const places = (line: number) => ['app.log', 'old.log.gz'].map((file) => ({ file, line, change: 'more' }))
  expect(rows['generic-password']).toMatchObject({ before: 0, after: 4, same: 0, costBefore: 0 })
  expect(rows['generic-password'].places).toEqual([
    ...['app.log', 'old.log.gz'].flatMap((file) => [2, 4].map((line) => ({ file, line, change: 'more' })))
  ])
  expect(rows['pii-card-number'].places).toEqual(places(4))
  expect(rows['generic-password'].costAfter).toBeGreaterThan(0)
  expect(stdout).not.toContain(secret)
})

test('the same sets: nothing differs; another one: status 1 when that is asked for', async () => {
  const files = project({ 'app.log': log })
  const same = await files.logveil(['replay', '--fail-on-change', 'app.log'])
  expect(same.status).toBe(0)
  expect(same.stdout).toContain('4 lines, 0.0 MB: 0 lines would read differently\n')
  const other = await files.logveil(['replay', '--fail-on-change', '--disable', 'generic-password', 'app.log'])
  expect(other.status).toBe(1)
  expect(other.stdout).toContain('app.log:2: less generic-password\n')
  expect(other.stdout).not.toContain(secret)
})

test('what cannot be read is told, and the rest compared', async () => {
  const files = project({ 'app.log': log })
  const { status, stdout, stderr } = await files.logveil(['replay', 'gone.log', 'app.log'])
  expect(status).toBe(2)
  expect(stdout).toContain('4 lines')
  expect(stderr).toContain('cannot read gone.log')
})

test('costs are the same each time, and change no finding', () => {
  const text = Buffer.from(log)
  const measure = () => {
    const spent = new Map<string, number>()
    const meter = { spent: (id: string, ns: number) => void spent.set(id, (spent.get(id) ?? 0) + ns) }
    return { ...createRedactor({ meter }).redact(text), spent }
  }
  const [one, two] = [measure(), measure()]
  expect(one.findings).toEqual(createRedactor().redact(text).findings)
  expect(one.spent).toEqual(two.spent)
  expect([...one.spent.values()].every((ns) => ns >= 0)).toBe(true)
  expect(one.spent.get('generic-password')).toBeGreaterThan(0)
})
