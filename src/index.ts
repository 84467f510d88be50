import { createOtlpCodec, type OtlpOptions } from './codecs/otlp-codec.ts'
import { partsOf, type RedactorOptions, redactorOfLines } from './create-redactor.ts'
import { assembleRedactor, type Redactor } from './redactor.ts'

export { type OtlpFormat, type OtlpOptions, type UnknownFields, validateOtlp } from './codecs/otlp-codec.ts'
export { createStrengthEstimator, type StrengthLimits } from './config/strength.ts'
export { bundledDetectors, createRedactor, packDetectors, type RedactorOptions } from './create-redactor.ts'
export { LogveilError } from './errors.ts'
export type {
  Action,
  Carry,
  Confidence,
  Detector,
  Finding,
  Hints,
  KnownSecret,
  ListedForm,
  ListedSecret,
  ListedToken,
  Severity,
  Trace,
  TraceEvent,
  WithheldReason
} from './model.ts'
export { type Pack, packNames } from './packs.ts'
export type { Allowances } from './redact/allowances.ts'
export type { Encryptor } from './redact/encrypt.ts'
export type { FingerprintKey } from './redact/fingerprint.ts'
export type { Policy, PolicyOverride } from './redact/policy.ts'
export type { EstimateStrength, Strength } from './redact/strength.ts'
export type { Redacted, Redactor } from './redactor.ts'

/** Redactors for several formats that share what is compiled. They share scratch memory, too: none may be used inside a callback of another. */
export interface Redactors {
  /** Newline-separated records. */
  readonly lines: Redactor
  /** OTLP export requests of one signal in one format; cheap to make. */
  otlp(options: OtlpOptions & OtlpRedactorOptions): Redactor
}

export interface OtlpRedactorOptions {
  /** Records with findings get the attribute `logveil.detectors`, an array of detector ids; those found in a resource or scope go to the record behind. */
  readonly annotate?: boolean | undefined
}

/** As `createRedactor`, for all formats. */
export function createRedactors(options: RedactorOptions = {}): Redactors {
  const parts = partsOf(options)
  return {
    lines: redactorOfLines(options, parts),
    otlp(choice) {
      const codec = createOtlpCodec(choice)
      return assembleRedactor({ ...parts, codec, framing: codec, annotates: choice.annotate })
    }
  }
}
