import type { Finding } from '../../src/model.ts'
import type { Redacted, Redactor } from '../../src/redactor.ts'

const newline = 0x0a

/**
 * The stream's tests need no detectors: `SECRET` with digits behind it is a secret, a line with `DROP` goes, one with `BOOM` is an error. Works
 * on latin-1 text, so that no byte changes on the way.
 */
export function toyRedactor(onError: (error: unknown) => void = () => {}): Redactor {
  return {
    createCarry: () => ({ budget: 0, detector: -1, gap: 0 }),
    redact: (payload) => redact(payload, onError)
  }
}

/** Passes everything on: what is measured is the stream. */
export function idleRedactor(): Redactor {
  const withheld = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
  return {
    createCarry: () => ({ budget: 0, detector: -1, gap: 0 }),
    redact: (payload) => ({ payload, findings: [], records: 1, withheld, dropped: 0 })
  }
}

function redact(payload: Uint8Array, onError: (error: unknown) => void): Redacted {
  const findings: Finding[] = []
  const withheld = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
  let dropped = 0
  let out = ''
  let records = 0
  for (let start = 0; start < payload.length; records++) {
    const end = payload.indexOf(newline, start) + 1 || payload.length
    const line = Buffer.from(payload.subarray(start, end)).toString('latin1')
    const [, text, terminator] = /^([\s\S]*?)(\r?\n|)$/.exec(line) ?? []
    if (text.includes('BOOM')) {
      onError(new TypeError(`cannot redact ${text}`))
      withheld.error++
      out += `[WITHHELD:error]${terminator}`
    } else if (text.includes('DROP')) dropped++
    else {
      for (const match of text.matchAll(/SECRET\d+/g))
        findings.push(finding(records, start + match.index, match[0].length))
      out += text.replace(/SECRET\d+/g, '[REDACTED:toy]') + terminator
    }
    start = end
  }
  const changed = findings.length + withheld.error + dropped > 0
  return { payload: changed ? Buffer.from(out, 'latin1') : payload, findings, records, withheld, dropped }
}

function finding(record: number, start: number, length: number): Finding {
  return {
    detector: 'toy',
    confidence: 'likely',
    severity: 'high',
    record,
    path: '',
    span: [start, start + length],
    length,
    fingerprint: null,
    action: 'label',
    hints: {}
  }
}
