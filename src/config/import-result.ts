import type { DetectorInput } from '../scan/load/schema.ts'
import type { ConfigInput } from './config-schema.ts'

/** What became of a setting that logveil has no equal for. `left out`: nothing. `differs`: something that redacts more, or looks otherwise. */
export interface ImportRemark {
  readonly kind: 'left out' | 'differs'
  /** As its own documentation writes it, with its place: `redaction.blocked_values[2]`. */
  readonly setting: string
  readonly message: string
}

/** The configuration of something else as one of logveil. Where there are detectors, the configuration names no file for them yet. */
export interface Imported {
  readonly config: ConfigInput
  readonly detectors: readonly DetectorInput[]
  readonly remarks: readonly ImportRemark[]
}

export interface ImportOptions {
  /** With which ids of detectors begin. */
  readonly provider: string
  /** Where what is redacted goes; null: as the original says, else to standard output. */
  readonly to: string | null
}

/** Throws `CONFIG_INVALID` for a text that is no such configuration. Never quotes a value. */
export type Importer = (text: string, options: ImportOptions) => Imported

/** What is not known to an importer is told as well. */
export const unknownSetting = 'is not known to this importer: see docs/migration.md'
