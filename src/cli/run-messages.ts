import type { ErrorCode } from '../errors.ts'
import type { MetricsSnapshot } from '../metrics.ts'
import type { Sighting } from '../model.ts'
import type { Allowance } from '../tickets/ledger.ts'
import type { CrewOptions, EngineOptions } from './run-engine-options.ts'
import type { RedactionSettings } from './run-redaction.ts'

/** What a worker is started with. */
export type WorkerData = Omit<CrewOptions, 'report' | 'take'> & Pick<EngineOptions, 'worker'>

/** To a worker. */
export type Order =
  | { readonly type: 'swap'; readonly settings: RedactionSettings }
  | { readonly type: 'allow'; readonly entries: readonly Allowance[] }
  | { readonly type: 'snapshot' }
  | { readonly type: 'ping' }
  | { readonly type: 'stop' }

/** From a worker. `swapped` and `snapshot` come in the order they were asked for. */
export type News =
  | { readonly type: 'ready'; readonly ports: Readonly<Record<string, number>> }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  | {
      readonly type: 'report'
      readonly level: 'info' | 'warn' | 'error'
      readonly message: string
      readonly facts: Readonly<Record<string, unknown>>
    }
  | { readonly type: 'swapped'; readonly error: { readonly code: ErrorCode; readonly message: string } | null }
  | { readonly type: 'snapshot'; readonly metrics: MetricsSnapshot }
  | { readonly type: 'sightings'; readonly sightings: readonly Sighting[] }
  | { readonly type: 'pong'; readonly unready: readonly string[] }
