import { LogveilError } from '../errors.ts'
import { signatures } from './checks/signatures.ts'
import { nearest } from './load/nearest.ts'
import type { Random } from './template-random.ts'
import { fakeJwt, fakePem } from './template-structures.ts'

/** Which length a part with a range `N-M` takes. */
export type Size = 'random' | 'least' | 'most'

export interface MakeState {
  readonly random: Random
  readonly size: Size
  /** The secret as far as it is written: what a checksum covers. For `b64`: the text to encode. */
  readonly secret: string
}

/** Writes one part. */
export type Make = (state: MakeState) => string

const digits = '0123456789'
const lower = 'abcdefghijklmnopqrstuvwxyz'
const upper = lower.toUpperCase()

/** Alphabets by part name, each with the classes of which a long text has at least one character. */
const alphabets: Readonly<
  Record<string, { readonly chars: string; readonly classes: readonly RegExp[]; readonly from: number }>
> = {
  base62: { chars: digits + upper + lower, classes: [/[0-9]/, /[A-Z]/, /[a-z]/], from: 16 },
  hex: { chars: `${digits}abcdef`, classes: [/[0-9]/, /[a-f]/], from: 8 },
  HEX: { chars: `${digits}ABCDEF`, classes: [/[0-9]/, /[A-F]/], from: 8 },
  // No leading zero, so that it also serves as a number.
  digits: { chars: digits, classes: [/^[^0]/], from: 2 },
  lower: { chars: lower, classes: [], from: 0 },
  upper: { chars: upper, classes: [], from: 0 },
  'alnum-lower': { chars: digits + lower, classes: [/[0-9]/, /[a-z]/], from: 8 },
  'alnum-upper': { chars: digits + upper, classes: [/[0-9]/, /[A-Z]/], from: 8 },
  base32: { chars: `${upper}234567`, classes: [/[2-7]/, /[A-Z]/], from: 12 },
  'base32-lower': { chars: `${lower}234567`, classes: [/[2-7]/, /[a-z]/], from: 12 },
  base58: {
    chars: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
    classes: [/[1-9]/, /[A-Z]/, /[a-z]/],
    from: 16
  },
  base64: { chars: `${upper + lower + digits}+/`, classes: [/[0-9]/, /[A-Z]/, /[a-z]/], from: 16 },
  base64url: { chars: `${upper + lower + digits}-_`, classes: [/[0-9]/, /[A-Z]/, /[a-z]/], from: 16 }
}

/** Parts without arguments. */
const plain: Readonly<Record<string, Make>> = {
  uuid: ({ random }) => uuid(random),
  jwt: ({ random }) => fakeJwt(random),
  lbraces: () => '{{',
  rbraces: () => '}}',
  lbrackets: () => '[[',
  rbrackets: () => ']]',
  ...signatures
}

const encodings: Readonly<Record<string, Make>> = {
  b64: ({ secret }) => Buffer.from(secret).toString('base64'),
  b64url: ({ secret }) => Buffer.from(secret).toString('base64url')
}

/** The part `{{name:argument}}`; `argument` is null without a colon. Throws DETECTOR_INVALID when there is none. */
export function makePart(name: string, argument: string | null): Make {
  const alphabet = Object.hasOwn(alphabets, name) ? alphabets[name] : undefined
  if (alphabet !== undefined)
    return sized(name, argument, (random, length) =>
      mixed(random, alphabet.chars, length >= alphabet.from ? alphabet.classes : [], length)
    )
  if (name === 'set') return makeSet(argument)
  if (name === 'pem' || name === 'pem-line') return makePem(name, argument)
  const made = Object.hasOwn(encodings, name) ? encodings[name] : Object.hasOwn(plain, name) ? plain[name] : undefined
  if (made === undefined) throw malformed(`{{ }} holds no part that is known${suggestion(name)}`)
  if (argument !== null) throw malformed(`{{${name}}} takes no argument`)
  return made
}

/** The names of all parts. */
export function partNames(): string[] {
  return [...Object.keys(alphabets), ...Object.keys(plain), ...Object.keys(encodings), 'set', 'pem', 'pem-line']
}

function suggestion(name: string): string {
  const close = nearest(name, partNames())
  return close === null ? ': detectors/README.md lists them' : `: did you mean {{${close}}}?`
}

function sized(name: string, argument: string | null, make: (random: Random, length: number) => string): Make {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(argument ?? '')
  const least = Number(match?.[1] ?? 0)
  const most = Number(match?.[2] ?? least)
  if (match === null || most < least || most === 0)
    throw malformed(`{{${name}}} needs a length: {{${name}:N}} or {{${name}:N-M}}`)
  return ({ random, size }) => {
    if (size === 'least') return make(random, least)
    return make(random, size === 'most' ? most : least + random.below(most - least + 1))
  }
}

/** Random text with a character of every class: 64 hex digits without a letter would be no realistic example. */
function mixed(random: Random, chars: string, classes: readonly RegExp[], length: number): string {
  for (;;) {
    const text = random.text(chars, length)
    if (classes.every((part) => part.test(text))) return text
  }
}

/** `{{set:CHARS:N}}`; `a-z`, `A-Z`, `0-9` and parts of them are ranges, any other hyphen is itself. */
function makeSet(argument: string | null): Make {
  const colon = argument?.lastIndexOf(':') ?? -1
  if (argument === null || colon < 1) throw malformed('{{set}} needs characters and a length: {{set:CHARS:N}}')
  const chars = argument.slice(0, colon).replace(/([a-z])-([a-z])|([A-Z])-([A-Z])|([0-9])-([0-9])/g, (range) => {
    const [from, to] = [range.charCodeAt(0), range.charCodeAt(2)]
    return from > to ? range : String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, i) => from + i))
  })
  return sized('set', argument.slice(colon + 1), (random, length) => random.text(chars, length))
}

function makePem(name: string, argument: string | null): Make {
  const match = /^([A-Z0-9 ]+):(\d{1,3})$/.exec(argument ?? '')
  if (match === null) throw malformed(`{{${name}}} needs a label and a number of lines: {{${name}:RSA PRIVATE KEY:12}}`)
  const newline = name === 'pem' ? '\n' : '\\n'
  return ({ random }) => fakePem(random, match[1], Number(match[2])).join(newline)
}

/** Version 4. */
function uuid(random: Random): string {
  const hex = (length: number) => random.text('0123456789abcdef', length)
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.text('89ab', 1)}${hex(3)}-${hex(12)}`
}

export function malformed(message: string): LogveilError {
  return new LogveilError('DETECTOR_INVALID', message)
}
