import { isAlnum, isDigit, isLetter, isLower, isUpper } from '../bytes.ts'

/** `${X}`, `{{x}}`, `$VAR`, `%s`, `%(x)s`, `<x>`, `[x]`, `{x}`, `#{x}`, `@{x}`: filled in later, elsewhere. */
export function isTemplate(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]
  const last = bytes[end - 1]
  const second = bytes[start + 1]
  if (first === 0x24)
    return second === 0x7b || second === 0x28 || isVariable(bytes, start + 1, variableEnd(bytes, start + 1, end))
  if (first === 0x25)
    return second === 0x28 || second === 0x7b || (end - start <= 3 && isLetter[second] === 1) || last === 0x25
  if ((first === 0x23 || first === 0x40) && second === 0x7b) return true
  if (first === 0x3c) return last === 0x3e || second === 0x25
  if (first === 0x5b) return last === 0x5d
  if (first === 0x7b) return last === 0x7d || second === 0x7b
  return containsTemplate(bytes, start, Math.min(end, start + 256))
}

/** `${name}` or `{{ name }}` inside a value. */
function containsTemplate(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i + 2 < end; i++) {
    if (bytes[i + 1] !== 0x7b || (bytes[i] !== 0x24 && bytes[i] !== 0x7b)) continue
    let j = i + 2
    while (j < end && (isAlnum[bytes[j]] || ' _.:-'.includes(String.fromCharCode(bytes[j])))) j++
    const closes = bytes[j] === 0x7d && (bytes[i] === 0x24 || (j + 1 < end && bytes[j + 1] === 0x7d))
    if (j > i + 2 && j < end && closes) return true
  }
  return false
}

/** `$HOME/x`, `$BASE:x`: behind a variable a path or the like goes on. */
function variableEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (isUpper[bytes[at]] || isDigit[bytes[at]] || bytes[at] === 0x5f)) at++
  return at - start >= 3 && at < end && (bytes[at] === 0x2f || bytes[at] === 0x3a) ? at : end
}

/** The rest of `$NAME`: capitals, digits and underscores, or one lower-case identifier. */
function isVariable(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || isDigit[bytes[start]]) return false
  for (let i = start; i < end; i++)
    if (!isUpper[bytes[i]] && !isDigit[bytes[i]] && bytes[i] !== 0x5f) return lowerIdentifier(bytes, start, end)
  return true
}

function lowerIdentifier(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isLower[bytes[i]] && bytes[i] !== 0x5f) return false
  return true
}
