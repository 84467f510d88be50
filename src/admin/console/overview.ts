import type { About } from './answers.ts'
import { barChart, lineChart, ranking } from './charts.ts'
import { card, h, put, table } from './dom.ts'
import { compact, duration, whole } from './format.ts'
import { everyMs, type Live } from './live.ts'
import { largest, quantile, rate, type Snapshot, total, totalsBy } from './samples.ts'
import type { View } from './view.ts'

/** What charts show at first; they grow to all that is kept. */
const fewestSlots = 30

export function overview(about: About): View {
  const names = new Map(about.detectors.map(({ id, name }) => [id, name]))
  const tiles = h('dl', { class: 'tiles' })
  const throughput = h('div')
  const findings = h('div')
  const detectors = h('div')
  const health = h('div')
  const element = h(
    'div',
    { class: 'view' },
    tiles,
    h('div', { class: 'two' }, card('Records a second', throughput), card('Findings, every two seconds', findings)),
    h('div', { class: 'two' }, card('Findings by detector', detectors), card('Health', health))
  )
  return {
    title: 'Overview',
    element,
    show(live) {
      const { snapshots } = live
      const now = snapshots.at(-1)
      if (now === undefined) return put(health, h('p', { class: 'quiet' }, 'Waiting for the first figures …'))
      const slots = Math.max(fewestSlots, snapshots.length - 1)
      const seconds = (slots * everyMs) / 1000
      const ten = snapshots.slice(-6)
      put(tiles, ...tilesOf(ten[0], now))
      const rates = (name: string) => snapshots.slice(1).map((one, i) => rate(snapshots[i], one, name))
      const received = { name: 'received', color: 'a', values: rates('logveil_records_received_total') } as const
      const sent = { name: 'sent', color: 'b', values: rates('logveil_records_sent_total') } as const
      put(throughput, lineChart('Records a second', [received, sent], slots, seconds))
      const found = snapshots.slice(1).map((one, i) => Math.max(0, foundIn(one) - foundIn(snapshots[i])))
      put(findings, barChart('Findings', { name: 'findings', color: 'a', values: found }, slots, seconds))
      put(detectors, ...topOf(now, names))
      put(health, healthTable(live, now))
    }
  }
}

/** In records, and reported by applications. */
export function findingsBy(now: Snapshot): [string, number][] {
  const sums = new Map(totalsBy(now, 'logveil_findings_total', 'detector'))
  for (const [name, count] of totalsBy(now, 'logveil_findings_reported_total', 'detector'))
    sums.set(name, (sums.get(name) ?? 0) + count)
  return [...sums].filter(([, count]) => count > 0).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}

function foundIn(now: Snapshot): number {
  return total(now, 'logveil_findings_total') + total(now, 'logveil_findings_reported_total')
}

function topOf(now: Snapshot, names: ReadonlyMap<string, string>): HTMLElement[] {
  const all = findingsBy(now)
  if (all.length === 0) return [h('p', { class: 'quiet' }, 'Nothing found since it was started.')]
  const rows = all.slice(0, 8).map(([id, count]) => [names.get(id) ?? id, count] as const)
  const rest = all.length > rows.length ? `${all.length - rows.length} more in Detectors.` : ''
  return [ranking('Findings by detector since the start', rows), h('p', { class: 'quiet' }, rest)]
}

function tilesOf(before: Snapshot, now: Snapshot): HTMLElement[] {
  const per = (name: string) => (before === now ? 0 : rate(before, now, name))
  const recent = before === now ? null : before
  const scan = quantile(recent, now, 'logveil_scan_seconds', 0.99) ?? quantile(null, now, 'logveil_scan_seconds', 0.99)
  const withheld = total(now, 'logveil_withheld_total')
  const rejected = total(now, 'logveil_records_rejected_total') + total(now, 'logveil_queue_rejected_records_total')
  return [
    tile(
      'Records',
      `${compact(per('logveil_records_received_total'))}/s`,
      `${compact(total(now, 'logveil_records_received_total'))} so far`
    ),
    tile(
      'Scanned',
      `${compact(per('logveil_scanned_bytes_total'), 'B')}/s`,
      `${compact(total(now, 'logveil_scanned_bytes_total'), 'B')} so far`
    ),
    tile('Findings', compact(foundIn(now)), 'since the start'),
    tile('Scan of a batch', scan === null ? '–' : duration(scan), '99 % are faster'),
    tile('Withheld', compact(withheld), 'not scannable', withheld > 0),
    tile('Rejected', compact(rejected), 'records, for good', rejected > 0)
  ]
}

function tile(name: string, value: string, note: string, isBad = false): HTMLElement {
  return h(
    'div',
    { class: isBad ? 'tile bad' : 'tile' },
    h('dt', {}, name),
    h('dd', { class: 'value' }, value),
    h('dd', { class: 'note' }, note)
  )
}

interface Check {
  readonly name: string
  /** null: no more than a figure. */
  readonly ok: boolean | null
  readonly told: string
}

function healthTable({ unready }: Live, now: Snapshot): HTMLElement {
  const has = (name: string) => now.samples.has(name)
  // `tickets serve` has these metrics, and redacts nothing.
  const redacts = has('logveil_detectors_loaded')
  const check = (name: string, ok: boolean | null, told: string): Check => ({ name, ok, told })
  const sum = (name: string, labels = {}) => total(now, name, labels)
  const takes = redacts ? 'takes batches' : 'takes findings'
  const ready = unready === null ? 'no answer' : unready.length === 0 ? takes : unready.join(', ')
  const started = sum('process_start_time_seconds')
  const refused = sum('logveil_requests_refused_total')
  const checks = [
    check('Ready', unready?.length === 0, ready),
    redacts &&
      check(
        'Self-test',
        sum('logveil_canary_ok') > 0,
        sum('logveil_canary_ok') > 0 ? 'finds its planted secret' : 'misses its planted secret'
      ),
    check('Errors of logveil', sum('logveil_errors_total') === 0, whole(sum('logveil_errors_total'))),
    redacts &&
      check(
        'Configuration',
        sum('logveil_reload_ok') > 0,
        sum('logveil_reload_ok') > 0 ? 'in use' : 'the last one read is bad'
      ),
    check('Retries of deliveries', null, whole(sum('logveil_delivery_retries_total'))),
    check('Refused requests', refused === 0, whole(refused)),
    has('logveil_queue_bytes') &&
      check(
        'Queue on disk',
        largest(now, 'logveil_queue_oldest_seconds') < 60,
        `${compact(sum('logveil_queue_bytes'), 'B')}, oldest ${duration(largest(now, 'logveil_queue_oldest_seconds'))}`
      ),
    has('logveil_kafka_lag_records') &&
      check('Behind in Kafka', null, `${whole(sum('logveil_kafka_lag_records'))} records`),
    has('logveil_files_behind_bytes') &&
      check('Behind in files', null, compact(sum('logveil_files_behind_bytes'), 'B')),
    has('logveil_ticket_backlog') &&
      check(
        'News of tickets',
        sum('logveil_ticket_backlog', { kind: 'dead' }) === 0,
        `${whole(sum('logveil_ticket_backlog', { kind: 'waiting' }))} waiting, ${whole(sum('logveil_ticket_backlog', { kind: 'dead' }))} dead`
      ),
    has('logveil_ticket_sightings_total') &&
      check(
        'Sightings',
        sum('logveil_ticket_sightings_total', { outcome: 'lost' }) === 0,
        `${whole(sum('logveil_ticket_sightings_total', { outcome: 'recorded' }))} recorded, ${whole(sum('logveil_ticket_sightings_total', { outcome: 'lost' }))} lost`
      ),
    check('In flight', null, compact(sum('logveil_in_flight_bytes'), 'B')),
    check('Memory', null, compact(sum('process_resident_memory_bytes'), 'B')),
    started > 0 && check('Running for', null, duration(Math.max(0, Math.round(now.at / 1000 - started))))
  ].filter((one) => one !== false)
  return table(
    'Health',
    [
      { title: 'What', cell: ({ name }: Check) => name, head: true },
      {
        title: 'State',
        cell: ({ ok }) => ok !== null && h('span', { class: ok ? 'mark good' : 'mark bad' }, ok ? 'ok' : 'look')
      },
      { title: 'Detail', cell: ({ told }) => told }
    ],
    checks
  )
}
