import type { FilesSourceConfig } from '../config/config-schema.ts'
import type { Metrics } from '../metrics.ts'
import type { Source } from '../model.ts'
import { lock } from '../sinks/durable/lock.ts'
import type { DeliveryEvents } from '../sources/deliver.ts'
import { forgetfulCheckpoints, openCheckpoints } from '../sources/files/checkpoints.ts'
import type { FilesEvents } from '../sources/files/options.ts'
import type { Sealer } from '../sources/files/seal.ts'
import { createFilesSource } from '../sources/files.ts'
import { resourceOfPath } from '../sources/records/kubernetes.ts'
import type { Continues } from '../sources/records/rules.ts'
import { continuations } from './exec-partial.ts'
import type { EngineOptions, Report } from './run-engine-options.ts'
import { createLayout, type RedactBatch } from './run-layout.ts'

/** What the detectors have to say, which a reload changes. */
export interface Rules {
  readonly batch: RedactBatch
  /** Redacts a line. */
  readonly line: (text: string) => string
  readonly sealer: () => Sealer
}

/** Throws `OUTPUT_FAILED` when checkpoints cannot be kept. */
export function openFiles(
  pipeline: string,
  config: FilesSourceConfig,
  metrics: Metrics,
  { report }: EngineOptions,
  { line, sealer, batch }: Rules,
  continues: Continues | null
): Source {
  const { stateDirectory: directory } = config
  const onTrouble = (code: string) =>
    report('error', 'checkpoints cannot be written: a restart would repeat more', { directory, code })
  return createFilesSource({
    name: `${pipeline}/files`,
    include: config.include,
    exclude: config.exclude,
    from: config.from,
    checkpoints: directory === null ? forgetfulCheckpoints() : openCheckpoints(directory, lock, onTrouble),
    sealer,
    layout: createLayout(config, continues, batch),
    resourceOf: (path) => ({ 'log.file.path': path, ...resourceOfPath(path) }),
    chunkBytes: Math.min(config.batchBytes, config.maxLineBytes),
    maxLineBytes: config.maxLineBytes,
    inFlight: config.inFlight,
    mayShow: (beginning) => staysAsItIs(Buffer.from(beginning).toString('latin1'), line),
    joinMs: config.joinMs,
    partialMs: config.partialLineMs,
    closeMs: config.closeAfterMs,
    pollMs: config.pollMs,
    discoverMs: config.discoverMs,
    events: listen(pipeline, metrics, report)
  })
}

/** What may be the last word of a beginning: one of a language, or a small number. Prefixes of tokens are neither. */
const plainEnd = /(?:^|[\s"'=,;:(){}[\]])(?:[A-Z]?[a-z]{0,15}[.!?%-]{0,3}|\d{1,3}%?)$/

/** Whether it ends in a plain word and reads the same when it goes on like a secret: half of one cannot be recognised. */
function staysAsItIs(beginning: string, redactLine: (text: string) => string): boolean {
  if (!plainEnd.test(beginning.slice(-32))) return false
  const shown = redactLine(beginning)
  return continuations.every((continuation) => redactLine(beginning + continuation).startsWith(shown))
}

function listen(pipeline: string, metrics: Metrics, report: Report): FilesEvents {
  const { filesTrouble, filesTruncated, filesWithheld } = metrics
  for (const one of [filesTrouble, filesTruncated, filesWithheld]) one.inc({ pipeline }, 0)
  return {
    state(files, bytes) {
      metrics.files.set({ pipeline }, files)
      metrics.filesBehind.set({ pipeline }, bytes)
    },
    trouble(path, code) {
      metrics.filesTrouble.inc({ pipeline })
      report('warn', 'a file cannot be read: it is tried again', { path, code })
    },
    truncated(path, copies) {
      metrics.filesTruncated.inc({ pipeline })
      report('info', 'a file was emptied', { path, copies })
    },
    withheld(path, bytes) {
      metrics.filesWithheld.inc({ pipeline })
      tellTooLong(pipeline, metrics)(bytes)
      report('warn', 'a line is too long, and cannot be cut: a part of it is withheld', { path })
    },
    ...tellDeliveries(pipeline, report)
  }
}

/** Of a line that a source has withheld. */
export function tellTooLong(pipeline: string, { withheld, unscanned }: Metrics): (bytes: number) => void {
  const labels = { pipeline, signal: 'lines', reason: 'size' }
  return (bytes) => {
    withheld.inc(labels)
    unscanned.inc(labels, bytes)
  }
}

/** Tells of a failing sink once, until it gets better. */
export function tellDeliveries(pipeline: string, report: Report): DeliveryEvents {
  let failing = false
  return {
    rejected: (from, message) => report('error', 'the sink refuses lines for good', { from, message }),
    failed(message) {
      if (!failing) report('warn', 'the sink fails: what came waits', { pipeline, message })
      failing = true
    },
    delivered() {
      if (failing) report('info', 'the sink takes batches again', { pipeline })
      failing = false
    }
  }
}
