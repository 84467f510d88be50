import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import { parseKeys } from './keys.ts'
import { systemMessage } from './system-message.ts'

/**
 * Without a key there are no fingerprints, and without them no tickets: where no other is configured, one is made in the directory. Throws
 * `KEY_INVALID`, `KEY_MISSING`, `OUTPUT_FAILED`.
 */
export function withTicketKey<T extends { readonly keys?: readonly FingerprintKey[] }>(
  settings: T,
  tickets: TicketsConfig | null
): T {
  if (tickets === null || (settings.keys ?? []).length > 0) return settings
  const name = 'fingerprint.key'
  return { ...settings, keys: parseKeys(madeSecret(tickets, name, newFingerprintKey), name) }
}

function newFingerprintKey(): string {
  return randomBytes(32).toString('base64')
}

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** What stands in a file of the directory, for its owner only; made at the first use. Two that begin at once get the same. */
export function madeSecret({ directory }: TicketsConfig, name: string, make: () => string): string {
  if (directory === null) throw new LogveilError('KEY_MISSING', `tickets: without a directory there is no ${name}`)
  const path = join(directory, name)
  try {
    return readIfThere(path) ?? create(directory, path, make())
  } catch (cause) {
    throw new LogveilError('OUTPUT_FAILED', `cannot make ${path}: ${systemMessage(cause)}`, { cause })
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** It has its name only when all of it is there. */
function create(directory: string, path: string, text: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
    return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readFileSync(path, 'utf8').trim()
  } finally {
    unlinkSync(draft)
  }
}
