import { bundledDetectors, createRedactor, type RedactorOptions } from './create-redactor.ts'
import { secretsOf } from './environment.ts'
import { type FindingsOptions, openFindings } from './hooks/findings.ts'
import { warnOnce } from './hooks/warn.ts'
import type { Detector, KnownSecret } from './model.ts'
import { createEncryptor, type EncryptorKey } from './redact/encrypt.ts'
import type { Redacted } from './redactor.ts'

export type { FindingsOptions, PlacedFinding } from './hooks/findings.ts'

/** What the entries for loggers and SDKs have in common. Plain data (it may go to a worker thread), but for `findings.callback`. */
export interface InProcessOptions
  extends Pick<RedactorOptions, 'packs' | 'detectors' | 'disable' | 'known' | 'listed' | 'policy' | 'keys'> {
  /**
   * Secrets of the environment, as it is when the entry is made: true: values of variables whose names say that they hold secrets, and passwords
   * in variables that hold URLs; or the names of the variables that are meant, and no others. They become `[REDACTED:environment:NAME]`.
   * Default: none.
   */
  readonly environment?: boolean | readonly string[]
  /** Needed by the action `encrypt`. */
  readonly encryptTo?: EncryptorKey
  /** Where findings are reported; default: nowhere. */
  readonly findings?: FindingsOptions
  /** Stands in findings, so that a ticket says whose log it was. Default: null. */
  readonly service?: string
}

/** A redactor that lives in an application. */
export interface InProcess {
  /**
   * As `Redactor.redact`, every payload standing alone: newline-separated records, the same object when nothing was found. Findings are reported,
   * but with `report` false: what has been reported in another form of the same record.
   */
  redact(payload: Uint8Array, report?: boolean): Redacted
  /** For payloads that are one stream of whole records: a private key may go on from one to the next. */
  openStream(): (payload: Uint8Array) => Redacted
  /** Reports what still waits to be posted; at most 2 s, never rejects. */
  close(): Promise<void>
}

/**
 * The core of the in-process entries: needs nothing of what the daemon depends on, and runs on Node 22 and newer.
 *
 *     const { redact } = openInProcess('winston', options)
 *     const { payload } = redact(Buffer.from(line))   // the same buffer: nothing was found
 *
 * `placement` stands in findings. Compiling the detectors takes some 50 ms: make one and keep it. Throws as `createRedactor` and `secretsOf` do,
 * and `OUTPUT_FAILED` for a findings file that cannot be opened.
 */
export function openInProcess(placement: string, options: InProcessOptions = {}): InProcess {
  const { findings = {}, service = null, encryptTo, environment = false, known = [], ...others } = options
  const warn = warnOnce()
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
  const redactor = createRedactor({
    ...others,
    known: [...known, ...ofEnvironment(environment, known, others.detectors)],
    onError: (error) => warn(bug(error)),
    ...(encryptTo === undefined ? {} : { encryptor: createEncryptor(encryptTo, random) })
  })
  const reporter = openFindings(findings, placement, service)
  const reported = (redacted: Redacted): Redacted => {
    if (redacted.findings.length > 0) reporter.report(redacted.findings)
    return redacted
  }
  return {
    redact: (payload, report = true) => (report ? reported(redactor.redact(payload)) : redactor.redact(payload)),
    openStream() {
      const carry = redactor.createCarry()
      return (payload) => reported(redactor.redact(payload, carry))
    },
    close: () => reporter.close()
  }
}

/** What the application named itself keeps its name. */
function ofEnvironment(
  environment: boolean | readonly string[],
  known: readonly KnownSecret[],
  detectors: readonly Detector[] = bundledDetectors
): KnownSecret[] {
  if (environment === false) return []
  const automatic = environment === true
  const secrets = secretsOf(process.env, detectors, { names: automatic ? [] : environment, automatic })
  return secrets.filter(({ value }) => !known.some((one) => one.value === value))
}

/** The kind of the error only: its message may quote what was logged. */
function bug(error: unknown): string {
  const kind = error instanceof Error ? error.constructor.name : 'unknown error'
  return `a bug in logveil, the records it met are withheld: ${kind}`
}
