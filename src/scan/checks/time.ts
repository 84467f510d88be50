// Points in time that tokens carry. Own arithmetic: with Date would come a clock, and the core has none.

/** Seconds since 1970 as ISO 8601 in UTC; null outside the years 1970 to 9999. */
export function isoOf(seconds: number): string | null {
  if (!(seconds >= 0 && seconds < 253_402_300_800)) return null
  const [year, month, day] = civilOf(Math.floor(seconds / 86_400))
  const rest = Math.floor(seconds) % 86_400
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
  return `${year}-${two(month)}-${two(day)}T${time.map(two).join(':')}Z`
}

/** `expires` for seconds since 1970, as a number or as digits; nothing when they are none. */
export function expiryHint(seconds: unknown): { readonly expires?: string } {
  const expires = isoOf(
    typeof seconds === 'string' && /^[0-9]{1,12}$/.test(seconds) ? Number(seconds) : asNumber(seconds)
  )
  return expires === null ? {} : { expires }
}

/** Seconds since 1970 of `20260302T110000Z`; NaN for anything else. */
export function parseCompact(text: string): number {
  return secondsOf(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1) ?? [])
}

/** Seconds since 1970 of `2026-03-02`, `2026-03-02T11:00Z` or `2026-03-02T11:00:00.5Z` (ISO 8601 in UTC); NaN for anything else. */
export function parseIso(text: string): number {
  return secondsOf(/^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?Z)?$/.exec(text)?.slice(1) ?? [])
}

function secondsOf(parts: readonly (string | undefined)[]): number {
  if (parts.length === 0) return Number.NaN
  const [year, month, day, hour, minute, second] = parts.map((part) => Number(part ?? 0))
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return Number.NaN
  return daysOf(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
}

/** Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day is their last. Howard Hinnant, chrono-Compatible Low-Level Date Algorithms. */
function daysOf(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}

function civilOf(days: number): [year: number, month: number, day: number] {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted % 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = ((shiftedMonth + 2) % 12) + 1
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day]
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
