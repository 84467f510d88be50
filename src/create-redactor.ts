import { autoCodec } from './codecs/auto.ts'
import { jsonCodec } from './codecs/json.ts'
import { textCodec } from './codecs/text.ts'
import { LogveilError } from './errors.ts'
import bundled from './generated/detectors.json' with { type: 'json' }
import packs from './generated/packs.json' with { type: 'json' }
import type { Codec, Detector, KnownSecret, ListedSecret, Listing, Meter, Scanner, Trace } from './model.ts'
import { assertPacks, type Pack, packNames } from './packs.ts'
import type { Allowances } from './redact/allowances.ts'
import type { Encryptor } from './redact/encrypt.ts'
import { createFingerprinter, type FingerprintKey, listingKeys } from './redact/fingerprint.ts'
import { indexListed, withListed } from './redact/listed.ts'
import { compilePolicy, type Policy } from './redact/policy.ts'
import type { EstimateStrength } from './redact/strength.ts'
import { assembleRedactor, type Redactor, type RedactorParts } from './redactor.ts'
import { createRunScanner, withRuns } from './scan/runs/run-scanner.ts'
import { createCarry, createScanner } from './scan/scanner.ts'

// What applications load: nothing of OTLP, whose codecs would be a fifth of it.

/** The detectors that are on by default, validated when the package was built: the pack `default`. */
export const bundledDetectors = bundled as unknown as readonly Detector[]

/** The detectors of these packs, in the order of `packNames`. Throws `CONFIG_INVALID` for a pack that there is not. */
export function packDetectors(names: readonly Pack[]): readonly Detector[] {
  assertPacks(names)
  const all: Record<Pack, readonly Detector[]> = {
    default: bundledDetectors,
    strict: packs.strict as unknown as readonly Detector[],
    pii: packs.pii as unknown as readonly Detector[]
  }
  return packNames.flatMap((name) => (names.includes(name) ? all[name] : []))
}

export interface RedactorOptions {
  /** Validated detectors; default: those of the packs. */
  readonly detectors?: readonly Detector[]
  /** Packs beside `default`, which is always on; not with `detectors` (which may hold `packDetectors(...)`). Default: none. */
  readonly packs?: readonly Pack[]
  /** Ids of detectors that are left out. An unknown id throws `DETECTOR_UNKNOWN`. */
  readonly disable?: readonly string[]
  /** Secrets whose values are known, such as those of the environment; they stay in memory only. Default: none. */
  readonly known?: readonly KnownSecret[]
  /** Secrets of an inventory (`readListed` of `logveil/inventory`), listed under one of `keys`. Default: none. */
  readonly listed?: readonly ListedSecret[]
  /** What happens to which secret; default: every one becomes its label. */
  readonly policy?: Policy
  /** Keys for fingerprints, the first for new ones; default: none, and placeholders without fingerprint. */
  readonly keys?: readonly FingerprintKey[]
  /** Needed by the action `encrypt`. */
  readonly encryptor?: Encryptor
  /** False positives that were decided on, by fingerprint: what they allow stays, and is no finding. Needs `keys`. Default: none. */
  readonly allowances?: Allowances
  /** Form of the records, one a line; `auto` (default) decides line by line. */
  readonly codec?: 'auto' | 'text' | 'json'
  /** Adds the hint `strength` to findings of passwords, see `createStrengthEstimator`; default: no estimates. */
  readonly strength?: EstimateStrength
  /** Told of an error in logveil itself: the records it met were withheld. Its message may not be shown: it may quote input. */
  readonly onError?: (error: unknown) => void
  /** Told of every step of every decision; slow, for explanations. */
  readonly trace?: Trace
  /** Told what each detector with keywords costs. */
  readonly meter?: Meter
}

const codecs: Record<'auto' | 'text' | 'json', Codec> = { auto: autoCodec, text: textCodec, json: jsonCodec }

/**
 * A redactor for payloads of newline-separated records. Compiling the detectors takes some 30 ms: make one and keep it.
 *
 * Throws `LogveilError`: no detectors are left (`DETECTORS_EMPTY`), an id in `disable` is unknown (`DETECTOR_UNKNOWN`), there is no such
 * pack, or there are detectors as well (`CONFIG_INVALID`), a policy is invalid or names an action whose key is missing (`POLICY_INVALID`,
 * `KEY_MISSING`).
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  return redactorOfLines(options, partsOf(options))
}

export function redactorOfLines({ codec = 'auto' }: RedactorOptions, parts: SharedParts): Redactor {
  return assembleRedactor({ ...parts, codec: codecs[codec] })
}

/** What redactors for several formats share. */
export type SharedParts = Omit<RedactorParts, 'codec'>

/** Throws as `createRedactor` does. */
export function partsOf(options: RedactorOptions): SharedParts {
  const { keys = [], listed = [] } = options
  const isListed = listed.length > 0
  const fingerprinter = createFingerprinter(keys)
  return {
    scanner: scannerOf(options, isListed ? { secrets: listed, keys: listingKeys(keys) } : null),
    policy: compilePolicy(options.policy),
    fingerprinter: isListed ? withListed(fingerprinter, listed, keys) : fingerprinter,
    listed: isListed ? indexListed(listed) : null,
    encryptor: options.encryptor,
    allowances: options.allowances,
    strength: options.strength,
    onError: options.onError,
    createCarry
  }
}

/** Detectors without keywords need a scanner of their own, which nobody else pays for. */
function scannerOf(options: RedactorOptions, listing: Listing | null): Scanner {
  const { trace = null, known = [], meter = null } = options
  const detectors = enabledDetectors(options)
  const runs = detectors.filter(({ keywords }) => keywords.length === 0)
  if (runs.length === 0) return createScanner(detectors, trace, known, listing, meter)
  const others = detectors.filter(({ keywords }) => keywords.length > 0)
  return withRuns(createScanner(others, trace, known, listing, meter), createRunScanner(runs, trace))
}

function enabledDetectors({ detectors, packs = [], disable = [] }: RedactorOptions): readonly Detector[] {
  if (detectors !== undefined && packs.length > 0)
    throw new LogveilError(
      'CONFIG_INVALID',
      'detectors and packs exclude each other: put packDetectors(...) into detectors'
    )
  const chosen = detectors ?? packDetectors(['default', ...packs])
  for (const id of disable) {
    if (!chosen.some((detector) => detector.id === id)) {
      throw new LogveilError('DETECTOR_UNKNOWN', `no detector has the id "${id}"; see \`logveil detectors list\``)
    }
  }
  const enabled = chosen.filter(({ id }) => !disable.includes(id))
  if (enabled.length === 0) throw new LogveilError('DETECTORS_EMPTY', 'no detector is left: nothing would be redacted')
  return enabled
}
