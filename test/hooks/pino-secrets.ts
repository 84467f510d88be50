import { createHash } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A made-up token, another one for every `i`. */
export function secretOf(i: number): string {
  const body = createHash('sha512').update(`secret ${i}`).digest().subarray(0, 36)
  return `ghp_${[...body].map((byte) => alphabet[byte % alphabet.length]).join('')}`
}
