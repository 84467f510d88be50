// For each alert: series that fire it and series that do not, one value a minute in promtool's notation, and the labels that it fires with.

export interface AlertCase {
  readonly alert: string
  readonly fires: readonly string[]
  readonly silent: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

const job = 'job="logveil"'
const one = `${job},instance="a"`
const pipeline = `${one},pipeline="p"`
const received = `logveil_records_received_total{${pipeline},signal="logs"} 0+10000x60`

const byJob = { job: 'logveil' }
const byInstance = { ...byJob, instance: 'a' }
const byPipeline = { ...byJob, pipeline: 'p' }
const byBoth = { ...byInstance, pipeline: 'p' }

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'LogveilDown',
    fires: [`up{${one}} 0x60`],
    silent: [`up{${one}} 1x60`, 'up{job="other",instance="b"} 0x60'],
    labels: byInstance
  },
  {
    alert: 'LogveilSelfTestFails',
    fires: [`logveil_canary_ok{${one}} 0x60`],
    silent: [`logveil_canary_ok{${one}} 1x60`],
    labels: byInstance
  },
  {
    alert: 'LogveilErrors',
    fires: [`logveil_errors_total{${one}} 0x30,1x30`],
    silent: [`logveil_errors_total{${one}} 7x60`],
    labels: byInstance
  },
  {
    alert: 'LogveilConfigurationBad',
    fires: [`logveil_reload_ok{${one}} 0x60`],
    silent: [`logveil_reload_ok{${one}} 1x60`],
    labels: byInstance
  },
  {
    alert: 'LogveilWorkersReplaced',
    fires: [`logveil_worker_restarts_total{${one},reason="stuck"} 0+1x60`],
    silent: [`logveil_worker_restarts_total{${one},reason="stuck"} 0x30,1x30`],
    labels: { ...byInstance, reason: 'stuck' }
  },
  {
    alert: 'LogveilScanSlow',
    fires: scans(0),
    silent: scans(1000),
    labels: byPipeline
  },
  {
    alert: 'LogveilDetectorCost',
    fires: costs(12, 15),
    // A tenth of much.
    silent: costs(12, 120),
    labels: { ...byJob, detector: 'd' }
  },
  {
    alert: 'LogveilWithholds',
    fires: [received, `logveil_withheld_total{${pipeline},signal="logs",reason="size"} 0+20x60`],
    silent: [received, `logveil_withheld_total{${pipeline},signal="logs",reason="size"} 0+5x60`],
    labels: byPipeline
  },
  {
    alert: 'LogveilRejects',
    fires: [`logveil_records_rejected_total{${pipeline},signal="logs",reason="downstream"} 0x30,3x30`],
    silent: [`logveil_records_rejected_total{${pipeline},signal="logs",reason="downstream"} 3x60`],
    labels: { ...byPipeline, reason: 'downstream' }
  },
  {
    alert: 'LogveilInvalid',
    fires: [`logveil_unscanned_bytes_total{${pipeline},signal="logs",reason="invalid"} 0x30,900x30`],
    silent: [
      `logveil_unscanned_bytes_total{${pipeline},signal="logs",reason="invalid"} 9x60`,
      `logveil_unscanned_bytes_total{${pipeline},signal="logs",reason="size"} 0+9x60`
    ],
    labels: byPipeline
  },
  {
    alert: 'LogveilLeakStorm',
    fires: [`logveil_service_findings_total{${pipeline},service="pay",severity="high"} 0+900x60`],
    silent: [`logveil_service_findings_total{${pipeline},service="pay",severity="high"} 0+60x60`],
    labels: { ...byJob, service: 'pay' }
  },
  {
    alert: 'LogveilReturns',
    fires: [received, `logveil_records_returned_total{${pipeline},signal="logs"} 0+1000x60`],
    silent: [received, `logveil_records_returned_total{${pipeline},signal="logs"} 0+100x60`],
    labels: byPipeline
  },
  {
    alert: 'LogveilRefuses',
    fires: [`logveil_requests_refused_total{${one},source="p/http",status="401"} 0+100x60`],
    silent: [`logveil_requests_refused_total{${one},source="p/http",status="401"} 0+10x60`],
    labels: { ...byJob, source: 'p/http', status: '401' }
  },
  {
    alert: 'LogveilQueueOld',
    fires: [`logveil_queue_oldest_seconds{${pipeline},sink="s"} 0+60x60`],
    silent: [`logveil_queue_oldest_seconds{${pipeline},sink="s"} 200x60`],
    labels: { ...byBoth, sink: 's' }
  },
  {
    alert: 'LogveilQueueRefuses',
    fires: [`logveil_queue_refused_batches_total{${pipeline},sink="s",reason="full"} 0+2x60`],
    silent: [`logveil_queue_refused_batches_total{${pipeline},sink="s",reason="full"} 2x60`],
    labels: { ...byBoth, sink: 's', reason: 'full' }
  },
  {
    alert: 'LogveilQueueRejects',
    fires: rejects('0x30,1x30', '0x60'),
    silent: rejects('1x60', '4x60'),
    labels: { ...byPipeline, sink: 's' }
  },
  {
    alert: 'LogveilQueueBroken',
    fires: [`logveil_queue_quarantined_total{${pipeline},sink="s"} 0x30,1x30`],
    silent: [`logveil_queue_quarantined_total{${pipeline},sink="s"} 1x60`],
    labels: byBoth
  },
  {
    alert: 'LogveilFilesBehind',
    fires: [`logveil_files_behind_bytes{${pipeline}} 300000000x60`],
    silent: [`logveil_files_behind_bytes{${pipeline}} 200000000x60`],
    labels: byBoth
  },
  {
    alert: 'LogveilKafkaLag',
    fires: [`logveil_kafka_lag_records{${pipeline},topic="t",partition="0"} 100000+10x60`],
    // Much, but it gets less.
    silent: [`logveil_kafka_lag_records{${pipeline},topic="t",partition="0"} 900000-10x60`],
    labels: byPipeline
  },
  {
    alert: 'LogveilKafkaWaits',
    fires: [`logveil_kafka_oldest_unacknowledged_seconds{${pipeline}} 0+60x60`],
    silent: [`logveil_kafka_oldest_unacknowledged_seconds{${pipeline}} 30x60`],
    labels: byBoth
  },
  {
    alert: 'LogveilKafkaRebalances',
    fires: [`logveil_kafka_rebalances_total{${pipeline}} 0+1x60`],
    silent: [`logveil_kafka_rebalances_total{${pipeline}} 0x30,9x30`],
    labels: byPipeline
  },
  {
    alert: 'LogveilTicketsOverdue',
    fires: [`logveil_tickets_overdue{${one},severity="critical"} 2x60`],
    silent: [
      `logveil_tickets_overdue{${one},severity="critical"} 0x60`,
      `logveil_tickets_overdue{${one},severity="low"} 2x60`
    ],
    labels: { ...byJob, ticket_severity: 'critical' }
  },
  {
    alert: 'LogveilMinorTicketsOverdue',
    fires: [`logveil_tickets_overdue{${one},severity="low"} 2x60`],
    silent: [
      `logveil_tickets_overdue{${one},severity="low"} 0x60`,
      `logveil_tickets_overdue{${one},severity="high"} 2x60`
    ],
    labels: { ...byJob, ticket_severity: 'low' }
  },
  {
    alert: 'LogveilOutboxOld',
    fires: [`logveil_ticket_backlog_oldest_seconds{${one},channel="jira"} 0+60x60`],
    silent: [`logveil_ticket_backlog_oldest_seconds{${one},channel="jira"} 600x60`],
    labels: { ...byJob, channel: 'jira' }
  },
  {
    alert: 'LogveilOutboxDeadLetters',
    fires: [`logveil_ticket_backlog{${one},channel="jira",kind="dead"} 1x60`],
    silent: [`logveil_ticket_backlog{${one},channel="jira",kind="waiting"} 9x60`],
    labels: { ...byJob, channel: 'jira' }
  },
  {
    alert: 'LogveilSightingsLost',
    fires: [`logveil_ticket_sightings_total{${one},outcome="lost"} 0x30,5x30`],
    silent: [`logveil_ticket_sightings_total{${one},outcome="recorded"} 0+5x60`],
    labels: byInstance
  },
  {
    alert: 'LogveilLedgerFails',
    fires: [`logveil_ticket_trouble_total{${one}} 0+1x60`],
    silent: [`logveil_ticket_trouble_total{${one}} 0x35,1x30`],
    labels: byInstance
  }
]

/** A hundred batches a minute that take half a second, and `quick` that take a millisecond at most. */
function scans(quick: number): string[] {
  const bucket = (le: string, each: number) =>
    `logveil_scan_seconds_bucket{${pipeline},signal="logs",le="${le}"} 0+${each}x60`
  return [bucket('0.001', quick * 100), bucket('0.5', quick * 100 + 100), bucket('+Inf', quick * 100 + 100)]
}

/** Seconds a minute: of a detector, of all scans. */
function costs(detector: number, scan: number): string[] {
  return [
    `logveil_detector_cost_seconds_total{${one},detector="d"} 0+${detector}x60`,
    `logveil_scan_seconds_sum{${pipeline},signal="logs"} 0+${scan}x60`
  ]
}

function rejects(batches: string, records: string): string[] {
  return [
    `logveil_queue_rejected_batches_total{${pipeline},sink="s",outcome="kept"} ${batches}`,
    `logveil_queue_rejected_records_total{${pipeline},sink="s"} ${records}`
  ]
}
