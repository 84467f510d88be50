import { LogveilError } from '../../errors.ts'
import type { Channel } from '../../model.ts'
import { type OcsfFinding, ocsfOf } from './ocsf.ts'
import { beginCalls } from './request.ts'

export interface OcsfLogsOptions {
  readonly name: string
  /** OTLP over HTTP, without `/v1/logs`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs?: number | undefined
}

/**
 * OCSF findings as log records of OTLP, in JSON. `log.record.uid` is the event's id: a backend that drops what it has by it has each once, others at
 * least once.
 */
export function createOcsfLogs({ name, url, headers, timeoutMs }: OcsfLogsOptions): Channel {
  return {
    name,
    async deliver(event) {
      const { call } = beginCalls({ name, url, headers, timeoutMs })
      const rejected = await call({ path: '/v1/logs', body: requestOf(ocsfOf(event)) }, (answer: Answered) =>
        Number(answer.partialSuccess?.rejectedLogRecords ?? 0)
      )
      if (rejected > 0) throw new LogveilError('DELIVERY_FAILED', `${name} takes no such log record`)
      return null
    },
    async close() {}
  }
}

interface Answered {
  readonly partialSuccess?: { readonly rejectedLogRecords?: string | number }
}

/** By OCSF's severity: INFO, WARN, WARN3, ERROR, FATAL. */
const severityNumbers: readonly number[] = [0, 9, 13, 15, 17, 21]

function requestOf(finding: OcsfFinding): object {
  const { time, severity_id: severity, metadata } = finding
  const record = {
    timeUnixNano: `${time}000000`,
    severityNumber: severityNumbers[severity],
    eventName: 'ocsf.data_security_finding',
    body: { stringValue: JSON.stringify(finding) },
    attributes: [text('log.record.uid', metadata.uid), text('ocsf.class_uid', '2006')]
  }
  const scopeLogs = [{ scope: { name: 'logveil.tickets' }, logRecords: [record] }]
  return { resourceLogs: [{ resource: { attributes: [text('service.name', 'logveil')] }, scopeLogs }] }
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } }
}
