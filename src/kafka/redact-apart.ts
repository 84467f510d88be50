import type { KafkaRecord } from './port.ts'
import type { RedactedBatch } from './redact-batch.ts'

/** Redacts so that a record over which redaction fails takes no others with it: halves of halves, down to that record. */
export function redactApart(
  records: readonly KafkaRecord[],
  redact: (records: readonly KafkaRecord[]) => RedactedBatch
): RedactedBatch {
  try {
    return redact(records)
  } catch {
    if (records.length > 1) {
      const middle = records.length >> 1
      return both(redactApart(records.slice(0, middle), redact), redactApart(records.slice(middle), redact))
    }
    const [record] = records
    return {
      records: [{ source: record, record, findings: [], fate: 'unscanned' }],
      findings: [],
      withheld: [],
      unscanned: []
    }
  }
}

function both(first: RedactedBatch, second: RedactedBatch): RedactedBatch {
  const moved = second.findings.map((finding) => ({ ...finding, record: finding.record + first.records.length }))
  return {
    records: [...first.records, ...second.records],
    findings: [...first.findings, ...moved],
    withheld: [...first.withheld, ...second.withheld],
    unscanned: [...first.unscanned, ...second.unscanned]
  }
}
