import { autoCodec } from './codecs/auto.ts'
import { jsonCodec } from './codecs/json.ts'
import { textCodec } from './codecs/text.ts'
import { LogveilError } from './errors.ts'
import bundled from './generated/detectors.json' with { type: 'json' }
import type { Codec, Detector, Trace } from './model.ts'
import type { Encryptor } from './redact/encrypt.ts'
import { createFingerprinter, type FingerprintKey } from './redact/fingerprint.ts'
import { compilePolicy, type Policy } from './redact/policy.ts'
import type { EstimateStrength } from './redact/strength.ts'
import { assembleRedactor, type Redactor } from './redactor.ts'
import { createCarry, createScanner } from './scan/scanner.ts'

export { createStrengthEstimator, type StrengthLimits } from './config/strength.ts'
export { LogveilError } from './errors.ts'
export type {
  Action,
  Carry,
  Confidence,
  Detector,
  Finding,
  Hints,
  Severity,
  Trace,
  TraceEvent,
  WithheldReason
} from './model.ts'
export type { Encryptor } from './redact/encrypt.ts'
export type { FingerprintKey } from './redact/fingerprint.ts'
export type { Policy, PolicyOverride } from './redact/policy.ts'
export type { EstimateStrength, Strength } from './redact/strength.ts'
export type { Redacted, Redactor } from './redactor.ts'

/** The detectors that come with logveil, validated when the package was built. */
export const bundledDetectors = bundled as unknown as readonly Detector[]

export interface RedactorOptions {
  /** Validated detectors; default: those of the package. */
  readonly detectors?: readonly Detector[]
  /** Ids of detectors that are left out. An unknown id throws `DETECTOR_UNKNOWN`. */
  readonly disable?: readonly string[]
  /** What happens to which secret; default: every one becomes its label. */
  readonly policy?: Policy
  /** Keys for fingerprints, the first for new ones; default: none, and placeholders without fingerprint. */
  readonly keys?: readonly FingerprintKey[]
  /** Needed by the action `encrypt`. */
  readonly encryptor?: Encryptor
  /** Form of the records, one a line; `auto` (default) decides line by line. */
  readonly codec?: 'auto' | 'text' | 'json'
  /** Adds the hint `strength` to findings of passwords, see `createStrengthEstimator`; default: no estimates. */
  readonly strength?: EstimateStrength
  /** Told of an error in logveil itself: the records it met were withheld. Its message may not be shown: it may quote input. */
  readonly onError?: (error: unknown) => void
  /** Told of every step of every decision; slow, for explanations. */
  readonly trace?: Trace
}

const codecs: Record<'auto' | 'text' | 'json', Codec> = { auto: autoCodec, text: textCodec, json: jsonCodec }

/**
 * A redactor for payloads of newline-separated records. Compiling the detectors takes some 30 ms: make one and keep it.
 *
 * Throws `LogveilError`: no detectors are left (`DETECTORS_EMPTY`), an id in `disable` is unknown (`DETECTOR_UNKNOWN`), a policy is
 * invalid or names an action whose key is missing (`POLICY_INVALID`, `KEY_MISSING`).
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  return assembleRedactor({
    scanner: createScanner(enabledDetectors(options), options.trace ?? null),
    codec: codecs[options.codec ?? 'auto'],
    policy: compilePolicy(options.policy),
    fingerprinter: createFingerprinter(options.keys ?? []),
    encryptor: options.encryptor,
    strength: options.strength,
    onError: options.onError,
    createCarry
  })
}

function enabledDetectors({ detectors = bundledDetectors, disable = [] }: RedactorOptions): readonly Detector[] {
  for (const id of disable) {
    if (!detectors.some((detector) => detector.id === id)) {
      throw new LogveilError('DETECTOR_UNKNOWN', `no detector has the id "${id}"; see \`logveil detectors list\``)
    }
  }
  const enabled = detectors.filter(({ id }) => !disable.includes(id))
  if (enabled.length === 0) throw new LogveilError('DETECTORS_EMPTY', 'no detector is left: nothing would be redacted')
  return enabled
}
