import type { Check } from '../../model.ts'
import { encodeBase32 } from './base-n.ts'
import { sha256 } from './sha256.ts'

/**
 *     token = "github_pat_" 22 alnum "_" 43 alnum checksum 8 alnum      ; 93 characters
 *     checksum = first 8 of base32(SHA-256(the first 77 characters))
 *
 * Seen on genuine tokens; GitHub publishes no algorithm, and the meaning of the last 8 is unknown.
 */
export const githubFineGrained: Check = {
  name: 'github-fine-grained',
  description: 'SHA-256 of the first 77 characters as 8 base32 characters (GitHub fine-grained tokens)',
  check: (secret) =>
    secret.length === 93 && secret.startsWith(fineGrainedChecksum(secret.slice(0, 77)), 77) ? 'pass' : 'fail'
}

/** 8 characters, for the 77 that come first. */
export function fineGrainedChecksum(head: string): string {
  return encodeBase32(sha256(head)).slice(0, 8)
}
