import { expect, test } from 'vitest'
import { type EntryInput, inventorySchema } from '../../src/inventory/inventory-schema.ts'
import { reportOf } from '../../src/inventory/report.ts'
import { reportHtml, reportMarkdown } from '../../src/inventory/report-formats.ts'

const now = Date.parse('2026-11-26T00:00:00Z')
/** Nothing is to be said of it. */
const good: EntryInput = {
  name: 'good',
  owner: 'team',
  runbook: 'https://wiki.example/x',
  expires: '2027-11-01',
  rotation: { method: 'vault', intervalDays: 90, last: '2026-11-01' }
}
const print = (n: number) => `raw k1.${String(n).padStart(16, 'A')}`
const version = (n: number, more = {}) => ({ fingerprints: [print(n)], ...more })
const ticket = (n: number, more = {}) => {
  return {
    id: `t${n}`,
    fingerprint: print(n).slice(4),
    state: 'open' as const,
    last: now - 86_400_000,
    count: 3,
    ...more
  }
}

function report(secrets: EntryInput[], tickets: ReturnType<typeof ticket>[] = []) {
  const rows = reportOf(inventorySchema.parse({ secrets }), { now, withinDays: 30, tickets })
  return rows.map(({ complaint, name, detail }) => `${complaint} ${name}: ${detail}`)
}

test('says nothing of what is as it should be', () => {
  expect(report([good, { ...good, name: 'gone', status: 'deleted', owner: null }])).toEqual([])
})

test.each<[string, Partial<EntryInput>, string[]]>([
  ['expired', { expires: '2026-11-01' }, ['expired x: since 2026-11-01']],
  ['expires soon', { expires: '2026-12-20T10:00:00Z' }, ['expires x: on 2026-12-20']],
  ['never expires', { expires: 'never' }, ['no-expiry x: never']],
  [
    'without expiry, owner, runbook',
    { expires: null, owner: null, runbook: null },
    ['no-owner x: ', 'no-expiry x: ', 'no-runbook x: ']
  ],
  [
    'overdue',
    { rotation: { method: 'aws', intervalDays: 30, last: '2026-10-01' } },
    ['rotation-overdue x: since 2026-10-31']
  ],
  [
    'overdue by its current version',
    { rotation: { method: 'aws', intervalDays: 30 }, versions: [version(1, { created: '2026-10-02' })] },
    ['rotation-overdue x: since 2026-11-01']
  ],
  [
    'nobody knows when it was rotated',
    { rotation: { method: 'aws', intervalDays: 30 } },
    ['rotation-overdue x: every 30 days; nobody knows when it was rotated']
  ],
  ['by hand', { rotation: { method: 'manual' } }, ['undocumented-rotation x: ']],
  ['by hand, as is written', { rotation: { method: 'manual', procedure: 'wiki/rotate' } }, []],
  ['an identity would do', { managedIdentity: true }, ['managed-identity x: ']],
  [
    'weak',
    { versions: [version(1, { strength: 'weak', refused: 'it is easy to guess' })] },
    ['weak x: current version', 'unmatched x: current version: it is easy to guess']
  ],
  [
    'default',
    { versions: [version(1, { id: '7', strength: 'weak', defaultCredential: true })] },
    ['default-credential x: current version 7']
  ],
  ['weak, and not valid any more', { versions: [version(1, { state: 'retired', strength: 'weak' })] }, []]
])('%s', (_, more, expected) => {
  expect(report([{ ...good, ...more, name: 'x' }])).toEqual(expected)
})

test('what leaked, and what is still used, by any form of any version', () => {
  const versions = [
    version(1),
    { fingerprints: [print(2), `base64 ${print(3).slice(4)}`], state: 'previous' as const, id: '4' },
    version(5, { state: 'pending' })
  ]
  const secrets: EntryInput[] = [
    { ...good, versions },
    { ...good, name: 'old', status: 'revoked', versions: [version(6)] }
  ]
  const tickets = [
    ticket(1),
    ticket(3, { state: 'rotated' }),
    ticket(6),
    ticket(5, { state: 'false-positive' }),
    ticket(9)
  ]
  expect(report(secrets, tickets)).toEqual([
    'leaked good: current version: ticket t1 open, seen 3 times, last 2026-11-25',
    'deprecated-seen good: previous version 4: ticket t3 rotated, seen 3 times, last 2026-11-25',
    'deprecated-seen old: current version: ticket t6 open, seen 3 times, last 2026-11-25'
  ])
})

test('one value in several applications or environments', () => {
  const in_ = (name: string, application: string, environment: string, n: number, state = 'current') =>
    ({ ...good, name, application, environment, versions: [version(n, { state })] }) as EntryInput
  expect(
    report([
      in_('a', 'shop', 'prod', 1),
      in_('b', 'shop', 'staging', 1),
      in_('c', 'shop', 'prod', 1),
      in_('d', 'pay', 'prod', 1, 'retired')
    ])
  ).toEqual(['shared-value a: with b', 'shared-value b: with a, c', 'shared-value c: with b'])
})

test('as Markdown and HTML, where nothing that is written in the inventory means something', () => {
  const entry: EntryInput = { ...good, owner: '<b>|*team', expires: null }
  const rows = reportOf(inventorySchema.parse({ secrets: [entry] }), { now, withinDays: 30, tickets: [] })
  expect(reportMarkdown(rows, 1)).toBe(
    '# Inventory of secrets: 1 listed, 1 of them with something to do\n\n## Without expiry (1)\n\n' +
      '| secret | owner | application | environment | detail |\n|---|---|---|---|---|\n| good | \\<b\\>\\|\\*team | - | - | - |\n'
  )
  const html = reportHtml(rows, 1)
  expect(html).toContain('<tr><td>good</td><td>&#60;b&#62;|*team</td><td>-</td><td>-</td><td>-</td></tr>')
  expect(html).not.toContain('<b>')
})
