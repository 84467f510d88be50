// What records of the adversarial cases are filled with.

import { bundledDetectors } from '../src/index.ts'
import { type CompiledSet, compileSet } from '../src/scan/compile.ts'
import { createCarry } from '../src/scan/scanner.ts'

/** A text that is repeated to fill a record, or one JSON string in it. */
export interface Attack {
  readonly unit: Buffer
  readonly form: 'text' | 'json'
}

export function listAttacks(): Attack[] {
  const literals = listLiterals().flatMap((literal) => ['', ' ', '=', '":"'].map((between) => literal + between))
  const units = new Set([...literals, ...others])
  const buffers = [...units].map((unit) => Buffer.from(unit)).concat(Buffer.of(0xff), Buffer.of(0))
  // With a line end in it, a unit makes many short records of text; in JSON it is escaped.
  const text = buffers.filter((unit) => !unit.includes(0x0a)).map((unit): Attack => ({ unit, form: 'text' }))
  return [...text, ...buffers.map((unit): Attack => ({ unit, form: 'json' }))]
}

/** A record of `bytes` bytes and its newline. */
export function fill({ unit, form }: Attack, bytes: number): Buffer {
  if (form === 'text') return Buffer.concat([Buffer.alloc(bytes, unit), newline])
  const escaped = escapeJson(unit)
  const times = Math.max(1, Math.floor((bytes - 10) / escaped.length))
  return Buffer.concat([Buffer.from('{"msg":"'), Buffer.alloc(times * escaped.length, escaped), Buffer.from('"}\n')])
}

const newline = Buffer.from('\n')

/** Bytes that are no UTF-8 stay as they are: such records exist. */
function escapeJson(unit: Buffer): Buffer {
  const text = unit.toString('latin1')
  return Buffer.from(JSON.stringify(text).slice(1, -1), 'latin1')
}

/** How many literals stand for those that lead to the same confirmers: there are thousands, most of them forms of base64. */
const perGroup = 4

/** Literals that the automaton looks for, of every length that leads to the same confirmers. */
function listLiterals(): string[] {
  const none = () => {}
  const set = compileSet(bundledDetectors, { carry: createCarry, decoded: none, withhold: none })
  return [...new Set(groupLiterals(set).flatMap(representatives))]
}

function groupLiterals({ names, confirms, keyed }: CompiledSet): string[][] {
  const ids = new Map<unknown, number>()
  const idOf = (confirmer: unknown) => ids.get(confirmer) ?? ids.set(confirmer, ids.size).size - 1
  const groups = new Map<string, string[]>()
  for (const [i, name] of names.entries()) {
    const key = `${confirms[i].map(idOf)}/${keyed[i].map(idOf)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [name])
    else group.push(name)
  }
  return [...groups.values()]
}

/** The shortest, the longest, and some between. */
function representatives(names: readonly string[]): string[] {
  const sorted = [...names].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const step = Math.max(1, (sorted.length - 1) / (perGroup - 1))
  return Array.from({ length: Math.min(perGroup, sorted.length) }, (_, i) => sorted[Math.round(i * step)])
}

const dashes = '-'.repeat(5)

const others = [
  'eyJ',
  `${dashes}BEGIN`,
  `${dashes}BEGIN RSA PRIVATE KEY${dashes}`,
  'a=',
  'a=a&',
  '%25',
  '%3D',
  '\\',
  '\\u00',
  '\\u0070',
  '"',
  "'",
  '{',
  '[',
  '{"a":',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'password=',
  'password="',
  "password='x' ",
  'password="a" -> ',
  'password for ',
  '**password:** ',
  '\x1b[31m',
  'password\x1b[0m',
  'password\x1b[0m=a',
  'password=[31m',
  '://a:b@',
  '://',
  '-',
  ' ',
  'A'
]
