import { hasSpace, isAlnum, isLetter, isLower, latin1, startsWithExactly, startsWithFolded, tableOf } from '../bytes.ts'
import { containsOwnPlaceholder, isPlaceholder } from '../placeholders.ts'
import type { Pair } from './pairs.ts'
import { looksRandom, measure, randomScore } from './randomness.ts'
import { isTemplate } from './templates.ts'
import { isVersionRange } from './versions.ts'

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

/** Why a value is no secret, whatever its key asks for: a word for `explain`, or null. */
export function harmlessValue(bytes: Uint8Array, pair: Pair, textEnd: number): string | null {
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
  if (startsWithExactly(bytes, start, end, base64Alphabet)) return 'alphabet'
  if (isPathOrUrl(bytes, start, end)) return 'path'
  if (isVersionRange(bytes, start, end)) return 'version'
  if (!pair.quoted) {
    if (isCode(bytes, start, end)) return 'code'
    if (pair.bond !== 'assigned' && isProse(bytes, end, textEnd) && lettersOnly(bytes, start, end)) return 'prose'
  }
  return null
}

/** What encoders hold under `keyStr` and the like: RFC 4648, section 4, without its last two signs. */
const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const isIdleByte = tableOf([...idle].join('') + [...idle].join('').toUpperCase())
const longestIdle = Math.max(...[...idle].map((word) => word.length))

function isIdle(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > longestIdle) return false
  for (let i = start; i < end; i++) if (!isIdleByte[bytes[i]]) return false
  return idle.has(latin1(bytes, start, end).toLowerCase())
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

export function lettersOnly(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 256)
  for (let i = start; i < stop; i++) if (!isLetter[bytes[i]]) return false
  return true
}

/** Several words of which one is about passwords, not in one: `is too short`, `invalid username or password`. */
export function speaks(bytes: Uint8Array, start: number, end: number): string | null {
  if (!hasSpace(bytes, start, end)) return null
  return latin1(bytes, start, Math.min(end, start + 128))
    .toLowerCase()
    .split(' ')
    .some((word) => idle.has(word))
    ? 'prose'
    : null
}
