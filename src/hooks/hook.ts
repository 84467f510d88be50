import { type RedactBytes, redactTrees } from './redact-trees.ts'
import type { ViewLimits } from './view.ts'

export interface ValuesOptions {
  /** Default: the whole values. */
  readonly limits?: ViewLimits
  /** Whether findings are reported; default: true. */
  readonly report?: boolean
}

/** Redacts in an application, which must not notice: never throws, and what fails is withheld. */
export interface Hook {
  /** As `redactTrees`. */
  values(values: readonly unknown[], options?: ValuesOptions): readonly unknown[]
  /** Text of any number of lines. `report`: whether findings are reported; default: true. */
  text(text: string, report?: boolean): string
}

export function createHook(redact: RedactBytes): Hook {
  return {
    values(values, { limits, report } = {}) {
      try {
        return redactTrees(values, (payload) => redact(payload, report), limits)
      } catch {
        return values.map(() => '[WITHHELD:error]')
      }
    },
    text(text, report) {
      try {
        const payload = Buffer.from(text)
        const redacted = redact(payload, report).payload
        return redacted === payload ? text : Buffer.from(redacted).toString('utf8')
      } catch {
        return text.endsWith('\n') ? '[WITHHELD:error]\n' : '[WITHHELD:error]'
      }
    }
  }
}
