import type { About, DetectorRow } from './answers.ts'
import { field, h, put, table } from './dom.ts'
import { compact, duration, whole } from './format.ts'
import { findingsBy } from './overview.ts'
import { type Snapshot, totalsBy } from './samples.ts'
import type { View } from './view.ts'

const most = 100

interface Row extends DetectorRow {
  readonly found: number
  readonly allowed: number
  /** Seconds; null: nobody measures it. */
  readonly cost: number | null
}

export function detectorsView({ detectors }: About): View {
  const text = h('input', {
    id: 'detector-filter',
    type: 'search',
    placeholder: 'name or provider',
    oninput: () => draw()
  })
  const only = h('input', { id: 'only-found', type: 'checkbox', onchange: () => draw() })
  const sum = h('p', { class: 'quiet', role: 'status' })
  const list = h('div')
  const element = h(
    'div',
    { class: 'view' },
    h(
      'div',
      { class: 'tools', role: 'search', 'aria-label': 'Detectors' },
      field('Filter', text),
      h('label', { for: 'only-found', class: 'check' }, only, 'with findings only'),
      sum
    ),
    list
  )
  let now: Snapshot | undefined

  function draw(): void {
    const rows = rowsOf(detectors, now)
    const wanted = text.value.trim().toLowerCase()
    const fitting = rows.filter(
      (row) =>
        `${row.id} ${row.name} ${row.provider}`.toLowerCase().includes(wanted) && (!only.checked || row.found > 0)
    )
    const isAccounted = rows.some(({ cost }) => cost !== null)
    const hint = isAccounted ? '' : '. redaction.costs: true shows their time'
    put(sum, `${whole(fitting.length)} of ${whole(detectors.length)} detectors${hint}`)
    const rest =
      fitting.length > most
        ? h('p', { class: 'quiet' }, `${whole(fitting.length - most)} more: narrow them down with the filter.`)
        : null
    put(list, tableOf(fitting.slice(0, most), isAccounted), rest)
  }

  return {
    title: 'Detectors',
    element,
    show({ snapshots }) {
      now = snapshots.at(-1)
      draw()
    }
  }
}

/** Those that found most first. */
function rowsOf(detectors: readonly DetectorRow[], now: Snapshot | undefined): Row[] {
  const found = new Map(now === undefined ? [] : findingsBy(now))
  const allowed = new Map(now === undefined ? [] : totalsBy(now, 'logveil_allowed_total', 'detector'))
  const cost = now === undefined ? null : costsIn(now)
  return detectors
    .map((one) => ({
      ...one,
      found: found.get(one.id) ?? 0,
      allowed: allowed.get(one.id) ?? 0,
      cost: cost === null ? null : (cost.get(one.id) ?? 0)
    }))
    .sort((a, b) => b.found - a.found || (b.cost ?? 0) - (a.cost ?? 0) || (a.id < b.id ? -1 : 1))
}

/** Processor time by detector; null: the configuration does not ask for it (redaction.costs). */
function costsIn(now: Snapshot): ReadonlyMap<string, number> | null {
  const name = 'logveil_detector_cost_seconds_total'
  return now.samples.has(name) ? new Map(totalsBy(now, name, 'detector')) : null
}

function tableOf(rows: readonly Row[], isAccounted: boolean): HTMLElement {
  const all = rows.reduce((sum, { cost }) => sum + (cost ?? 0), 0) || 1
  const cost = {
    title: 'Time',
    number: true,
    cell: ({ cost }: Row) => (cost === null ? '–' : `${duration(cost)} (${Math.round((100 * cost) / all)} %)`)
  }
  return table(
    'Detectors',
    [
      { title: 'Detector', head: true, cell: ({ id, name }: Row) => h('span', {}, name, h('small', {}, id)) },
      { title: 'Provider', wide: true, cell: ({ provider }) => provider },
      { title: 'Severity', cell: ({ severity }) => h('span', { class: `badge ${severity}` }, severity) },
      { title: 'Findings', number: true, cell: ({ found }) => (found === 0 ? '–' : compact(found)) },
      { title: 'Allowed', number: true, wide: true, cell: ({ allowed }) => (allowed === 0 ? '–' : compact(allowed)) },
      ...(isAccounted ? [cost] : [])
    ],
    rows
  )
}
