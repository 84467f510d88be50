import { createHash } from 'node:crypto'
import type { Leak } from './scan-leak.ts'

/** Lines of others that may stand between two lines of a key; the scanner looks no further either. */
const maxGap = 16
/** The lines of a key are shorter: what is longer is a key by itself, in one line or encoded. */
const longestLine = 128

/** Puts the lines of a private key together: they are findings of their own, as a stream has to redact each at once. */
export function createKeyJoiner(keyDetectors: ReadonlySet<string>) {
  const leaks: Leak[] = []
  let open: { readonly key: Leak; readonly parts: (string | null)[] } | null = null

  function goesOn({ detector, line }: Leak, text: Uint8Array): boolean {
    if (open === null || open.key.detector !== detector || line > open.key.endLine + maxGap + 1) return false
    return text.length <= longestLine && !Buffer.from(text).toString('latin1').toUpperCase().includes('BEGIN')
  }

  function close(): void {
    if (open !== null && open.parts.length > 1) open.key.fingerprint = joined(open.parts)
    open = null
  }

  return {
    /** `text` is what stands at the place of the finding. */
    add(leak: Leak, text: Uint8Array): void {
      if (open !== null && goesOn(leak, text)) {
        const { key, parts } = open
        Object.assign(key, { endLine: leak.endLine, endColumn: leak.endColumn, span: [key.span[0], leak.span[1]] })
        key.length += leak.length
        parts.push(leak.fingerprint)
        return
      }
      leaks.push(leak)
      if (!keyDetectors.has(leak.detector)) return
      close()
      open = { key: leak, parts: [leak.fingerprint] }
    },
    count: () => leaks.length,
    leaks(): readonly Leak[] {
      close()
      return leaks
    }
  }
}

/** One fingerprint of several, in the same form: the first line of a key is the same in all keys. */
function joined(parts: readonly (string | null)[]): string | null {
  const [first] = parts
  if (first === null) return null
  const digest = createHash('sha256').update(parts.join('\n')).digest().toString('base64url', 0, 12)
  return `${first.slice(0, first.indexOf('.'))}.${digest}`
}
