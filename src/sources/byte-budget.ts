import { LogveilError } from '../errors.ts'

/** Memory that batches in flight may take, shared by all sources of a thread: nothing queues, what is beyond it is refused. */
export interface ByteBudget {
  readonly used: number
  /** Holds bytes for one batch. */
  open(): Hold
}

/** What one batch holds. */
export interface Hold {
  /** Throws `OVERLOADED`, retryable, when the budget would be exceeded. */
  add(bytes: number): void
  /** Gives all back; idempotent. */
  release(): void
}

/** Once this much of the budget is given back, it is worth trying again. */
const retryAfterMs = 1000

export function createByteBudget(maxBytes: number): ByteBudget {
  let used = 0
  return {
    get used() {
      return used
    },
    open() {
      let held = 0
      return {
        add(bytes) {
          if (used + bytes > maxBytes) {
            throw new LogveilError('OVERLOADED', 'too much is in flight', { retryable: true, retryAfterMs })
          }
          used += bytes
          held += bytes
        },
        release() {
          used -= held
          held = 0
        }
      }
    }
  }
}
