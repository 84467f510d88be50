/** What a queue has to tell: numbers and names, never content. */
export interface QueueEvents {
  fsync(seconds: number): void
  /** A frame that was never finished. */
  torn(bytes: number): void
  /** Bytes that are no frame. `aside`: the copy of their segment, null where none could be made. */
  quarantined(bytes: number, aside: string | null): void
  refused(reason: 'full' | 'disk'): void
  /** Something that should work does not. */
  trouble(what: string, code: string): void
}
