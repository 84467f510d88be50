/** Attributes and, with `on`, listeners; what is false, null or undefined is left out. */
export type Props = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>
export type Child = Node | string | number | null | false

/** An element. Text stays text: nothing here makes markup of it. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(name), props, children)
}

/** The same of SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  props: Props = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), props, children)
}

function fill<E extends Element>(element: E, props: Props, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(
    ...children.filter((child) => child !== null && child !== false).map((child) => child as string | Node)
  )
  return element
}

/** Other children, when they are others: what somebody reads or has the focus in is not replaced by its like. */
export function put(parent: Element, ...children: readonly Child[]): void {
  const fresh = parent.cloneNode(false) as Element
  fill(fresh, {}, children)
  if (fresh.isEqualNode(parent)) return
  const { activeElement } = document
  const key = parent.contains(activeElement) ? activeElement?.getAttribute('data-key') : null
  parent.replaceChildren(...fresh.childNodes)
  if (key) parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
}

/** Tells those who do not see the page. */
export function announce(text: string): void {
  const status = document.getElementById('status')
  if (status !== null) status.textContent = text
}

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => Child
  /** Right-aligned figures. */
  readonly number?: boolean
  /** Names the row to those who hear it. */
  readonly head?: boolean
  /** Left out on small screens. */
  readonly wide?: boolean
}

/** A table that scrolls in itself when it is wider than the page. */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): HTMLElement {
  const classOf = ({ number, wide }: Column<T>) =>
    [number && 'number', wide && 'wide'].filter(Boolean).join(' ') || null
  const cell = (column: Column<T>, row: T) =>
    column.head
      ? h('th', { scope: 'row', class: classOf(column) }, column.cell(row))
      : h('td', { class: classOf(column) }, column.cell(row))
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', { class: 'hidden' }, caption),
      h('thead', {}, h('tr', {}, ...columns.map((one) => h('th', { scope: 'col', class: classOf(one) }, one.title)))),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, ...columns.map((column) => cell(column, row)))))
    )
  )
}

/** A region with its heading. */
export function card(title: string, ...children: readonly Child[]): HTMLElement {
  return h('section', { class: 'card' }, h('h2', {}, title), ...children)
}

/** A control with its name before it. */
export function field(name: string, control: HTMLElement): HTMLElement {
  return h('div', { class: 'field' }, h('label', { for: control.id }, name), control)
}
