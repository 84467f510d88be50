import { createHash } from 'node:crypto'
import type { PipelineConfig, RedactionConfig } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import {
  createRedactor,
  createRedactors,
  type OtlpFormat,
  type Pack,
  packDetectors,
  type RedactorOptions,
  validateOtlp
} from '../index.ts'
import type { Detector, ListedSecret, Meter, Signal } from '../model.ts'
import type { Redact } from '../pipeline.ts'
import type { Allowances } from '../redact/allowances.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import type { Policy } from '../redact/policy.ts'
import type { Redactor } from '../redactor.ts'
import { parseKeys, readEncryptor } from './keys.ts'
import { redactBatch } from './run-batch.ts'
import { canaryDetector } from './run-canary.ts'
import type { RedactBatch } from './run-layout.ts'
import { createStreams, redactsLines, type Streams } from './run-lines.ts'

/** What redaction needs, read and checked: plain data, so that it reaches every worker as the same. */
export interface RedactionSettings {
  readonly detectors: readonly Detector[]
  readonly policy: Policy
  readonly keys: readonly FingerprintKey[]
  readonly encryptTo: string | null
  /** Secrets of the inventory. */
  readonly listed: readonly ListedSecret[]
  /** Whether what each detector costs is counted. */
  readonly costs: boolean
  /** Tells sets of detectors apart. */
  readonly digest: string
}

/** Reads detectors and keys. Throws `CONFIG_INVALID`, `DETECTOR_INVALID`, `DETECTOR_UNKNOWN`, `KEY_INVALID`, `INPUT_FAILED`. */
export async function readRedaction(config: RedactionConfig): Promise<RedactionSettings> {
  const chosen = await detectorsOf(config)
  if (chosen.length === 0) throw new LogveilError('DETECTORS_EMPTY', 'no detector is left: nothing would be redacted')
  const detectors = [...chosen, canaryDetector]
  const { action, overrides, encryptTo, inventory, costs } = config
  const listed = inventory === null ? [] : (await import('../inventory/listed.ts')).readListed(inventory)
  return {
    detectors,
    policy: { default: action, overrides } as Policy,
    keys: config.keys.length === 0 ? [] : parseKeys(config.keys.join('\n'), 'redaction.keys'),
    encryptTo,
    listed,
    costs,
    digest: digestOf(listed.length === 0 ? detectors : [detectors, listed])
  }
}

function digestOf(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12)
}

async function detectorsOf({ packs, detectors, disable }: RedactionConfig): Promise<readonly Detector[]> {
  if (detectors.length > 0) {
    const { extendBundled } = await import('./own-detectors.ts')
    return extendBundled(detectors, { disable, packs: packs as Pack[] })
  }
  const base = packDetectors(['default', ...(packs as Pack[])])
  const unknown = disable.find((id) => !base.some((detector) => detector.id === id))
  if (unknown !== undefined) {
    throw new LogveilError('DETECTOR_UNKNOWN', `redaction.disable: there is no detector "${unknown}"`)
  }
  return base.filter(({ id }) => !disable.includes(id))
}

/** Redactors made of one set of settings. */
export interface Redaction {
  /** For the batches of a pipeline, whose streams go on through a reload. */
  forPipeline(pipeline: Pick<PipelineConfig, 'annotate' | 'unknownFields'>, streams?: Streams): Redact
  readonly lines: Redactor
  /** For our own log, and what downstreams say. */
  readonly line: (text: string) => string
  /** The same for the same text, whatever the policy. */
  readonly label: (text: string) => string
  /** So does this, a batch of lines on its own. */
  readonly batch: RedactBatch
}

/** Compiles the detectors. Throws `DETECTORS_EMPTY`, `POLICY_INVALID`, `KEY_MISSING`, `KEY_INVALID`. */
export function createRedaction(
  settings: RedactionSettings,
  onError: (error: unknown) => void,
  allowances?: Allowances,
  meter?: Meter
): Redaction {
  const { detectors, policy, keys, encryptTo, listed, costs } = settings
  const encryptor = encryptTo === null ? {} : { encryptor: readEncryptor(encryptTo) }
  const options: RedactorOptions = {
    detectors,
    policy,
    keys,
    listed,
    onError,
    ...encryptor,
    ...(allowances && { allowances }),
    ...(costs && meter && { meter })
  }
  const redactors = createRedactors(options)
  // A policy that leaves secrets where they are is one for records, not for our own log.
  let labelling: Redactor | null = isPlain(policy) ? redactors.lines : null
  const labels = (): Redactor => {
    labelling ??= createRedactor({ ...options, policy: {} })
    return labelling
  }
  const lines = leaves(policy) ? labels() : redactors.lines
  return {
    lines: redactors.lines,
    forPipeline: ({ annotate, unknownFields }, streams = createStreams()) => {
      const redactor = memoize((format: OtlpFormat, signal: Signal) =>
        redactors.otlp({ format, signal, annotate, unknownFields })
      )
      const redactLines = redactsLines(redactors.lines, detectors, streams)
      return (envelope) => {
        const { payload, signal, format } = envelope
        if (format === 'lines') return redactLines(envelope)
        if (signal === null) throw new LogveilError('PAYLOAD_INVALID', 'no OTLP')
        const mistake = validateOtlp(payload, signal, format)
        if (mistake >= 0) throw new LogveilError('PAYLOAD_INVALID', `malformed at byte ${mistake}`)
        return redactor(format, signal).redact(payload)
      }
    },
    line: (text) => redactText(lines, text),
    label: (text) => redactText(labels(), text),
    batch: (bytes, format) => {
      const redactor = labels()
      return redactBatch(redactor, bytes, format, false, (_, redact) => redact(redactor.createCarry())).payload
    }
  }
}

function redactText(redactor: Redactor, text: string): string {
  return Buffer.from(redactor.redact(Buffer.from(text)).payload).toString()
}

function isPlain({ default: action = 'label', overrides = [] }: Policy): boolean {
  return action === 'label' && overrides.length === 0
}

function leaves({ default: action, overrides = [] }: Policy): boolean {
  return action === 'flag' || overrides.some((override) => override.action === 'flag')
}

function memoize<T>(make: (format: OtlpFormat, signal: Signal) => T): (format: OtlpFormat, signal: Signal) => T {
  const made = new Map<string, T>()
  return (format, signal) => {
    const key = `${format} ${signal}`
    const one = made.get(key) ?? make(format, signal)
    made.set(key, one)
    return one
  }
}
