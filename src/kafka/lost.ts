import { LogveilError } from '../errors.ts'
import { refused, tooLarge } from './port.ts'

/** Whatever a client cannot go on writing after: it has to find out what was committed, and begin there. */
export class LaneLost extends Error {
  /** Whether it is because another instance has the partition. */
  readonly fenced: boolean
  constructor(reason: string, fenced: boolean) {
    super(reason)
    this.fenced = fenced
  }
}

export function recordTooLarge(): LogveilError {
  return new LogveilError('DELIVERY_FAILED', 'larger than the topic takes', { cause: tooLarge })
}

export function recordRefused(): LogveilError {
  return new LogveilError('DELIVERY_FAILED', 'not what the topic takes', { cause: refused })
}
