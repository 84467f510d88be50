import type { About, Action, WholeTicket } from './answers.ts'
import { announce, h, put, table } from './dom.ts'
import { moment, relative, whole, words } from './format.ts'
import { ask, Refused } from './session.ts'

/** The way of most secrets; the others leave it. */
const way = ['open', 'acknowledged', 'rotating', 'rotated', 'verified', 'closed']

const labels: Readonly<Record<string, string>> = {
  ack: 'Acknowledge',
  rotate: 'Start rotation',
  rotated: 'Rotated',
  verify: 'Verified',
  close: 'Close',
  reopen: 'Reopen',
  'false-positive': 'False positive',
  accept: 'Accept risk'
}

/** One ticket with what can be done about it. `changed` is called when something was. */
export function ticketPanel(
  about: About,
  changed: () => void
): { element: HTMLElement; open(id: string | null): void } {
  const element = h('section', { class: 'panel card', 'aria-label': 'Ticket', hidden: true })
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' })
  document.body.append(dialog)
  let shown: string | null = null

  async function open(id: string | null): Promise<void> {
    const isOther = id !== shown
    shown = id
    element.hidden = id === null
    if (id === null) return
    try {
      const ticket = await ask<WholeTicket>(`/v1/tickets/${id}`)
      if (shown !== id) return
      draw(ticket)
    } catch (error) {
      element.replaceChildren(h('p', { class: 'mistake' }, error instanceof Refused ? error.message : 'cannot be read'))
    }
    if (isOther) element.querySelector('h2')?.focus()
  }

  function draw(ticket: WholeTicket): void {
    const may = about.user?.access === 'change'
    const possible = about.actions.filter(({ from }) => from.includes(ticket.state))
    const buttons = possible.map((action) =>
      h(
        'button',
        { type: 'button', 'data-key': action.name, title: action.summary, onclick: () => confirm(ticket, action) },
        labelOf(action)
      )
    )
    buttons[0]?.classList.add('primary')
    element.replaceChildren(
      h('a', { class: 'close', href: '#/tickets', 'aria-label': 'Close the ticket' }, '×'),
      h('h2', { tabindex: -1 }, ticket.detector, h('small', {}, ticket.id)),
      life(ticket.state),
      may
        ? h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, ...buttons)
        : h('p', { class: 'quiet' }, 'This token may only read.'),
      facts(ticket),
      h('h3', {}, 'Seen in'),
      places(ticket),
      h('h3', {}, 'History'),
      h('ol', { class: 'history', reversed: true }, ...[...ticket.history].reverse().map(entry))
    )
  }

  function confirm(ticket: WholeTicket, action: Action): void {
    const needsReason = action.expires || action.to === 'closed'
    const reason = h('textarea', {
      id: 'reason',
      rows: 3,
      maxlength: 2000,
      required: needsReason,
      'aria-describedby': 'reason-help'
    })
    const until = h('input', { id: 'until', type: 'date', required: true, min: dayIn(1), value: dayIn(90) })
    const mistake = h('p', { class: 'mistake', role: 'alert' })
    const submit = async (event: Event): Promise<void> => {
      event.preventDefault()
      // Till the end of that day, where it is read.
      const end = action.expires ? { until: new Date(`${until.value}T23:59:59`).toISOString() } : {}
      try {
        await ask(`/v1/tickets/${ticket.id}/${action.name}`, { reason: reason.value.trim(), ...end })
      } catch (error) {
        mistake.textContent = error instanceof Refused ? error.message : 'cannot be changed'
        return
      }
      dialog.close()
      await open(ticket.id)
      changed()
      announce(`Ticket ${ticket.id.slice(0, 8)} is ${words(action.to)} now`)
      element.querySelector('h2')?.focus()
    }
    dialog.replaceChildren(
      h(
        'form',
        { onsubmit: submit },
        h('h2', { id: 'dialog-title' }, `${labelOf(action)}: ${ticket.detector}`),
        h('p', {}, `${action.summary}.`),
        h('label', { for: 'reason' }, needsReason ? 'Reason' : 'Reason (optional)'),
        reason,
        h('p', { id: 'reason-help', class: 'quiet' }, 'Stands in the history. Write no secrets into it.'),
        ...(action.expires ? [h('label', { for: 'until' }, 'Until'), until] : []),
        mistake,
        h(
          'div',
          { class: 'actions' },
          h('button', { type: 'submit', class: 'primary' }, labelOf(action)),
          h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel')
        )
      )
    )
    dialog.showModal()
    reason.focus()
  }

  return { element, open }
}

function labelOf({ name }: Action): string {
  return labels[name] ?? words(name)
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}

function life(state: string): HTMLElement {
  const at = way.indexOf(state)
  if (at < 0) return h('p', {}, h('span', { class: `state ${state}` }, words(state)))
  const steps = way.map((name, i) =>
    h('li', { class: i < at ? 'done' : i === at ? 'now' : null, 'aria-current': i === at && 'step' }, words(name))
  )
  return h('ol', { class: 'life', 'aria-label': 'Life of the ticket' }, ...steps)
}

function facts(ticket: WholeTicket): HTMLElement {
  const {
    severity,
    confidence,
    owner,
    classification,
    count,
    firstSeen,
    lastSeen,
    due,
    expires,
    over,
    runbook,
    fingerprint,
    hints
  } = ticket
  const rows: [string, Node | string | null][] = [
    ['Severity', h('span', { class: `badge ${severity}` }, severity)],
    ['Confidence', confidence],
    ['Owner', owner ?? 'not known'],
    ['Classification', classification],
    ['Sightings', whole(count)],
    ['First seen', moment(firstSeen)],
    ['Last seen', `${moment(lastSeen)} (${relative(lastSeen)})`],
    ['Due', over ? null : `${moment(due)} (${relative(due)})`],
    ['Until', expires === null ? null : moment(expires)],
    ['Runbook', runbook === null ? null : runbookLink(runbook)],
    ...Object.entries(hints).map(([name, value]): [string, string] => [words(name), value]),
    ['Fingerprint', h('code', {}, fingerprint)]
  ]
  const known = rows.filter(([, value]) => value !== null)
  return h('dl', { class: 'facts' }, ...known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]))
}

/** Only what leads to a page: the inventory may say anything. */
function runbookLink(runbook: string): Node | string {
  return /^https?:\/\//.test(runbook)
    ? h('a', { href: runbook, rel: 'noreferrer noopener', target: '_blank' }, runbook)
    : runbook
}

function places({ places }: WholeTicket): HTMLElement {
  if (places.length === 0) return h('p', { class: 'quiet' }, 'Nobody told where.')
  return table(
    'Places, those seen last',
    [
      {
        title: 'Place',
        head: true,
        cell: ({ service, pod, file, topic }) => [service, pod, file, topic].filter(Boolean).join(' · ') || '–'
      },
      {
        title: 'Trace',
        cell: ({ trace }) => (trace === undefined ? '–' : h('code', { title: trace }, trace.slice(0, 8)))
      },
      { title: 'Seen', number: true, cell: ({ count }) => whole(count) },
      { title: 'Last', cell: ({ lastSeen }) => relative(lastSeen) }
    ],
    places
  )
}

function entry({ at, actor, kind, from, to, reason }: WholeTicket['history'][number]): HTMLElement {
  const what = from !== null && from !== to ? `${words(from)} → ${words(to)}` : words(kind)
  const item = h('li', {})
  put(
    item,
    h('b', {}, what),
    ` by ${actor} `,
    h('time', { datetime: at }, moment(at)),
    reason === '' ? null : h('p', {}, reason)
  )
  return item
}
