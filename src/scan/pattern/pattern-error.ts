import { LogveilError } from '../../errors.ts'

/** A pattern or class outside the dialect. Patterns are public, so the message may name what it found in them. */
export class PatternError extends LogveilError {
  /** 0-based index into the pattern, in UTF-16 units, at which the offending part begins. */
  readonly position: number
  readonly reason: string

  constructor(position: number, reason: string) {
    super('DETECTOR_INVALID', `position ${position}: ${reason}`)
    this.name = 'PatternError'
    this.position = position
    this.reason = reason
  }
}
