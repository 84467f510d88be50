import { stringify } from 'yaml'
import { LogveilError } from '../errors.ts'
import { createFingerprint } from '../inventory/prints.ts'
import { listingKeys } from '../redact/fingerprint.ts'
import { type InventoryArguments, keysOf } from './inventory-arguments.ts'
import type { Outcome } from './outcome.ts'

/** `logveil inventory fingerprint`: a version for the inventory, of the value on standard input. */
export async function fingerprintValue(args: InventoryArguments): Promise<Outcome> {
  // Whoever gives it as an argument is told without it being repeated.
  if (args.positionals.length > 0)
    throw new LogveilError('USAGE_INVALID', 'the value comes from standard input: arguments can be seen by others')
  const keys = listingKeys(await keysOf(args))
  const prints = createFingerprint(keys)(await readAll(process.stdin))
  const { strength, defaultCredential, refused, fingerprints } = prints
  const version = {
    state: 'current',
    strength,
    ...(defaultCredential ? { defaultCredential } : {}),
    ...(refused === null ? {} : { refused }),
    fingerprints
  }
  if (args.values.json) return { text: `${JSON.stringify(version, null, 2)}\n`, status: 0 }
  return { text: stringify([version], { lineWidth: 0 }), status: 0 }
}

/** Longer ones are no secrets, in bytes. */
const longestValue = 1 << 20

export async function readAll(input: AsyncIterable<Buffer>, longest = longestValue): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    length += chunk.length
    if (length > longest) throw new LogveilError('INPUT_FAILED', `standard input is longer than ${longest} bytes`)
  }
  return Buffer.concat(chunks)
}
