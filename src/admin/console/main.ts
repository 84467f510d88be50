import type { About } from './answers.ts'
import { detectorsView } from './detectors.ts'
import { announce, type Child, h, put } from './dom.ts'
import { inventoryView } from './inventory.ts'
import { type Live, watch } from './live.ts'
import { overview } from './overview.ts'
import { ask, Refused, signIn, signOut } from './session.ts'
import { ticketsView } from './tickets.ts'
import type { View } from './view.ts'

const app = document.getElementById('app') as HTMLElement

async function begin(): Promise<void> {
  try {
    const about = await ask<About | { readonly signIn: true }>('/v1/console')
    if ('signIn' in about) return login('')
    open(about)
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused(0, 'something went wrong')
    if (refused.status === 401) return login('This token is not known.')
    app.replaceChildren(
      h(
        'main',
        { id: 'main', class: 'login' },
        h('h1', {}, 'logveil'),
        h('p', {}, `Not available: ${refused.message}.`),
        h('button', { type: 'button', onclick: () => begin() }, 'Try again')
      )
    )
  }
}

function login(mistake: string): void {
  signOut()
  const input = h('input', {
    id: 'token',
    type: 'password',
    required: true,
    autocomplete: 'current-password',
    spellcheck: 'false',
    'aria-describedby': 'token-help token-mistake'
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    signIn(input.value.trim())
    begin()
  }
  app.replaceChildren(
    h(
      'main',
      { id: 'main', class: 'login' },
      h('h1', {}, h('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }), 'logveil'),
      h(
        'form',
        { onsubmit: submit },
        // For those who keep passwords: they want to know whose it is.
        h('input', { type: 'text', autocomplete: 'username', value: 'logveil', hidden: true }),
        h('label', { for: 'token' }, 'Token'),
        input,
        h('p', { id: 'token-mistake', class: 'mistake', role: 'alert' }, mistake),
        h('button', { type: 'submit', class: 'primary' }, 'Sign in'),
        h(
          'p',
          { id: 'token-help', class: 'quiet' },
          'One of tickets.api.tokens, or what stands in api.token of the directory of tickets. It is kept in this tab until you close it.'
        )
      )
    )
  )
  input.focus()
}

function open(about: About): void {
  const views: Record<string, View> = {
    overview: overview(about),
    ...(about.tickets && { tickets: ticketsView(about) }),
    detectors: detectorsView(about),
    ...(about.inventory && { inventory: inventoryView() })
  }
  let live: Live = { snapshots: [], unready: [], paused: false }
  const health = h('span', { class: 'pill' })
  const main = h('main', { id: 'main', tabindex: -1 })
  const links = Object.entries(views).map(([name, { title }]) =>
    h('a', { href: `#/${name}`, 'data-view': name }, title)
  )
  const pause = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: () => watching.pause(!live.paused) },
    'Pause'
  )
  const who: readonly Child[] =
    about.user === null
      ? []
      : [
          h('span', { class: 'quiet who' }, about.user.name),
          h('button', { type: 'button', onclick: leave }, 'Sign out')
        ]
  app.replaceChildren(
    h(
      'header',
      { class: 'bar' },
      h(
        'a',
        { class: 'brand', href: '#/overview' },
        h('img', { src: 'icon.svg', alt: '', width: 22, height: 22 }),
        'logveil',
        h('span', { class: 'version quiet' }, about.version)
      ),
      h('nav', { 'aria-label': 'Parts of the page' }, ...links),
      h('div', { class: 'side' }, health, pause, ...who)
    ),
    main
  )

  const watching = watch((news) => {
    live = news
    pause.setAttribute('aria-pressed', String(live.paused))
    put(health, healthOf(live))
    health.className = `pill ${live.unready === null || live.unready.length > 0 ? 'bad' : 'good'}`
    current()?.show?.(live)
  })

  function leave(): void {
    watching.stop()
    removeEventListener('hashchange', route)
    signOut()
    login('')
  }

  function current(): View | undefined {
    return views[nameOf()]
  }

  function nameOf(): string {
    const name = location.hash.split('/')[1] ?? ''
    return Object.hasOwn(views, name) ? name : 'overview'
  }

  let shown: View | null = null
  function route(): void {
    const view = current() as View
    for (const link of links) {
      if (link.dataset.view === nameOf()) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    if (view !== shown) {
      const isFirst = shown === null
      shown = view
      document.title = `${view.title} · logveil`
      main.replaceChildren(h('h1', { class: 'hidden' }, view.title), view.element)
      if (!isFirst) announce(view.title)
    }
    view.enter?.(location.hash.split('/').slice(2).join('/'))
    view.show?.(live)
  }

  addEventListener('hashchange', route)
  route()
}

function healthOf({ unready, paused }: Live): string {
  if (unready === null) return 'No answer'
  return unready.length > 0 ? 'Not ready' : paused ? 'Paused' : 'Ready'
}

document.querySelector('.skip')?.addEventListener('click', (event) => {
  // The address is the page's own: it must not become `#main`.
  event.preventDefault()
  document.getElementById('main')?.focus()
})

begin()
