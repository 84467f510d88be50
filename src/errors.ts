/** Every way in which logveil itself can fail; closed, so that callers and dashboards can rely on it. */
export type ErrorCode =
  /** command line that cannot be understood */
  | 'USAGE_INVALID'
  /** configuration file or option */
  | 'CONFIG_INVALID'
  /** detector file or definition */
  | 'DETECTOR_INVALID'
  /** an id that no detector has */
  | 'DETECTOR_UNKNOWN'
  /** no detector is left, so that nothing would be redacted */
  | 'DETECTORS_EMPTY'
  /** policy that names an unknown action or an override without a condition */
  | 'POLICY_INVALID'
  /** key of the wrong size or form, or with a malformed id */
  | 'KEY_INVALID'
  /** an action needs a key and there is none */
  | 'KEY_MISSING'
  /** sealed secret that was altered, is cut off, or belongs to another key */
  | 'DECRYPT_FAILED'
  /** input that cannot be opened or read */
  | 'INPUT_FAILED'
  /** output that cannot be opened or written */
  | 'OUTPUT_FAILED'
  /** a batch that no redactor can take: malformed, too large */
  | 'PAYLOAD_INVALID'
  /** a batch that a downstream refused, or did not take in time */
  | 'DELIVERY_FAILED'
  /** too much is in flight */
  | 'OVERLOADED'
  /** whoever sent it may not */
  | 'UNAUTHORIZED'
  /** an address that cannot be listened on */
  | 'LISTEN_FAILED'
  /** tickets cannot be kept: the database is not there, full, or of a newer logveil */
  | 'LEDGER_FAILED'
  /** a ticket that is not there, or several that fit */
  | 'TICKET_UNKNOWN'
  /** a ticket that cannot become what it should */
  | 'TICKET_INVALID'

/**
 * The only error logveil throws on purpose. The message names the place and the remedy, never input text; so may not
 * `cause` be printed where it can quote input (errors of parsers do).
 */
export class LogveilError extends Error {
  readonly code: ErrorCode
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retryable: boolean
  /** When it is worth trying again, in ms from now; null when nobody said. */
  readonly retryAfterMs: number | null

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean; retryAfterMs?: number | null; cause?: unknown } = {}
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'LogveilError'
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}
