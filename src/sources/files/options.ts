import type { DeliveryEvents } from '../deliver.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Sealer } from './seal.ts'
import type { Layout } from './tail.ts'

export interface FilesOptions {
  readonly name: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Where a file begins that is there at the first start, and of which nothing is known; later ones begin at their beginning. */
  readonly from: 'beginning' | 'end'
  readonly checkpoints: Checkpoints
  /** As it is now: it changes with the detectors. */
  readonly sealer: () => Sealer
  readonly layout: Layout
  /** Attributes of the resource that a log is. */
  readonly resourceOf: (path: string) => Readonly<Record<string, string>>
  readonly chunkBytes: number
  readonly maxLineBytes: number
  /** Files that are read at once. */
  readonly inFlight: number
  /** Whether the beginning of a line may be handed on: it does not look like that of a secret. */
  readonly mayShow: (beginning: Uint8Array) => boolean
  /** How long lines that may go on in the next ones stay back. */
  readonly joinMs: number
  /** How long a line without an end stays back. */
  readonly partialMs: number
  /** How often sizes are looked at; watches tell sooner. */
  readonly pollMs: number
  /** How often the globs are; watches tell of new names sooner. */
  readonly discoverMs: number
  /** How long a file that has another name now, or none, may go without a line before it is closed. */
  readonly closeMs: number
  readonly events: FilesEvents
}

/** Names and numbers, never content. */
export interface FilesEvents extends DeliveryEvents {
  /** How many files are followed, and how much of them is still to be delivered. */
  state(files: number, bytes: number): void
  /** Not there, or not readable: it is tried again. */
  trouble(path: string, code: string): void
  /** It was emptied; `copies` were found of what had not been read. */
  truncated(path: string, copies: number): void
  /** A line was too long, and could not be cut. */
  withheld(path: string, bytes: number): void
}
