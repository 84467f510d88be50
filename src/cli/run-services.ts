import type { ReportedFinding } from '../admin/reported-finding.ts'
import { type ServiceAt, servicesInJson, servicesInProto } from '../codecs/otlp-service.ts'
import type { Metrics } from '../metrics.ts'
import type { Envelope, Finding, Severity } from '../model.ts'
import { severities } from '../tickets/places.ts'
import { namesOf } from './run-tickets.ts'

/** Counts findings by the service that wrote them. */
export interface Services {
  /** Of a batch of a source. */
  batch(pipeline: string, findings: readonly Finding[], envelope: Envelope): void
  /** Of records of a topic, which stands for whoever writes it. */
  topic(pipeline: string, findings: readonly Finding[], topic: string): void
  /** Of applications. */
  reported(findings: readonly Pick<ReportedFinding, 'service' | 'severity'>[]): void
}

/** More would be a series each, for as long as Prometheus remembers them. */
const mostServices = 50
/** One that has written nothing for so long gives its place to a new one. */
const idleMs = 3_600_000

/** `redact`: names of services come from records, and may hold secrets. */
export function createServices(
  { serviceFindings }: Pick<Metrics, 'serviceFindings'>,
  redact: (text: string) => string,
  now: () => number = Date.now
): Services {
  const named = namesOf(redact)
  const seen = new Map<string, { at: number; readonly pipelines: Set<string> }>()

  function count(pipeline: string, severity: Severity, name: string | null): void {
    const service =
      name === null || name === '' ? 'unknown' : place(named({ service: name }).service as string, pipeline)
    serviceFindings.inc({ pipeline, service, severity })
  }

  function place(service: string, pipeline: string): string {
    const known = seen.get(service)
    if (known !== undefined) {
      known.at = now()
      known.pipelines.add(pipeline)
      return service
    }
    if (seen.size >= mostServices && !forgetIdle()) return 'other'
    seen.set(service, { at: now(), pipelines: new Set([pipeline]) })
    return service
  }

  function forgetIdle(): boolean {
    const [service, { at, pipelines }] = [...seen].reduce((oldest, one) => (one[1].at < oldest[1].at ? one : oldest))
    if (now() - at < idleMs) return false
    seen.delete(service)
    for (const pipeline of pipelines)
      for (const severity of severities) serviceFindings.remove({ pipeline, service, severity })
    return true
  }

  return {
    batch(pipeline, findings, envelope) {
      const serviceAt = servicesIn(envelope)
      for (const { severity, span } of findings) count(pipeline, severity, serviceAt(span[0]))
    },
    topic(pipeline, findings, topic) {
      for (const { severity } of findings) count(pipeline, severity, topic)
    },
    reported(findings) {
      for (const { severity, service } of findings) count('reported', severity, service)
    }
  }
}

function servicesIn({ payload, format, origin }: Envelope): ServiceAt {
  if (format === 'otlp-proto') return servicesInProto(payload)
  if (format === 'otlp-json') return servicesInJson(payload)
  const { 'service.name': service, 'k8s.container.name': container } = origin?.resource ?? {}
  return () => service ?? container ?? null
}
