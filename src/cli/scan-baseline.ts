import { randomBytes, scrypt } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import type { Leak } from './scan-leak.ts'
import { systemMessage } from './system-message.ts'

/** Leaks that are known: of those only new ones fail. */
export interface Baseline {
  /** What the redactor's fingerprints have to be made with, for this baseline to recognise them. */
  readonly keys: readonly FingerprintKey[]
  /** Whether these fingerprints may be shown: they may not when the key stands in the baseline. */
  readonly showsFingerprints: boolean
  knows(file: string, leak: Leak): Promise<boolean>
  /** For `write`. */
  add(file: string, leak: Leak): Promise<void>
  /** Replaces the file by what was added. Throws `OUTPUT_FAILED`. */
  write(): void
}

/** Stands in a repository: readers find a note, one leak a line, and paths from the file's own folder. */
interface BaselineFile {
  readonly note: string
  readonly version: 1
  /** Id of the fingerprint key that was in use; null: none. */
  readonly key: string | null
  /** `random` is the salt; named so, detectors take it for none of theirs. */
  readonly scrypt: { readonly N: number; readonly r: number; readonly p: number; readonly random: string }
  readonly leaks: readonly { readonly file: string; readonly detector: string; readonly fingerprint: string }[]
}

const note = 'Secrets that logveil found and somebody has seen; `logveil scan --baseline` fails on new ones only.'
/** 32 MiB and some 80 ms for every guess at a password: what the repository shows may be tried by anybody who can read it. */
const cost = { N: 1 << 15, r: 8, p: 1 }
const maxmem = 128 << 20
const saltBytes = 32
/**
 * So short that among many passwords several fit: a hit proves little to whoever guesses, while that a new leak of the same detector in the
 * same file fits by chance is one in four billion.
 */
const fingerprintBytes = 4

/**
 * Opens one to compare with, or, `fresh`, to write: then there need not be any yet. Throws `INPUT_FAILED`, `CONFIG_INVALID`, `KEY_MISSING`.
 */
export function openBaseline(path: string, keys: readonly FingerprintKey[], fresh: boolean): Baseline {
  const old = readBaseline(path, fresh)
  const key = fresh ? (keys[0] ?? null) : keyOf(path, old?.key ?? null, keys)
  const params = old !== null && old.key === (key?.id ?? null) ? old.scrypt : { ...cost, random: newSalt() }
  const salt = Buffer.from(params.random, 'base64')
  const digest = createDigest(params, salt)
  const fromHere = (file: string): string => relative(dirname(resolve(path)), resolve(file))
  const known = new Map<string, Set<string>>()
  for (const { file, detector, fingerprint } of old?.leaks ?? []) remember(known, placeOf(file, detector), fingerprint)
  const added = new Map<string, Set<string>>()

  return {
    keys: key === null ? [{ id: 'baseline', key: salt }] : [key],
    showsFingerprints: key !== null,
    async knows(file, { detector, fingerprint }) {
      // Nobody waits for the digest of what can only be new.
      const there = known.get(placeOf(fromHere(file), detector))
      return there !== undefined && fingerprint !== null && there.has(await digest(fingerprint))
    },
    async add(file, { detector, fingerprint }) {
      if (fingerprint !== null) remember(added, placeOf(fromHere(file), detector), await digest(fingerprint))
    },
    write: () =>
      replace(path, textOf({ note, version: 1, key: key?.id ?? null, scrypt: params, leaks: leaksOf(added) }))
  }
}

function readBaseline(path: string, fresh: boolean): BaselineFile | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (fresh && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    const hint = fresh ? '' : '; --write-baseline makes one'
    throw new LogveilError('INPUT_FAILED', `cannot read ${path}: ${systemMessage(cause)}${hint}`, { cause })
  }
  const parsed = parse(text)
  if (parsed === null) throw new LogveilError('CONFIG_INVALID', `${path} is no baseline that this version can read`)
  return parsed
}

/** Null when it is none: it was written by us, or edited by somebody who takes lines out. */
function parse(text: string): BaselineFile | null {
  try {
    const file = JSON.parse(text) as BaselineFile
    const { N, r, p, random } = file.scrypt
    const isCheap = [1 << 14, 1 << 15, 1 << 16].includes(N) && r === 8 && p === 1
    const isWhole = file.leaks.every((leak) => [leak.file, leak.detector, leak.fingerprint].every(isText))
    const isOurs = file.version === 1 && (file.key === null || isText(file.key)) && isText(random)
    return isOurs && isCheap && isWhole && Buffer.from(random, 'base64').length >= 16 ? file : null
  } catch {
    return null
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** The one of that id. Without an id the baseline's own salt is the key, whatever keys there are. */
function keyOf(path: string, id: string | null, keys: readonly FingerprintKey[]): FingerprintKey | null {
  if (id === null) return null
  const key = keys.find((one) => one.id === id)
  if (key !== undefined) return key
  throw new LogveilError('KEY_MISSING', `${path} was written with the fingerprint key ${id}: give it with --key-file`)
}

function newSalt(): string {
  return randomBytes(saltBytes).toString('base64')
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt)

function createDigest({ N, r, p }: BaselineFile['scrypt'], salt: Buffer): (fingerprint: string) => Promise<string> {
  const known = new Map<string, Promise<string>>()
  const compute = async (fingerprint: string): Promise<string> =>
    (await scryptAsync(fingerprint, salt, fingerprintBytes, { N, r, p, maxmem })).toString('hex')
  return (fingerprint) => {
    const result = known.get(fingerprint) ?? compute(fingerprint)
    known.set(fingerprint, result)
    return result
  }
}

function remember(places: Map<string, Set<string>>, place: string, fingerprint: string): void {
  places.set(place, (places.get(place) ?? new Set()).add(fingerprint))
}

function placeOf(file: string, detector: string): string {
  return JSON.stringify([file, detector])
}

function leaksOf(places: Map<string, Set<string>>): BaselineFile['leaks'] {
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([place, fingerprints]) => {
      const [file, detector] = JSON.parse(place)
      return [...fingerprints].sort().map((fingerprint) => ({ file, detector, fingerprint }))
    })
}

/** One leak a line, so that a review shows which ones came. */
function textOf({ leaks, ...head }: BaselineFile): string {
  const lines = leaks.map((leak) => `\n    ${JSON.stringify(leak)}`).join(',')
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "leaks": [${lines}${lines === '' ? '' : '\n  '}]\n}\n`
}

function replace(path: string, text: string): void {
  try {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  } catch (cause) {
    throw new LogveilError('OUTPUT_FAILED', `cannot write ${path}: ${systemMessage(cause)}`, { cause })
  }
}
