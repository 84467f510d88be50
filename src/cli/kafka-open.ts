import { createInterface } from 'node:readline'
import { LogveilError } from '../errors.ts'
import { decrypt } from '../redact/encrypt.ts'
import { readKeyFile } from './keys.ts'

/**
 * `logveil kafka --open KEY`: dead letters, one a line, from standard input to standard output, with what is sealed in them opened: `record`
 * instead of `sealed`. Throws `KEY_INVALID`, `DECRYPT_FAILED`.
 */
export async function openDeadLetters(keyPath: string): Promise<number> {
  const key = readKeyFile(keyPath)
  let number = 0
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() !== '') process.stdout.write(`${JSON.stringify(opened(line, key, number))}\n`)
  }
  return 0
}

function opened(line: string, key: string, number: number): object {
  const { sealed, ...told } = parsed(line, number)
  if (typeof sealed !== 'string') return told
  return { ...told, record: JSON.parse(Buffer.from(decrypt(sealed, key)).toString()) }
}

function parsed(line: string, number: number): { sealed?: unknown } {
  try {
    const letter = JSON.parse(line)
    if (typeof letter === 'object' && letter !== null) return letter
  } catch {
    // What cannot be read may hold anything, and is not repeated.
  }
  throw new LogveilError('PAYLOAD_INVALID', `line ${number} is no dead letter: write one value of the topic a line`)
}
