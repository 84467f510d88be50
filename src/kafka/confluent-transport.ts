import type { KafkaOutput } from './port.ts'

/** A partition that is read, as long as it is ours. */
export interface Owned {
  readonly topic: string
  readonly partition: number
  readonly owned: boolean
}

/** What became of records of one partition, and the offset they end at. */
export interface Write {
  readonly from: Owned
  readonly outputs: readonly KafkaOutput[]
  readonly next: number
}

/** Puts writes where they belong, all or none of them; rejects with an `RdError`, after which nothing of them counts. */
export interface Transport {
  write(writes: readonly Write[]): Promise<void>
  close(): Promise<void>
}

/** After this the producer is of no more use. */
export class ProducerDead extends Error {
  readonly fenced: boolean
  constructor(reason: string, fenced: boolean) {
    super(reason)
    this.fenced = fenced
  }
}
