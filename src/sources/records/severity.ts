// Severities as OpenTelemetry counts them (logs data model, "Field: SeverityNumber" and its appendix B): 1 TRACE, 5 DEBUG, 9 INFO, 13 WARN,
// 17 ERROR, 21 FATAL.

const names: Readonly<Record<string, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  information: 9,
  informational: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  critical: 18,
  crit: 18,
  alert: 19,
  fatal: 21,
  panic: 21,
  emergency: 21,
  emerg: 21
}

/** 0 when it is no name of a severity. */
export function severityOfName(name: string): number {
  return names[name.toLowerCase()] ?? 0
}

/** Of pino and bunyan: 10 trace to 60 fatal; 0 when it is none of theirs. */
export function severityOfLevel(level: number): number {
  return level % 10 === 0 && level >= 10 && level <= 60 ? (level / 10 - 1) * 4 + 1 : 0
}

/** RFC 5424, 6.2.1: 0 emergency to 7 debug. */
export const syslogSeverities: readonly { readonly number: number; readonly text: string }[] = [
  { number: 21, text: 'emerg' },
  { number: 19, text: 'alert' },
  { number: 18, text: 'crit' },
  { number: 17, text: 'err' },
  { number: 13, text: 'warning' },
  { number: 10, text: 'notice' },
  { number: 9, text: 'info' },
  { number: 5, text: 'debug' }
]
