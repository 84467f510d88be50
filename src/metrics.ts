import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'

/** Every instrument, with what it counts. Labels never come from log content, but for names of services: redacted, and no more than a few. */
export type Metrics = ReturnType<typeof createMetrics>

/** Instruments of one thread, in a registry of its own. */
export function createMetrics() {
  const registry = new Registry(Registry.OPENMETRICS_CONTENT_TYPE)
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `logveil_${name}_total`, help, labelNames, registers: [registry as never] })
  /** How the values of several threads become one. */
  type Merge = 'sum' | 'max' | 'min' | 'first'
  const gauge = <L extends string>(name: string, aggregator: Merge, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `logveil_${name}`, aggregator, help, labelNames, registers: [registry as never] })
  const seconds = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram({
      name: `logveil_${name}_seconds`,
      help,
      labelNames,
      buckets: [1e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      enableExemplars: true,
      registers: [registry as never]
    })
  return {
    registry,
    received: counter(
      'records_received',
      'Records taken in; those of a batch that comes again count again.',
      'pipeline',
      'signal'
    ),
    sent: counter('records_sent', 'Records that a sink has confirmed.', 'pipeline', 'signal'),
    dropped: counter('records_dropped', 'Records taken out by the action drop.', 'pipeline', 'signal'),
    rejected: counter(
      'records_rejected',
      'Records refused for good: by the downstream, or as they cannot be redacted where they stand (Kafka).',
      'pipeline',
      'signal',
      'reason'
    ),
    returned: counter(
      'records_returned',
      'Records of batches that failed retryably: their sender has them still.',
      'pipeline',
      'signal'
    ),
    withheld: counter(
      'withheld',
      'Parts of records withheld because they could not be scanned.',
      'pipeline',
      'signal',
      'reason'
    ),
    unscanned: counter(
      'unscanned_bytes',
      'Bytes that were taken but could not be scanned, none of which went on: withheld, by reason, or no records of the format (invalid).',
      'pipeline',
      'signal',
      'reason'
    ),
    findings: counter('findings', 'Secrets found.', 'pipeline', 'signal', 'detector', 'action'),
    serviceFindings: counter(
      'service_findings',
      'Secrets found by the service that wrote them, or its container or topic; other: one beyond the 50 seen last; pipeline reported: by applications.',
      'pipeline',
      'service',
      'severity'
    ),
    reported: counter('findings_reported', 'Secrets that applications found and reported.', 'placement', 'detector'),
    reportedRefused: counter(
      'findings_refused',
      'Reports of applications that were not taken: lines (invalid), else whole requests.',
      'reason'
    ),
    scannedBytes: counter('scanned_bytes', 'Bytes scanned.', 'pipeline', 'signal'),
    batches: counter(
      'batches',
      'Batches by how they ended: sent, returned, rejected.',
      'pipeline',
      'signal',
      'outcome'
    ),
    scan: seconds('scan', 'Time to scan and redact a batch.', 'pipeline', 'signal'),
    delivery: seconds('delivery', 'Time until a sink has confirmed a batch, tries included.', 'pipeline', 'sink'),
    queueBytes: gauge('queue_bytes', 'sum', 'Bytes on disk that wait for their sink.', 'pipeline', 'sink'),
    queueBatches: gauge('queue_batches', 'sum', 'Batches on disk that wait for their sink.', 'pipeline', 'sink'),
    queueOldest: gauge(
      'queue_oldest_seconds',
      'max',
      'Age of the batch that waits longest; 0: none waits.',
      'pipeline',
      'sink'
    ),
    queueDelivered: counter('queue_delivered_batches', 'Stored batches that their sink took.', 'pipeline', 'sink'),
    queueRejected: counter(
      'queue_rejected_batches',
      'Stored batches refused for good: kept as a dead letter, dropped.',
      'pipeline',
      'sink',
      'outcome'
    ),
    queueRejectedRecords: counter(
      'queue_rejected_records',
      'Records refused for good out of stored batches that were taken.',
      'pipeline',
      'sink'
    ),
    queueRefused: counter(
      'queue_refused_batches',
      'Batches that could not be stored, so that their sender has them still: full, disk.',
      'pipeline',
      'sink',
      'reason'
    ),
    queueTorn: counter(
      'queue_torn',
      'Batches found cut off in the middle of being stored: never acknowledged.',
      'pipeline',
      'sink'
    ),
    queueQuarantined: counter('queue_quarantined', 'Parts of segments set aside: no batch.', 'pipeline', 'sink'),
    queueQuarantinedBytes: counter('queue_quarantined_bytes', 'Bytes of them.', 'pipeline', 'sink'),
    queueFsync: seconds('queue_fsync', 'Time until the disk has what was stored.', 'pipeline', 'sink'),
    retries: counter('delivery_retries', 'Further tries to deliver a batch.', 'pipeline', 'sink'),
    refused: counter(
      'requests_refused',
      'Requests answered without success, by HTTP status or gRPC code.',
      'source',
      'status'
    ),
    files: gauge('files_followed', 'sum', 'Files that are followed.', 'pipeline'),
    filesBehind: gauge('files_behind_bytes', 'sum', 'Bytes in followed files that are not delivered yet.', 'pipeline'),
    filesTruncated: counter('files_truncated', 'Files that were emptied while they were followed.', 'pipeline'),
    filesTrouble: counter('files_trouble', 'Files that could not be opened or read.', 'pipeline'),
    filesWithheld: counter('files_withheld_lines', 'Lines withheld because they were too long.', 'pipeline'),
    kafkaLag: gauge(
      'kafka_lag_records',
      'sum',
      'Records behind the end of a partition.',
      'pipeline',
      'topic',
      'partition'
    ),
    kafkaOldest: gauge(
      'kafka_oldest_unacknowledged_seconds',
      'max',
      'Time since the record was read that waits longest to be written; 0: none waits.',
      'pipeline'
    ),
    kafkaRebalances: counter('kafka_rebalances', 'Times the partitions of the group were shared out.', 'pipeline'),
    kafkaFenced: counter('kafka_fenced', 'Partitions found to be with another instance while it wrote.', 'pipeline'),
    kafkaAborted: counter(
      'kafka_aborted',
      'Transactions that failed: their records are read again.',
      'pipeline',
      'reason'
    ),
    kafkaRestarts: counter('kafka_restarts', 'Times the client was started over.', 'pipeline'),
    detectorCost: counter(
      'detector_cost_seconds',
      'Estimated processor time behind the key words of a detector.',
      'detector'
    ),
    allowed: counter('allowed', 'What was left as it is: false positives that were decided on.', 'detector'),
    ticketSightings: counter(
      'ticket_sightings',
      'Findings counted in tickets: recorded, or lost because the ledger could not take them.',
      'outcome'
    ),
    ticketDeliveries: counter(
      'ticket_deliveries',
      'Deliveries of news of tickets: delivered, failed (tried again), dead (never again).',
      'channel',
      'outcome'
    ),
    ticketBacklog: gauge('ticket_backlog', 'first', 'News of tickets in the outbox: waiting, dead.', 'channel', 'kind'),
    ticketOldest: gauge(
      'ticket_backlog_oldest_seconds',
      'first',
      'Age of the oldest news of tickets that waits to be told; 0: none waits.',
      'channel'
    ),
    ticketsOpen: gauge(
      'tickets_open',
      'first',
      'Tickets whose secret is not rotated. Every process that shares a ledger tells all of them.',
      'severity'
    ),
    ticketsOverdue: gauge('tickets_overdue', 'first', 'Those of them whose time to rotate is over.', 'severity'),
    ticketTrouble: counter('ticket_trouble', 'Times the ledger of tickets could not be read or written.'),
    inFlight: gauge('in_flight_bytes', 'sum', 'Memory that batches in flight take.'),
    detectors: gauge('detectors_loaded', 'max', 'Detectors in use.', 'version', 'digest'),
    canary: gauge('canary_ok', 'min', '1 while a planted secret is found by the self-test.'),
    reloads: counter('reloads', 'Times the configuration was read again: applied, failed.', 'outcome'),
    reloadOk: gauge(
      'reload_ok',
      'first',
      '0 while the last read configuration is bad and the one before stays in use.'
    ),
    errors: counter('errors', 'Errors in logveil itself while it scanned: bugs.'),
    workers: gauge('workers', 'first', 'Worker threads that are running.'),
    workerRestarts: counter('worker_restarts', 'Workers replaced: crashed, stuck.', 'reason')
  }
}

/** Those of the process: memory, CPU, event loop. */
export function collectProcessMetrics({ registry }: Metrics): void {
  // Their two timers, which fire 110 times a second by default, would be most of what an idle process costs.
  collectDefaultMetrics({
    register: registry as never,
    eventLoopMonitoringPrecision: 50,
    eventLoopUtilizationTimeout: 1000
  })
}

export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** The metrics of several threads as one OpenMetrics text. */
export async function mergeMetrics(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return merge(snapshots).metrics()
}

/** What counts on when its thread has ended: a total that falls would read as a restart. */
export async function totalsOf(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const all = await merge(snapshots).getMetricsAsJSON()
  return all.filter(({ type }) => type !== ('gauge' as never))
}

function merge(snapshots: readonly MetricsSnapshot[]): Registry {
  const named = snapshots.map((metrics) => metrics.map((metric) => ofOneProcess(withoutSuffix(metric))))
  const merged = Registry.aggregate(named as never)
  merged.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
  const exemplars = newestExemplars(named)
  // Adding up leaves them behind.
  for (const metric of merged.getMetricsAsArray() as never as Mergeable[]) {
    for (const value of metric.values) {
      const exemplar = exemplars.get(seriesOf(metric, value))
      if (exemplar !== undefined) value.exemplar = exemplar
    }
  }
  return merged as never
}

interface Mergeable {
  readonly name: string
  readonly type: unknown
  readonly aggregator?: string
  readonly values: Series[]
}

interface Series {
  readonly metricName?: string
  readonly labels?: object
  exemplar?: { readonly timestamp?: number }
}

/** OpenMetrics has `_total` on the samples of a counter, not on its name; the library puts it there whatever the name is. */
function withoutSuffix(metric: MetricsSnapshot[number]): Mergeable {
  const { name, type } = metric as never as Mergeable
  return { ...(metric as object), name: type === 'counter' ? name.replace(/_total$/, '') : name } as Mergeable
}

/** The library merges processes, which have no start in common; ours are threads. */
function ofOneProcess(metric: Mergeable): Mergeable {
  return metric.aggregator === 'omit' ? { ...metric, aggregator: 'first' } : metric
}

function newestExemplars(snapshots: readonly Mergeable[][]): ReadonlyMap<string, NonNullable<Series['exemplar']>> {
  const newest = new Map<string, NonNullable<Series['exemplar']>>()
  for (const metric of snapshots.flat().filter(({ type }) => type === 'histogram')) {
    for (const value of metric.values) {
      const { exemplar } = value
      const series = seriesOf(metric, value)
      if (exemplar && (exemplar.timestamp ?? 0) >= (newest.get(series)?.timestamp ?? 0)) newest.set(series, exemplar)
    }
  }
  return newest
}

function seriesOf({ name }: Mergeable, { metricName = '', labels = {} }: Series): string {
  return JSON.stringify([name, metricName, Object.entries(labels).sort()])
}
