import type { Check } from '../../model.ts'

/** Luhn's check digit (ISO/IEC 7812-1 annex B), spaces and hyphens left out; anything else is no such number, and dropped. */
export const luhn: Check = {
  name: 'luhn',
  filter: true,
  description:
    'check digit of at least 8 digits that are not all the same; anything else is dropped (Luhn; ISO/IEC 7812-1)',
  check: (secret) => (holdsLuhn(digitsOf(secret)) ? 'pass' : 'reject')
}

/** The digits of a number that is written in groups; empty when anything else is in it. */
export function digitsOf(text: string): string {
  return /^[0-9](?:[ -]?[0-9])*$/.test(text) ? text.replace(/[ -]/g, '') : ''
}

export function holdsLuhn(digits: string): boolean {
  if (digits.length < 8 || digits.split('').every((digit) => digit === digits[0])) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30
    const weighed = i % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** The last digit of a number that goes on with it; spaces and hyphens do not count. */
export function luhnDigit(text: string): string {
  const digits = text.replace(/[^0-9]/g, '')
  return [...'0123456789'].find((digit) => holdsLuhn(digits + digit)) ?? '0'
}
