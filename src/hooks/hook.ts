import type { Finding } from '../model.ts'
import { type RedactBytes, redactTrees } from './redact-trees.ts'

/** What every in-process hook is made of. */
export interface HookOptions {
  /** Told of what was found, also of several records at once; what it throws is ignored. Findings never hold secret text. */
  readonly onFindings?: ((findings: readonly Finding[]) => void) | undefined
}

/** Redacts in an application, which must not notice: never throws, and what fails is withheld. */
export interface Hook {
  /** As `redactTrees`. */
  values(values: readonly unknown[]): readonly unknown[]
  /** Text of any number of lines. */
  text(text: string): string
}

export function createHook(redact: RedactBytes, { onFindings }: HookOptions): Hook {
  const tell = (findings: readonly Finding[]): void => {
    if (findings.length === 0 || onFindings === undefined) return
    try {
      onFindings(findings)
    } catch {
      // Reporting is no reason to fail, and there is nobody to tell.
    }
  }
  return {
    values(values) {
      try {
        const redacted = redactTrees(values, redact)
        tell(redacted.findings)
        return redacted.values
      } catch {
        return values.map(() => '[WITHHELD:error]')
      }
    },
    text(text) {
      try {
        const payload = Buffer.from(text)
        const redacted = redact(payload)
        tell(redacted.findings)
        return redacted.payload === payload ? text : Buffer.from(redacted.payload).toString('utf8')
      } catch {
        return '[WITHHELD:error]'
      }
    }
  }
}
