/** Longest text of a downstream that is handed on. */
const maxLength = 200

/**
 * Makes what a downstream says fit to be told to whoever sent the batch: it may quote records, and name what is none of the sender's
 * business. Secrets are redacted, URLs taken out, the text is one line and cut.
 */
export function createScrub(redactLine: (text: string) => string): (text: string) => string {
  return (text) => {
    // Control characters could forge lines in logs.
    const line = redactLine(text.slice(0, 4096).replace(/\p{Cc}+/gu, ' '))
    const plain = line.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, '[URL]')
    return plain.length > maxLength ? `${plain.slice(0, maxLength - 1)}…` : plain
  }
}
