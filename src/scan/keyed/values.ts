import type { ValueShape } from '../../model.ts'
import {
  isAlnum,
  isDigit,
  isHex,
  isLetter,
  isLower,
  isSpace,
  isUpper,
  latin1,
  startsWithExactly,
  startsWithFolded,
  tableOf
} from '../bytes.ts'
import { containsOwnPlaceholder, isPlaceholder } from '../placeholders.ts'
import { orderedBytes } from './ordered.ts'
import type { Pair } from './pairs.ts'
import { looksRandom, type Measures, measure, randomScore } from './randomness.ts'

/** Values that say something about a secret instead of being one. */
const idle = new Set(
  (
    'true false yes no on off null nil none undefined empty unset blank default n/a na unknown missing required optional invalid valid incorrect ' +
    'wrong expired changed reset failed failure ok okay success successful error denied accepted rejected authentication authenticated is not was has ' +
    'must should cannot can for from with and or the a an in to of by at as be are were will string str int integer bool boolean number float object ' +
    'array list dict map bytes byte char text varchar any void auto manual enabled disabled public private password passwd secret token key keys apikey ' +
    'api_key username user admin root test example sample placeholder changeme change_me dummy fake todo tbd fixme hidden masked redacted encrypted ' +
    'publickey basic bearer digest negotiate oauth oauth2 jwt session cookie cookies mandatory allowed forbidden set provided given found generated ' +
    'created updated deleted removed added stored rotated refreshed revoked issued credentials credential self this input output file env prompt plain ' +
    'plaintext hash hashed sha1 sha256 sha512 md5 bcrypt rsa ecdsa ed25519 aes hmac base64 hex utf8 utf-8 json xml yaml html http https'
  ).split(' ')
)

/**
 * Why the value of a pair is no secret by this shape, or null when it may be one. The reason is a word for `explain`. Looks at 256 bytes at
 * most, whatever the value's length.
 */
export function notSecret(bytes: Uint8Array, pair: Pair, shape: ValueShape, textEnd: number): string | null {
  const { valueStart: start, valueEnd: end } = pair
  const common = harmlessValue(bytes, pair, textEnd)
  if (common !== null) return common
  if (pair.bond === 'quoted' && lettersOnly(bytes, start, end)) return 'word'
  if (shape === 'any' && pair.bond !== 'loose') return speaks(bytes, start, end)
  const m = measure(bytes, start, end)
  if (shape === 'any') return looksRandom(m) || looksChosen(bytes, start, end, m) ? null : 'prose'
  if (isVersion(bytes, start, end)) return 'version'
  if (pair.bond === 'loose')
    return looksRandom(m) || looksMadeUp(bytes, start, end, m) || isLongNumber(m, shape) ? null : 'prose'
  if (shape === 'random') return randomEnough(bytes, pair, m)
  return opaqueEnough(bytes, start, end, m)
}

/**
 * Whether a value that shows too little by itself is enough under a key that names its vendor (`ACME_KEY`, `acmeToken`): letters and digits
 * in a mixture that names do not have, or a number longer than times and counters are.
 */
export function isVendors(bytes: Uint8Array, pair: Pair, textEnd: number): boolean {
  const { valueStart: start, valueEnd: end } = pair
  if (end - start < 10 || end - start > 256 || harmlessValue(bytes, pair, textEnd) !== null) return false
  for (let i = start; i < end; i++) if (!isAlnum[bytes[i]] && bytes[i] !== 0x5f && bytes[i] !== 0x2d) return false
  const m = measure(bytes, start, end)
  if (m.digits === m.length) return m.length >= 15
  return m.changes >= 3 && m.others <= 1 && opaqueEnough(bytes, start, end, m) === null
}

function harmlessValue(bytes: Uint8Array, pair: Pair, textEnd: number): string | null {
  const { valueStart: start, valueEnd: end } = pair
  if (end - start < 3) return 'too short'
  if (isPlaceholder(bytes, start, end) || containsOwnPlaceholder(bytes, start, Math.min(end, start + 512)))
    return 'placeholder'
  if (isTemplate(bytes, start, end)) return 'template'
  if (isEncrypted(bytes, start, end)) return 'encrypted'
  if (isRepetition(bytes, start, end)) return 'repetition'
  if (isKeyItself(bytes, pair)) return 'its own key'
  if (!hasAlnum(bytes, start, end)) return 'punctuation'
  if (isExample(bytes, start, end)) return 'example'
  if (isIdle(bytes, start, end)) return 'word'
  if (isPathOrUrl(bytes, start, end)) return 'path'
  if (isVersionRange(bytes, start, end)) return 'version'
  if (!pair.quoted) {
    if (isCode(bytes, start, end)) return 'code'
    if (pair.bond !== 'assigned' && isProse(bytes, end, textEnd) && lettersOnly(bytes, start, end)) return 'prose'
  }
  return null
}

const isIdleByte = tableOf([...idle].join('') + [...idle].join('').toUpperCase())
const longestIdle = Math.max(...[...idle].map((word) => word.length))

function isIdle(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > longestIdle) return false
  for (let i = start; i < end; i++) if (!isIdleByte[bytes[i]]) return false
  return idle.has(latin1(bytes, start, end).toLowerCase())
}

/** `${X}`, `{{x}}`, `$VAR`, `%s`, `%(x)s`, `<x>`, `[x]`, `{x}`, `#{x}`, `@{x}`: filled in later, elsewhere. */
function isTemplate(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]
  const last = bytes[end - 1]
  const second = bytes[start + 1]
  if (first === 0x24)
    return second === 0x7b || second === 0x28 || isVariable(bytes, start + 1, variableEnd(bytes, start + 1, end))
  if (first === 0x25)
    return second === 0x28 || second === 0x7b || (end - start <= 3 && isLetter[second] === 1) || last === 0x25
  if ((first === 0x23 || first === 0x40) && second === 0x7b) return true
  if (first === 0x3c) return last === 0x3e || second === 0x25
  if (first === 0x5b) return last === 0x5d
  if (first === 0x7b) return last === 0x7d || second === 0x7b
  return containsTemplate(bytes, start, Math.min(end, start + 256))
}

/** `${name}` or `{{ name }}` inside a value. */
function containsTemplate(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i + 2 < end; i++) {
    if (bytes[i + 1] !== 0x7b || (bytes[i] !== 0x24 && bytes[i] !== 0x7b)) continue
    let j = i + 2
    while (j < end && (isAlnum[bytes[j]] || ' _.:-'.includes(String.fromCharCode(bytes[j])))) j++
    const closes = bytes[j] === 0x7d && (bytes[i] === 0x24 || (j + 1 < end && bytes[j + 1] === 0x7d))
    if (j > i + 2 && j < end && closes) return true
  }
  return false
}

/** `$HOME/x`, `$BASE:x`: behind a variable a path or the like goes on. */
function variableEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (isUpper[bytes[at]] || isDigit[bytes[at]] || bytes[at] === 0x5f)) at++
  return at - start >= 3 && at < end && (bytes[at] === 0x2f || bytes[at] === 0x3a) ? at : end
}

/** The rest of `$NAME`: capitals, digits and underscores, or one lower-case identifier. */
function isVariable(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || isDigit[bytes[start]]) return false
  for (let i = start; i < end; i++)
    if (!isUpper[bytes[i]] && !isDigit[bytes[i]] && bytes[i] !== 0x5f) return lowerIdentifier(bytes, start, end)
  return true
}

function lowerIdentifier(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isLower[bytes[i]] && bytes[i] !== 0x5f) return false
  return true
}

/** Ciphertexts of tools that keep secrets in files: SOPS, Jasypt, Spring Cloud Config, Vault's transit engine, PagerDuty's and AWS KMS's. */
const ciphertexts = ['enc[', 'enc(', '{cipher}', 'vault:v', '$ansible_vault', 'kms:', '{cmk}']

const beginsCiphertext = tableOf(ciphertexts.map(([first]) => first + first.toUpperCase()).join(''))

function isEncrypted(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    beginsCiphertext[bytes[start]] === 1 && ciphertexts.some((prefix) => startsWithFolded(bytes, start, end, prefix))
  )
}

/** One to three bytes over and over: `aaaa`, `xyzxyzxyz`, `%2f%2f%2f`; also with the padding of base64: `AAAA=`. */
function isRepetition(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(paddingStart(bytes, start, end), start + 256)
  for (let period = 1; period <= 3 && 3 * period <= stop - start; period++) {
    let i = start + period
    while (i < stop && bytes[i] === bytes[i - period]) i++
    if (i === stop) return true
  }
  return false
}

function paddingStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end
  for (let signs = 0; signs < 2 && at > start; signs++) {
    if (bytes[at - 1] === 0x3d) at--
    else if (startsWithFolded(bytes, at - 3, end, '%3d')) at -= 3
    else break
  }
  return at
}

/** `DB_PASSWORD=DB_PASSWORD`: the name stands in for what it will hold. */
function isKeyItself(bytes: Uint8Array, { keyStart, keyEnd, valueStart, valueEnd }: Pair): boolean {
  if (keyEnd === 0 || keyEnd - keyStart !== valueEnd - valueStart) return false
  for (let i = 0; i < keyEnd - keyStart; i++) if ((bytes[keyStart + i] ^ bytes[valueStart + i]) & 0xdf) return false
  return true
}

/** Or letters beyond ASCII; `¿` and its neighbours up to U+00BF, in UTF-8 `C2 80` to `C2 BF`, are none. */
function hasAlnum(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] === 0xc2) i++
    else if (isAlnum[bytes[i]] === 1 || bytes[i] >= 0x80) return true
  }
  return false
}

/** As AWS and others mark the keys of their documentation: `AKIA...EXAMPLE`, `...EXAMPLEKEY`. */
function isExample(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 256)
  if (end - start < 16) return false
  for (let i = start; i < stop; i++) if (bytes[i] === 0x45 && startsWithExactly(bytes, i, stop, 'EXAMPLE')) return true
  return false
}

/** `/home/x`, `./x`, `~/x`, `C:\x`, `https://x`, `arn:x`; base64 that begins with a slash is no path. */
function isPathOrUrl(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]
  if (
    first === 0x2f ||
    first === 0x7e ||
    (first === 0x2e && (bytes[start + 1] === 0x2f || bytes[start + 1] === 0x2e))
  ) {
    const m = measure(bytes, start, end)
    return (
      !(m.length >= 20 && looksRandom(m) && !hasDot(bytes, start, end)) && (first !== 0x7e || bytes[start + 1] === 0x2f)
    )
  }
  if (isLetter[first] && bytes[start + 1] === 0x3a && bytes[start + 2] === 0x5c) return true
  if (startsWithFolded(bytes, start, end, 'arn:')) return true
  let i = start
  while (i < end && i - start < 16 && isAlnum[bytes[i]]) i++
  return i > start + 1 && i + 2 < end && bytes[i] === 0x3a && bytes[i + 1] === 0x2f && bytes[i + 2] === 0x2f
}

function hasDot(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes.subarray(start, Math.min(end, start + 256)).includes(0x2e)
}

/** `call(...)`, `config.password`, `self->token`, `a::b`, `os.environ[...]`: an expression instead of a literal. */
function isCode(bytes: Uint8Array, start: number, end: number): boolean {
  // A cast: `(char *) x`
  if (bytes[start] === 0x28 && isLower[bytes[start + 1]] && lettersOnly(bytes, start + 1, end)) return true
  if (!isLetter[bytes[start]] && bytes[start] !== 0x5f && bytes[start] !== 0x2a && bytes[start] !== 0x26) return false
  let i = start + 1
  let dots = 0
  const stop = Math.min(end, start + 128)
  while (i < stop && (isAlnum[bytes[i]] || bytes[i] === 0x5f || bytes[i] === 0x2e)) dots += bytes[i++] === 0x2e ? 1 : 0
  if (i < stop)
    return (
      (bytes[i] === 0x28 && i > start + 1) ||
      (bytes[i] === 0x5b && dots > 0) ||
      (bytes[i] === 0x2d && bytes[i + 1] === 0x3e)
    )
  if (dots === 0 || bytes[i - 1] === 0x2e) return false
  const m = measure(bytes, start, end)
  return m.digits <= 2 && randomScore(m) < 0.6
}

/** The text goes on with a small word: a sentence. */
function isProse(bytes: Uint8Array, end: number, textEnd: number): boolean {
  if (end + 2 >= textEnd || bytes[end] !== 0x20 || !isLower[bytes[end + 1]]) return false
  let i = end + 1
  while (i < textEnd && i - end < 24 && isLower[bytes[i]]) i++
  return i >= textEnd || bytes[i] === 0x20 || bytes[i] === 0x2e || bytes[i] === 0x2c
}

function lettersOnly(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 256)
  for (let i = start; i < stop; i++) if (!isLetter[bytes[i]]) return false
  return true
}

/** Several words of which one is about passwords, not in one: `is too short`, `invalid username or password`. */
function speaks(bytes: Uint8Array, start: number, end: number): string | null {
  if (!hasSpace(bytes, start, end)) return null
  return latin1(bytes, start, Math.min(end, start + 128))
    .toLowerCase()
    .split(' ')
    .some((word) => idle.has(word))
    ? 'prose'
    : null
}

/** `v0.0.0-20161001...`, `1.2.3-rc1` */
function isVersion(bytes: Uint8Array, start: number, end: number): boolean {
  let i = bytes[start] === 0x76 ? start + 1 : start
  let dots = 0
  const from = i
  while (i < end && i - from < 16 && (isDigit[bytes[i]] || bytes[i] === 0x2e)) dots += bytes[i++] === 0x2e ? 1 : 0
  return (dots >= 2 && i > from + 4) || endsInVersion(bytes, start, end) || holdsVersion(bytes, start, end)
}

/** `LGPL-3.0-or-later`, `nginx-1.27-alpine`: between dashes, digits with dots. */
function holdsVersion(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 64)
  for (let i = start; i < stop; i++) {
    if (bytes[i] !== 0x2d) continue
    let at = i + 1
    let dots = 0
    while (at < stop && (isDigit[bytes[at]] || (bytes[at] === 0x2e && at > i + 1))) if (bytes[at++] === 0x2e) dots++
    if (dots > 0 && at < stop && bytes[at] === 0x2d && bytes[at - 1] !== 0x2e) return true
  }
  return false
}

/** `^4.0.23`, `~1.2`: the name before it is a package's. */
function isVersionRange(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== 0x5e && bytes[start] !== 0x7e) return false
  for (let i = start + 1; i < end; i++) if (!isDigit[bytes[i]] && bytes[i] !== 0x2e) return false
  return true
}

/** `jackson-databind-2.15.3`: an artifact. */
function endsInVersion(bytes: Uint8Array, start: number, end: number): boolean {
  let at = end
  let dots = 0
  while (at > start && (isDigit[bytes[at - 1]] || bytes[at - 1] === 0x2e)) if (bytes[--at] === 0x2e) dots++
  if (dots < 2 || at === start || bytes[at - 1] !== 0x2d || !isDigit[bytes[at]]) return false
  for (let i = start; i < at; i++) if (!isLower[bytes[i]] && bytes[i] !== 0x2d && bytes[i] !== 0x5f) return false
  return true
}

/** Eight characters or more of three kinds, as rules for passwords ask for, and no date, version or name of a file. */
function looksChosen(bytes: Uint8Array, start: number, end: number, m: Measures): boolean {
  if (m.length < 8 || m.length > 64 || m.digits === 0 || m.lowers + m.uppers < 2) return false
  const kinds = Math.sign(m.lowers) + Math.sign(m.uppers) + 1 + (hasMark(bytes, start, end) ? 1 : 0)
  return kinds >= 3 && !isNumeric(bytes, start, end) && !isVersion(bytes, start, end) && m.others <= m.length / 2
}

/** Names and numbers hardly ever hold them. */
const isMark = tableOf('!#$%&*+?@^~')

function hasMark(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (isMark[bytes[i]]) return true
  return false
}

/** Weak secrets are secrets: typed in the order of the alphabet (`abcdefgh1234...`), or of hexadecimal letters over and over. */
function looksMadeUp(bytes: Uint8Array, start: number, end: number, m: Measures): boolean {
  const letters = m.lowers + m.uppers
  if (m.length < 16 || letters < 4 || m.others > m.length / 4 || hasSpace(bytes, start, end)) return false
  if (m.hex && m.length >= 20) return true
  return orderedBytes(bytes, start, start + m.length) >= 6
}

/** For keys such as `token`: anything but words, numbers, dates and names made of words. */
function opaqueEnough(bytes: Uint8Array, start: number, end: number, m: Measures): string | null {
  if (m.length < 6) return 'too short'
  // In this order: only a short value is looked through for marks.
  if (looksMadeUp(bytes, start, end, m) || (looksChosen(bytes, start, end, m) && hasMark(bytes, start, end)))
    return null
  const letters = m.lowers + m.uppers
  if (letters === 0 || isNumeric(bytes, start, end)) return m.others === 0 && m.length >= 20 ? null : 'number'
  if (hasSpace(bytes, start, end)) return 'words'
  if (m.digits === 0 && m.others <= m.length / 4)
    return m.length >= 12 && m.pairs >= 6 && (m.language < -0.2 || randomScore(m) > 0.6) ? null : 'words'
  if (m.language > 0.5 && m.pairs >= 4 && m.digits <= 4 && randomScore(m) < 0.5) return 'words'
  return null
}

/** Digits of the longest numbers that identify something: times in nanoseconds, ids of 128 bits have up to 39 but are written in hexadecimal. */
const longestNumber = 32

/** Behind a word for a secret (`secret 1234...`) a number of 24 digits is too long for anything else. */
function isLongNumber(m: Measures, shape: ValueShape): boolean {
  return m.digits === m.length && m.length >= (shape === 'opaque' ? 24 : longestNumber)
}

/** For keys such as `key`: generated values only; a UUID identifies more often than it protects, unless the key is somebody's (`acme_key`). */
function randomEnough(bytes: Uint8Array, pair: Pair, m: Measures): string | null {
  const { valueStart: start, valueEnd: end } = pair
  if (isUuid(bytes, start, end)) return pair.compound && pair.bond === 'assigned' ? null : 'uuid'
  if (looksMadeUp(bytes, start, end, m) || isLongNumber(m, 'random')) return null
  if (!looksRandom(m)) return 'not random'
  if (hasSpace(bytes, start, end)) return 'words'
  if (!pair.quoted && bytes.subarray(start, Math.min(end, start + 256)).includes(0x2c)) return 'list'
  return isNumeric(bytes, start, end) ? 'number' : null
}

export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false
  for (let i = 0; i < 36; i++) {
    const dash = i === 8 || i === 13 || i === 18 || i === 23
    if (dash ? bytes[start + i] !== 0x2d : !isHex[bytes[start + i]]) return false
  }
  return true
}

const numericEnds = ['ms', 'utc', 'gmt']

/** Of dates, times, sizes and addresses. */
const isNumeral = tableOf('.:+-/, %')

/** Digits with the punctuation and letters of dates, times, sizes and addresses. */
function isNumeric(bytes: Uint8Array, start: number, end: number): boolean {
  let letters = 0
  for (let i = start; i < end && i - start < 64; i++) {
    const byte = bytes[i]
    if (isLetter[byte]) {
      if (++letters > 3) return false
    } else if (!isDigit[byte] && !isNumeral[byte]) return false
  }
  if (end - start > 64) return false
  // ISO 8601: `2024-01-02T03:04:05Z`
  if (letters === 2 && end - start >= 16 && bytes[end - 1] === 0x5a) return true
  return letters <= 1 || numericEnds.some((text) => startsWithFolded(bytes, end - text.length, end, text))
}

function hasSpace(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 256)
  for (let i = start; i < stop; i++) if (isSpace[bytes[i]]) return true
  return false
}
