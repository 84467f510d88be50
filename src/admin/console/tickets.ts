import type { About, Ticket, TicketPage } from './answers.ts'
import { announce, field, h, put, table } from './dom.ts'
import { relative, whole, words } from './format.ts'
import { everyMs } from './live.ts'
import { ask, Refused } from './session.ts'
import { ticketPanel } from './ticket.ts'
import type { View } from './view.ts'

/** Those that something has to be done about. */
const todo = ['open', 'acknowledged', 'rotating', 'rotated']
const pageSize = 100

export function ticketsView(about: About): View {
  const choices = [['todo', 'To do'], ['all', 'All'], ...about.states.map((name) => [name, words(name)])]
  const state = h(
    'select',
    { id: 'state', onchange: () => refresh() },
    ...choices.map(([value, text]) => h('option', { value }, text))
  )
  const order = h(
    'select',
    { id: 'order', onchange: () => draw() },
    h('option', { value: 'seen' }, 'seen last'),
    h('option', { value: 'due' }, 'due first')
  )
  const text = h('input', {
    id: 'filter',
    type: 'search',
    placeholder: 'detector, owner, place',
    oninput: () => draw()
  })
  const list = h('div', { class: 'list' })
  const panel = ticketPanel(about, () => refresh())
  const sum = h('p', { class: 'quiet', id: 'ticket-count', role: 'status' })
  const layout = h('div', { class: 'tickets' }, list, panel.element)
  const element = h(
    'div',
    { class: 'view' },
    h(
      'div',
      { class: 'tools', role: 'search', 'aria-label': 'Tickets' },
      field('State', state),
      field('Order', order),
      field('Filter', text),
      sum
    ),
    layout
  )
  let tickets: readonly Ticket[] = []
  let next: string | null = null
  let mistake = ''
  let selected = ''
  let last = 0

  async function refresh(): Promise<void> {
    last = Date.now()
    const asked = state.value
    try {
      const page = await ask<TicketPage>(`/v1/tickets?${queryOf(asked)}`)
      if (asked !== state.value) return
      tickets = page.tickets
      next = page.next
      mistake = ''
    } catch (error) {
      mistake = error instanceof Refused ? error.message : 'cannot be read'
    }
    draw()
  }

  async function more(): Promise<void> {
    const page = await ask<TicketPage>(`/v1/tickets?${queryOf(state.value)}&after=${next}`)
    tickets = [...tickets, ...page.tickets]
    next = page.next
    draw()
    announce(`${tickets.length} tickets`)
  }

  function draw(): void {
    const wanted = text.value.trim().toLowerCase()
    const fitting = tickets.filter((ticket) => textOf(ticket).includes(wanted))
    const shown = order.value === 'due' ? fitting.sort(byDue) : fitting
    const overdue = shown.filter(isOverdue).length
    put(sum, mistake || `${whole(shown.length)}${next ? '+' : ''} tickets${overdue > 0 ? `, ${overdue} overdue` : ''}`)
    layout.classList.toggle('with-panel', selected !== '')
    const button =
      next === null ? null : h('button', { type: 'button', 'data-key': 'more', onclick: () => more() }, 'Show more')
    const empty = h(
      'p',
      { class: 'empty' },
      wanted || state.value !== 'todo' ? 'No ticket is like this.' : 'Nothing to do: no secret is waiting.'
    )
    put(list, shown.length === 0 ? empty : tableOf(shown, selected), button)
  }

  return {
    title: 'Tickets',
    element,
    enter(rest) {
      selected = /^[0-9a-f]{16}$/.test(rest) ? rest : ''
      refresh()
      panel.open(selected === '' ? null : selected)
      draw()
    },
    show({ paused }) {
      // Further pages that somebody has asked for stay.
      if (!paused && tickets.length <= pageSize && Date.now() - last > 2 * everyMs) refresh()
    }
  }
}

function queryOf(state: string): string {
  const states = state === 'todo' ? todo : state === 'all' ? [] : [state]
  return [`limit=${pageSize}`, ...states.map((one) => `state=${one}`)].join('&')
}

function textOf({ id, detector, owner, severity, places }: Ticket): string {
  const where = places.flatMap(({ service, pod, file, topic }) => [service, pod, file, topic])
  return [id, detector, owner, severity, ...where].join(' ').toLowerCase()
}

/** What nothing has to be done about comes last. */
function byDue(a: Ticket, b: Ticket): number {
  return Number(a.over) - Number(b.over) || Date.parse(a.due) - Date.parse(b.due)
}

function isOverdue({ over, due, state }: Ticket): boolean {
  return !over && state !== 'rotated' && Date.parse(due) < Date.now()
}

function tableOf(tickets: readonly Ticket[], selected: string): HTMLElement {
  return table(
    'Tickets',
    [
      {
        title: 'Secret',
        head: true,
        cell: ({ id, detector }: Ticket) =>
          h(
            'span',
            {},
            h('a', { href: `#/tickets/${id}`, 'data-key': id, 'aria-current': id === selected && 'true' }, detector),
            h('small', {}, id.slice(0, 8))
          )
      },
      { title: 'Severity', cell: ({ severity }) => h('span', { class: `badge ${severity}` }, severity) },
      { title: 'State', cell: ({ state }) => h('span', { class: `state ${state}` }, words(state)) },
      { title: 'Where', wide: true, cell: ({ places }) => whereOf(places) },
      { title: 'Owner', wide: true, cell: ({ owner }) => owner ?? '–' },
      { title: 'Seen', number: true, cell: ({ count }) => whole(count) },
      { title: 'Last', wide: true, cell: ({ lastSeen }) => time(lastSeen) },
      { title: 'Due', cell: (ticket) => (ticket.over ? '–' : time(ticket.due, isOverdue(ticket))) }
    ],
    tickets
  )
}

function whereOf(places: Ticket['places']): string {
  const names = [...new Set(places.map(({ service, pod, file, topic }) => service ?? pod ?? file ?? topic ?? '?'))]
  return names.length === 0
    ? '–'
    : names.length > 2
      ? `${names.slice(0, 2).join(', ')} +${names.length - 2}`
      : names.join(', ')
}

function time(iso: string, isLate = false): HTMLElement {
  return h(
    'time',
    { datetime: iso, class: isLate ? 'late' : null, title: iso },
    isLate ? relative(iso).replace('ago', 'late') : relative(iso)
  )
}
