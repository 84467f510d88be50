import type { PipelineConfig } from '../config/config-schema.ts'
import type { Metrics } from '../metrics.ts'
import { withheldReasons } from '../model.ts'

/**
 * Writes down that nothing has happened yet in a pipeline, as alerts wait for the first time: Prometheus sees no increase in a series that
 * begins with 1.
 */
export function beginAtZero(metrics: Metrics, { name: pipeline, source }: PipelineConfig): void {
  for (const signal of source.type === 'otlp' ? ['logs', 'traces', 'metrics'] : ['lines']) {
    const labels = { pipeline, signal }
    const { received, sent, dropped, returned, scannedBytes, batches, rejected, withheld, unscanned } = metrics
    for (const one of [received, sent, dropped, returned, scannedBytes]) one.inc(labels, 0)
    for (const outcome of ['sent', 'returned', 'rejected']) batches.inc({ ...labels, outcome }, 0)
    rejected.inc({ ...labels, reason: 'downstream' }, 0)
    for (const reason of withheldReasons) withheld.inc({ ...labels, reason }, 0)
    for (const reason of [...withheldReasons, 'invalid']) unscanned.inc({ ...labels, reason }, 0)
  }
}
