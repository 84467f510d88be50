import { type RedactBytes, redactTrees } from './redact-trees.ts'

/** Redacts in an application, which must not notice: never throws, and what fails is withheld. */
export interface Hook {
  /** As `redactTrees`. */
  values(values: readonly unknown[]): readonly unknown[]
  /** Text of any number of lines. */
  text(text: string): string
}

export function createHook(redact: RedactBytes): Hook {
  return {
    values(values) {
      try {
        return redactTrees(values, redact)
      } catch {
        return values.map(() => '[WITHHELD:error]')
      }
    },
    text(text) {
      try {
        const payload = Buffer.from(text)
        const redacted = redact(payload).payload
        return redacted === payload ? text : Buffer.from(redacted).toString('utf8')
      } catch {
        return '[WITHHELD:error]'
      }
    }
  }
}
