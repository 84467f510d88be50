import { isDigit, isLower } from '../bytes.ts'

/** `v0.0.0-20161001...`, `1.2.3-rc1` */
export function isVersion(bytes: Uint8Array, start: number, end: number): boolean {
  let i = bytes[start] === 0x76 ? start + 1 : start
  let dots = 0
  const from = i
  while (i < end && i - from < 16 && (isDigit[bytes[i]] || bytes[i] === 0x2e)) dots += bytes[i++] === 0x2e ? 1 : 0
  return (dots >= 2 && i > from + 4) || endsInVersion(bytes, start, end) || holdsVersion(bytes, start, end)
}

/** `LGPL-3.0-or-later`, `nginx-1.27-alpine`: between dashes, digits with dots. */
function holdsVersion(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 64)
  for (let i = start; i < stop; i++) {
    if (bytes[i] !== 0x2d) continue
    let at = i + 1
    let dots = 0
    while (at < stop && (isDigit[bytes[at]] || (bytes[at] === 0x2e && at > i + 1))) if (bytes[at++] === 0x2e) dots++
    if (dots > 0 && at < stop && bytes[at] === 0x2d && bytes[at - 1] !== 0x2e) return true
  }
  return false
}

/** `^4.0.23`, `~1.2`: the name before it is a package's. */
export function isVersionRange(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== 0x5e && bytes[start] !== 0x7e) return false
  for (let i = start + 1; i < end; i++) if (!isDigit[bytes[i]] && bytes[i] !== 0x2e) return false
  return true
}

/** `jackson-databind-2.15.3`: an artifact. */
function endsInVersion(bytes: Uint8Array, start: number, end: number): boolean {
  let at = end
  let dots = 0
  while (at > start && (isDigit[bytes[at - 1]] || bytes[at - 1] === 0x2e)) if (bytes[--at] === 0x2e) dots++
  if (dots < 2 || at === start || bytes[at - 1] !== 0x2d || !isDigit[bytes[at]]) return false
  for (let i = start; i < at; i++) if (!isLower[bytes[i]] && bytes[i] !== 0x2d && bytes[i] !== 0x5f) return false
  return true
}
