import type { PipelineConfig } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import type { Sink, Source } from '../model.ts'
import { type PipelineParts, type Redact, runPipeline } from '../pipeline.ts'
import { toAll } from '../sinks/fan-out.ts'
import { createByteBudget } from '../sources/byte-budget.ts'
import type { Sealer } from '../sources/files/seal.ts'
import type { ListeningSource } from '../sources/otlp-http.ts'
import type { Allowance } from '../tickets/ledger.ts'
import { describe } from './complain.ts'
import { createCosts } from './run-costs.ts'
import type { DurableSink } from './run-durable.ts'
import type { EngineOptions } from './run-engine-options.ts'
import type { Rules } from './run-files.ts'
import { createStreams, type Streams } from './run-lines.ts'
import { createRedaction, type Redaction, type RedactionSettings } from './run-redaction.ts'
import { canaryPasses } from './run-self-test.ts'
import { createServices } from './run-services.ts'
import { openSink } from './run-sinks.ts'
import { openSources } from './run-sources.ts'
import { createSpots } from './run-tickets.ts'
import { beginAtZero } from './run-zeros.ts'
import { createAllowList } from './tickets-allowed.ts'

/** All pipelines in one thread. */
export interface Engine {
  readonly metrics: Metrics
  /** Where it listens, by source. */
  readonly ports: Readonly<Record<string, number>>
  /** Puts new detectors and policy in place for the batches that come from now on; on failure the old ones stay. */
  swap(settings: RedactionSettings): void
  /** In place of the allowances before. */
  allow(entries: readonly Allowance[]): void
  /** Why nothing should be sent here. */
  unready(): string[]
  /** Redacts a line of our own log. */
  line(text: string): string
  /** Takes nothing more, settles what is in flight. */
  stop(): Promise<void>
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { config, report } = options
  const metrics = createMetrics()
  const budget = createByteBudget(config.maxInFlightBytes)
  let told = false
  const onError = (error: unknown): void => {
    metrics.errors.inc()
    if (!told) report('error', `a bug in logveil, the records it met are withheld: ${describe(error)}`)
    told = true
  }
  const { tickets } = config
  const allowances = createAllowList(tickets?.tenant ?? null, Date.now, (detector) => metrics.allowed.inc({ detector }))
  const costs = createCosts(metrics)
  let redaction = createRedaction(options.redaction, onError, allowances, costs)
  const streams = new Map(config.pipelines.map(({ name }) => [name, createStreams()]))
  let redacts = bind(redaction)
  let canary = inspect(redaction, options.redaction)
  const line = (text: string): string => redaction.line(text)
  let sealer = sealerOf(redaction, options.redaction)
  const rules: Rules = { line, sealer: () => sealer, batch: (bytes, format) => redaction.batch(bytes, format) }
  const spots = tickets === null ? null : createSpots(tickets, (text) => redaction.label(text), options.take)
  const services = createServices(metrics, (text) => redaction.label(text))
  const listening: [PipelineConfig, (Source | ListeningSource)[], (Sink | DurableSink)[]][] = []
  const stages: ((signal: AbortSignal) => Promise<void>)[] = []
  for (const pipeline of config.pipelines) {
    beginAtZero(metrics, pipeline)
    if (pipeline.source.type === 'kafka') {
      // A client that nobody else should load.
      const { openKafka } = await import('./run-kafka.ts')
      const redact: Redact = (envelope) => (redacts.get(pipeline.name) as Redact)(envelope)
      stages.push(await openKafka(pipeline, metrics, { ...options, spots, services }, () => redaction.lines, redact))
      continue
    }
    const sinks = await Promise.all(pipeline.sinks.map((sink) => openSink(sink, pipeline, metrics, options, line)))
    listening.push([pipeline, await openSources(pipeline, budget, metrics, options, rules), sinks])
  }
  const timer = setInterval(() => {
    metrics.inFlight.set(budget.used)
    costs.flush()
  }, 1000).unref()
  const abort = new AbortController()
  let draining = false
  const running = listening.map(([pipeline, sources, sinks]) => {
    const redact: Redact = (envelope) => (redacts.get(pipeline.name) as Redact)(envelope)
    const onFindings: PipelineParts['onFindings'] = (findings, envelope) => {
      services.batch(pipeline.name, findings, envelope)
      spots?.batch(findings, envelope)
    }
    return runPipeline({ name: pipeline.name, sources, redact, sink: toAll(sinks), metrics, onFindings }, abort.signal)
  })
  running.push(...stages.map((stage) => stage(abort.signal)))

  function bind({ forPipeline }: Redaction): ReadonlyMap<string, Redact> {
    return new Map(
      config.pipelines.map((pipeline) => [pipeline.name, forPipeline(pipeline, streams.get(pipeline.name) as Streams)])
    )
  }

  function sealerOf({ label }: Redaction, { digest }: RedactionSettings): Sealer {
    return { rules: `${options.version} ${digest}`, redact: label }
  }

  function inspect(candidate: Redaction, { detectors, digest }: RedactionSettings): boolean {
    metrics.detectors.reset()
    metrics.detectors.set({ version: options.version, digest }, detectors.length)
    const passes = canaryPasses(candidate)
    metrics.canary.set(passes ? 1 : 0)
    if (!passes) report('error', 'the self-test fails: a planted secret was not found')
    return passes
  }

  return {
    metrics,
    ports: Object.fromEntries(
      listening.flatMap(([, sources]) =>
        sources.flatMap((source) => ('port' in source ? [[source.name, source.port]] : []))
      )
    ),
    swap(settings) {
      const fresh = createRedaction(settings, onError, allowances, costs)
      const bound = bind(fresh)
      if (!canaryPasses(fresh))
        throw new LogveilError(
          'CONFIG_INVALID',
          'with these detectors the self-test fails: a planted secret was not found'
        )
      redacts = bound
      redaction = fresh
      sealer = sealerOf(fresh, settings)
      canary = inspect(fresh, settings)
    },
    allow: allowances.set,
    unready: () => [
      ...(draining ? ['shutting down'] : []),
      ...(canary ? [] : ['the self-test fails']),
      ...listening.flatMap(([, , sinks]) => sinks.flatMap((sink) => ('unready' in sink ? sink.unready() : [])))
    ],
    line,
    async stop() {
      draining = true
      abort.abort()
      await Promise.all(running)
      spots?.flush()
      clearInterval(timer)
    }
  }
}
