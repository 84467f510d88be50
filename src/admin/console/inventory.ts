import type { InventoryReport, InventoryRow } from './answers.ts'
import { card, field, h, put, table } from './dom.ts'
import { whole } from './format.ts'
import { ask, Refused } from './session.ts'
import type { View } from './view.ts'

const most = 200

/** What `logveil inventory report` tells. */
export function inventoryView(): View {
  const text = h('input', {
    id: 'inventory-filter',
    type: 'search',
    placeholder: 'secret, owner, application',
    oninput: () => draw()
  })
  const sum = h('p', { class: 'quiet', role: 'status' })
  const list = h('div', { class: 'cards' })
  const again = h('button', { type: 'button', onclick: () => read() }, 'Read again')
  const element = h(
    'div',
    { class: 'view' },
    h('div', { class: 'tools', role: 'search', 'aria-label': 'Inventory' }, field('Filter', text), again, sum),
    list
  )
  let report: InventoryReport | null = null

  async function read(): Promise<void> {
    try {
      report = await ask<InventoryReport>('/v1/console/inventory')
      draw()
    } catch (error) {
      put(sum, error instanceof Refused ? error.message : 'cannot be read')
    }
  }

  function draw(): void {
    if (report === null) return
    const wanted = text.value.trim().toLowerCase()
    const rows = report.rows.filter(({ title: _, ...row }) =>
      Object.values(row).join(' ').toLowerCase().includes(wanted)
    )
    put(sum, `${whole(rows.length)} complaints about ${whole(report.secrets)} secrets`)
    const groups = Map.groupBy(rows, ({ title }) => title)
    const cards = [...groups].map(([title, own]) => card(`${title} (${own.length})`, tableOf(title, own)))
    put(list, ...(cards.length > 0 ? cards : [h('p', { class: 'empty' }, 'Nothing to complain about.')]))
  }

  return { title: 'Inventory', element, enter: () => read() }
}

function tableOf(title: string, rows: readonly InventoryRow[]): HTMLElement {
  return table(
    title,
    [
      { title: 'Secret', head: true, cell: ({ name }: InventoryRow) => name },
      { title: 'Owner', cell: ({ owner }) => owner ?? '–' },
      { title: 'Application', wide: true, cell: ({ application }) => application ?? '–' },
      { title: 'Environment', wide: true, cell: ({ environment }) => environment ?? '–' },
      { title: 'Detail', cell: ({ detail }) => detail || '–' }
    ],
    rows.slice(0, most)
  )
}
