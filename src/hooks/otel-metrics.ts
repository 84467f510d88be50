import type { Hook } from './hook.ts'
import { asMarker, type Owners } from './otel-shared.ts'
import type { Metric, ResourceMetrics } from './otel-types.ts'

/** What is read of a metric besides its numbers. */
interface MetricTexts {
  readonly descriptor: Metric['descriptor']
  readonly points: readonly object[]
}

/** The same object when nothing is found; else a copy, in which metrics without a finding are the same objects. */
export function redactMetrics(metrics: ResourceMetrics, hook: Hook, owners: Owners): ResourceMetrics {
  const resource = owners.resource(metrics.resource)
  const scopeMetrics = metrics.scopeMetrics.map((one) => redactScopeMetrics(one, hook, owners))
  const same = resource === metrics.resource && scopeMetrics.every((one, i) => one === metrics.scopeMetrics[i])
  return same ? metrics : { ...metrics, resource, scopeMetrics }
}

type ScopeMetrics = ResourceMetrics['scopeMetrics'][number]

function redactScopeMetrics(scopeMetrics: ScopeMetrics, hook: Hook, owners: Owners): ScopeMetrics {
  const scope = owners.scope(scopeMetrics.scope)
  const before = scopeMetrics.metrics.map(textsOf)
  const after = hook.values(before)
  if (scope === scopeMetrics.scope && after.every((texts, i) => texts === before[i])) return scopeMetrics
  const metrics = scopeMetrics.metrics.map((metric, i) => (after[i] === before[i] ? metric : copy(metric, after[i])))
  return { ...scopeMetrics, scope, metrics }
}

/** Of a point all but the times and the value, which are numbers. */
function textsOf({ descriptor, dataPoints }: Metric): MetricTexts {
  return {
    descriptor,
    points: dataPoints.map((point) => {
      const {
        startTime: _,
        endTime: __,
        value: ___,
        ...rest
      } = point as typeof point & Record<'startTime' | 'endTime', unknown>
      return rest
    })
  }
}

function copy(metric: Metric, redacted: unknown): Metric {
  const marker = asMarker(redacted)
  if (marker !== null) return withheld(metric, marker)
  const { descriptor, points } = redacted as MetricTexts
  return { ...metric, descriptor, dataPoints: metric.dataPoints.map((point, i) => ({ ...point, ...points[i] })) }
}

/** Its numbers stay, under a name that says nothing. */
function withheld(metric: Metric, marker: string): Metric {
  const dataPoints = metric.dataPoints.map((point, i) => ({
    ...point,
    attributes: { 'logveil.withheld': `${marker} ${i}` }
  }))
  return { ...metric, descriptor: { ...metric.descriptor, name: marker, description: '', unit: '' }, dataPoints }
}
