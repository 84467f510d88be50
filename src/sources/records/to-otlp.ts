import { isUtf8 } from 'node:buffer'
import type { LineFormat } from '../../model.ts'
import { createLogRequest } from '../../otlp/log-request.ts'
import type { Continues } from './rules.ts'
import { eachRow } from './to-rows.ts'

export interface ToOtlpOptions {
  readonly format: LineFormat
  readonly continues: Continues | null
  /** Attributes of the resource: where the lines come from. */
  readonly resource: Readonly<Record<string, string>>
  /** When they were read, in ms since 1970. */
  readonly observedMs: number
}

/** A batch of lines as a request of OTLP logs, in protobuf: records with their text as body. Text that is no UTF-8 is made it. */
export function recordsToOtlp(
  payload: Uint8Array,
  { format, continues, resource, observedMs }: ToOtlpOptions
): Uint8Array {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const request = createLogRequest({ resource, observedMs, bytes: bytes.length + (bytes.length >> 2) })
  const clean = isUtf8(bytes)
  eachRow(bytes, format, continues, (row) => {
    if (clean || isUtf8(row.bytes.subarray(row.start, row.end))) {
      request.add(row, row.bytes, row.start, row.end)
      return
    }
    const text = Buffer.from(row.bytes.toString('utf8', row.start, row.end))
    request.add(row, text, 0, text.length)
  })
  return request.take()
}
