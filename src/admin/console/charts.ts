import { h, svg } from './dom.ts'
import { compact } from './format.ts'

export interface Series {
  readonly name: string
  /** Of the palette in console.css. */
  readonly color: 'a' | 'b'
  readonly values: readonly number[]
}

/** Shown about as large as it is drawn, so that its text is as large as other text. */
function widthOf(): number {
  return matchMedia('(max-width: 700px)').matches ? 340 : 600
}

const height = 150
const left = 46
const top = 8
const bottom = 20

/** Lines over time. `slots`: values that fit; the newest stands at the right. */
export function lineChart(title: string, series: readonly Series[], slots: number, seconds: number): HTMLElement {
  const width = widthOf()
  const all = series.flatMap(({ values }) => values)
  const ceiling = nice(Math.max(1, ...all))
  const x = (index: number, count: number) =>
    left + ((slots - count + index) / Math.max(1, slots - 1)) * (width - left - 4)
  const y = (value: number) => top + (1 - value / ceiling) * (height - top - bottom)
  const lines = series.flatMap(({ values, color }) => {
    if (values.length === 0) return []
    const points = values.map((value, i) => `${x(i, values.length).toFixed(1)},${y(value).toFixed(1)}`)
    const area = `M${x(0, values.length).toFixed(1)},${y(0)}L${points.join('L')}L${x(values.length - 1, values.length).toFixed(1)},${y(0)}Z`
    const shaded = color === 'a' ? [svg('path', { class: 'area', d: area })] : []
    return [...shaded, svg('polyline', { class: `line ${color}`, points: points.join(' ') })]
  })
  return figure(title, width, series, [...grid(width, ceiling, y, seconds), ...lines])
}

/** Bars over time. */
export function barChart(title: string, one: Series, slots: number, seconds: number): HTMLElement {
  const width = widthOf()
  const { values } = one
  const ceiling = nice(Math.max(4, ...values))
  const y = (value: number) => top + (1 - value / ceiling) * (height - top - bottom)
  const step = (width - left - 4) / slots
  const bars = values.map((value, i) =>
    svg('rect', {
      class: `bar ${one.color}`,
      x: (left + (slots - values.length + i) * step + 0.5).toFixed(1),
      y: y(value).toFixed(1),
      width: Math.max(1, step - 1).toFixed(1),
      height: (y(0) - y(value)).toFixed(1)
    })
  )
  return figure(title, width, [one], [...grid(width, ceiling, y, seconds), ...bars])
}

function grid(width: number, ceiling: number, y: (value: number) => number, seconds: number): SVGElement[] {
  const rules = [0, 0.5, 1].flatMap((share) => {
    const at = y(share * ceiling)
    return [
      svg('line', { class: 'rule', x1: left, x2: width, y1: at, y2: at }),
      svg('text', { class: 'tick', x: left - 6, y: at + 4, 'text-anchor': 'end' }, compact(share * ceiling))
    ]
  })
  const times = [0, 0.5, 1].map((share) =>
    svg(
      'text',
      {
        class: 'tick',
        x: left + share * (width - left - 4),
        y: height - 4,
        'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle'
      },
      share === 1 ? 'now' : `−${Math.round(((1 - share) * seconds) / 6) / 10} min`
    )
  )
  return [...rules, ...times]
}

/** Those who do not see it get the newest, the mean and the highest. */
function figure(title: string, width: number, series: readonly Series[], drawn: readonly SVGElement[]): HTMLElement {
  const told = series.map(({ name, values }) => {
    if (values.length === 0) return `${name}: nothing yet`
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return `${name}: now ${compact(values.at(-1) ?? 0)}, mean ${compact(mean)}, highest ${compact(Math.max(...values))}`
  })
  const key = series.map(({ name, color, values }) =>
    h('li', {}, h('span', { class: `swatch ${color}` }), `${name} `, h('b', {}, compact(values.at(-1) ?? 0)))
  )
  return h(
    'figure',
    { class: 'chart' },
    svg(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}. ${told.join('. ')}` },
      ...drawn
    ),
    h('figcaption', {}, h('ul', { class: 'key' }, ...key))
  )
}

/** The next number that is easy to read, and to halve. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power
}

/** Names with their amounts, the largest first. */
export function ranking(title: string, rows: readonly (readonly [string, number])[]): HTMLElement {
  const most = Math.max(1, ...rows.map(([, value]) => value))
  const items = rows.map(([name, value]) =>
    h(
      'li',
      {},
      h('span', { class: 'name' }, name),
      svg(
        'svg',
        { viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        svg('rect', { class: 'track', width: 100, height: 6 }),
        svg('rect', { class: 'bar a', width: (100 * value) / most, height: 6 })
      ),
      h('b', {}, compact(value))
    )
  )
  return h('ul', { class: 'ranking', 'aria-label': title }, ...items)
}
