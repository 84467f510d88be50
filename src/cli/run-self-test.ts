import { otlpToProto } from '../codecs/otlp-to-proto.ts'
import type { Envelope, Signal } from '../model.ts'
import { canary } from './run-canary.ts'
import type { Redaction } from './run-redaction.ts'

const resources: Readonly<Record<Signal, string>> = {
  logs: 'resourceLogs',
  traces: 'resourceSpans',
  metrics: 'resourceMetrics'
}

/** Whether a canary planted in a request of each signal and format is found and gone. */
export function canaryPasses(redaction: Redaction): boolean {
  const redact = redaction.forPipeline({ annotate: false, unknownFields: 'strict' })
  return (Object.keys(resources) as Signal[]).every((signal) =>
    requestsWith(`say ${canary} now`, signal).every((envelope) => {
      const { findings, payload } = redact(envelope)
      return findings.some(({ action }) => action === 'flag') || !Buffer.from(payload).includes(canary)
    })
  )
}

/** A request of either format whose resource has the text as an attribute. */
function requestsWith(text: string, signal: Signal): Envelope[] {
  const attributes = [{ key: 'logveil.canary', value: { stringValue: text } }]
  const json = Buffer.from(JSON.stringify({ [resources[signal]]: [{ resource: { attributes } }] }))
  const rest = { signal, encoded: null, deadline: Number.POSITIVE_INFINITY, stream: null }
  return [
    { ...rest, format: 'otlp-json', payload: json },
    { ...rest, format: 'otlp-proto', payload: otlpToProto(json, signal) }
  ]
}
