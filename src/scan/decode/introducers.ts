// The literals that lead to encoded text.

import type { Detector } from '../../model.ts'
import { tokenLiteralsOf } from '../token/token-literals.ts'

/** Shortest literal whose encoded forms are searched for: shorter ones turn up in any base64. */
const minEncoded = 3
/** Of longer ones, the beginning: it is rare enough, and twice as much makes the automaton three times as large. */
const maxEncoded = 5
/** Key words that are also looked for inside base64 and hex. */
const encodedKeyWords = [
  'password',
  'passwd',
  'secret',
  'api_key',
  'apikey',
  'access_token',
  'auth_token',
  'private_key'
]

/** A quote in JSON in JSON in JSON in JSON in JSON: behind so many backslashes no guard looks for a value. */
const deepQuote = `${'\\'.repeat(31)}"`

/** Percent-encoded letters, digits, `_` and `-` need no encoding: whoever encodes them hides something. */
const percentIntroducers = [0x2d, 0x5f, ...range(0x30, 0x39), ...range(0x41, 0x5a), ...range(0x61, 0x7a)].map(
  (byte) => `%${byte.toString(16)}`
)

/** What stands between the parts of tokens, as those who escape all but letters and digits write it: `\x2d`, `\055`, `&#45;`, `&#x2d;`. */
const joints = [0x2d, 0x2e, 0x5f]
const escapeIntroducers = joints.flatMap((byte) => [
  `\\x${byte.toString(16)}`,
  `\\${byte.toString(8).padStart(3, '0')}`
])

/** What stands before an escape that a decoder has to read, by decoder. */
export const introducers = {
  escapes: ['\\u00', ':\\/\\/', deepQuote, ...escapeIntroducers],
  html: joints.flatMap((byte) => [`&#${byte};`, `&#x${byte.toString(16)};`]),
  percent: [...percentIntroducers, '%3a%2f%2f']
}

/** The texts that are also looked for inside base64 and hexadecimal digits. */
export function encodedTexts(detectors: readonly Detector[]): Set<string> {
  const texts = new Set(encodedKeyWords)
  for (const detector of detectors) {
    if (detector.context !== 'anywhere' || detector.caseInsensitive || !worthDecoding(detector)) continue
    if (detector.matcher === 'pem') for (const keyword of detector.keywords) texts.add(keyword)
    else
      for (const { text, leads } of detector.literals ?? tokenLiteralsOf(detector))
        if (leads && text.length >= minEncoded) texts.add(text.slice(0, maxEncoded))
  }
  return texts
}

/** Whose tokens are worth three base64 alignments and a hex form: for all, they would push the automaton out of the cache. */
const oftenEncoded = new Set(
  'anthropic aws gcp github gitlab jwt npm openai private-key pypi shopify slack stripe'.split(' ')
)

function worthDecoding({ severity, provider }: Detector): boolean {
  return oftenEncoded.has(provider) && severity !== 'low'
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
