import type { Config } from '../config/config-schema.ts'
import type { RedactionSettings } from './run-redaction.ts'
import type { Take } from './run-tickets.ts'

/** What an engine tells to whoever runs it: numbers and names, never log content. */
export type Report = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>
) => void

export interface EngineOptions {
  readonly config: Config
  readonly redaction: RedactionSettings
  readonly reusePort: boolean
  /** Which of how many threads this is, from 0. */
  readonly worker: { readonly index: number; readonly count: number }
  readonly version: string
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly report: Report
  /** Gets what is found, when tickets are configured. */
  readonly take: Take
}

/** Of a crew, whose threads have one each of what is left out. */
export type CrewOptions = Omit<EngineOptions, 'reusePort' | 'write' | 'worker'>
