import { allTaken, type Receipt, type Signal } from '../model.ts'
import { eachField, lengthDelimited, varint } from './protobuf.ts'
import type { Refusal } from './status.ts'

type Format = 'otlp-proto' | 'otlp-json'

// ExportLogsServiceResponse (those of traces and metrics differ in names only):
//   message ExportLogsServiceResponse { ExportLogsPartialSuccess partial_success = 1 }
//   message ExportLogsPartialSuccess { int64 rejected_log_records = 1; string error_message = 2 }

const rejectedNames: Readonly<Record<Signal, string>> = {
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints'
}

/** The answer to a batch that was taken. With nothing to tell, partial success stays unset, as the specification demands. */
export function encodeResponse({ rejected, message }: Receipt, signal: Signal, format: Format): Uint8Array {
  const full = rejected === 0 && message === ''
  if (format === 'otlp-json') {
    const partial = { [rejectedNames[signal]]: String(rejected), errorMessage: message }
    return Buffer.from(full ? '{}' : JSON.stringify({ partialSuccess: partial }))
  }
  if (full) return new Uint8Array(0)
  return lengthDelimited(1, Buffer.concat([varintField(1, rejected), stringField(2, message)]))
}

/** What a downstream said of a batch it took; what cannot be read is taken for nothing said. */
export function decodeResponse(bytes: Uint8Array, signal: Signal, format: Format): Receipt {
  return (format === 'otlp-json' ? receiptOfJson(bytes, signal) : receiptOfProto(bytes)) ?? allTaken
}

function receiptOfProto(bytes: Uint8Array): Receipt | null {
  let rejected = 0
  let message = ''
  const valid = eachField(bytes, (number, value) => {
    if (number !== 1 || typeof value === 'number') return
    eachField(value, (inner, content) => {
      if (inner === 1 && typeof content === 'number') rejected = countOf(content)
      else if (inner === 2 && typeof content !== 'number') message = Buffer.from(content).toString()
    })
  })
  return valid ? { rejected, message } : null
}

function receiptOfJson(bytes: Uint8Array, signal: Signal): Receipt | null {
  const partial = parse(bytes)?.partialSuccess
  if (typeof partial !== 'object' || partial === null) return null
  const { [rejectedNames[signal]]: rejected, errorMessage } = partial as Record<string, unknown>
  const count = Number(rejected ?? 0)
  return {
    rejected: countOf(count),
    message: typeof errorMessage === 'string' ? errorMessage : ''
  }
}

/** A negative one is above 2^63 in protobuf. */
function countOf(count: number): number {
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}

// google.rpc.Status:
//   message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3 }
//   message Any { string type_url = 1; bytes value = 2 }
//   message RetryInfo { Duration retry_delay = 1 }
//   message Duration { int64 seconds = 1; int32 nanos = 2 }
//   message BadRequest { repeated FieldViolation field_violations = 1 }
//   message FieldViolation { string field = 1; string description = 2 }

const badRequestType = 'type.googleapis.com/google.rpc.BadRequest'
const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo'

/** A refusal as google.rpc.Status; the body over HTTP, `grpc-status-details-bin` over gRPC. */
export function encodeStatus(refused: Refusal, format: Format): Uint8Array {
  const { grpc, message } = refused
  if (format === 'otlp-json') {
    const details = detailsInJson(refused)
    return Buffer.from(JSON.stringify({ code: grpc, message, ...(details.length === 0 ? {} : { details }) }))
  }
  const details = detailsInProto(refused).map((any) => lengthDelimited(3, any))
  return Buffer.concat([varintField(1, grpc), stringField(2, message), ...details])
}

function detailsInJson({ http, message, retryAfterMs }: Refusal): object[] {
  if (http === 400) return [{ '@type': badRequestType, fieldViolations: [{ description: message }] }]
  return retryAfterMs === null ? [] : [{ '@type': retryInfoType, retryDelay: `${retryAfterMs / 1000}s` }]
}

function detailsInProto({ http, message, retryAfterMs }: Refusal): Uint8Array[] {
  if (http === 400) return [any(badRequestType, lengthDelimited(1, stringField(2, message)))]
  return retryAfterMs === null ? [] : [retryInfo(retryAfterMs)]
}

function any(type: string, value: Uint8Array): Uint8Array {
  return Buffer.concat([stringField(1, type), lengthDelimited(2, value)])
}

function retryInfo(retryAfterMs: number): Uint8Array {
  const duration = Buffer.concat([
    varintField(1, Math.floor(retryAfterMs / 1000)),
    varintField(2, Math.round((retryAfterMs % 1000) * 1e6))
  ])
  return any(retryInfoType, lengthDelimited(1, duration))
}

/** What a downstream said of a batch it refused; empty where it said nothing that can be read. */
export function decodeStatus(bytes: Uint8Array, format: Format): { message: string; retryAfterMs: number | null } {
  return (format === 'otlp-json' ? statusOfJson(bytes) : statusOfProto(bytes)) ?? { message: '', retryAfterMs: null }
}

function statusOfProto(bytes: Uint8Array) {
  let message = ''
  let retryAfterMs: number | null = null
  const valid = eachField(bytes, (number, value) => {
    if (typeof value === 'number') return
    if (number === 2) message = Buffer.from(value).toString()
    else if (number === 3) retryAfterMs = delayOfAny(value) ?? retryAfterMs
  })
  return valid ? { message, retryAfterMs } : null
}

function delayOfAny(any: Uint8Array): number | null {
  let type = ''
  let delay: number | null = null
  eachField(any, (number, value) => {
    if (typeof value === 'number') return
    if (number === 1) type = Buffer.from(value).toString()
    else if (number === 2)
      eachField(value, (inner, duration) => {
        if (inner === 1 && typeof duration !== 'number') delay = milliseconds(duration)
      })
  })
  return type === retryInfoType ? delay : null
}

function milliseconds(duration: Uint8Array): number {
  let total = 0
  eachField(duration, (number, value) => {
    if (typeof value === 'number') total += number === 1 ? value * 1000 : number === 2 ? value / 1e6 : 0
  })
  return Math.max(0, Math.ceil(total))
}

function statusOfJson(bytes: Uint8Array) {
  const { message, details } = parse(bytes) ?? {}
  const info = Array.isArray(details) ? details.find((detail) => detail?.['@type'] === retryInfoType) : undefined
  const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(String(info?.retryDelay))?.[1]
  return {
    message: typeof message === 'string' ? message : '',
    retryAfterMs: seconds === undefined ? null : Math.ceil(Number(seconds) * 1000)
  }
}

function parse(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function varintField(number: number, value: number): Uint8Array {
  return value === 0 ? new Uint8Array(0) : Buffer.concat([varint(number << 3), varint(value)])
}

function stringField(number: number, text: string): Uint8Array {
  return text === '' ? new Uint8Array(0) : lengthDelimited(number, Buffer.from(text))
}
