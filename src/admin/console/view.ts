import type { Live } from './live.ts'

/** A part of the page. `show` gets what is new; the part keeps what it has drawn. */
export interface View {
  readonly title: string
  readonly element: HTMLElement
  /** After each look at the metrics. */
  show?(live: Live): void
  /** When it is come to, with what stands behind its name in the address. */
  enter?(rest: string): void
}
