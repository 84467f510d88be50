import type { ValueShape } from '../../model.ts'
import { isDigit, isLetter, isLower, isUpper, latin1, startsWithFolded } from '../bytes.ts'

/**
 * Words which, standing behind the key word in a key's name, say that the value describes the secret instead of being it:
 * `token_type`, `passwordResetUrl`, `secret-name`.
 */
const describing = words(
  'type types name names id ids uid identifier url uri urls endpoint path paths file files filename dir directory folder len length size count counts ' +
    'total index idx expires expire expired expiry expiration ttl age date time timestamp ts at created updated issued issuer alg algorithm version versions ' +
    'status state enabled disable disabled enable required optional policy policies rule rules hint label labels format prefix suffix usage used limit ' +
    'limits quota rate arn ref refs field fields column table schema spec manager provider providers store storage service services host hostname port ' +
    'region zone method mode class handler factory config configuration info event events error errors exception reason message valid invalid changed ' +
    'reset strength source scope scopes space board word group groups role roles user username owner email rotation request requests bits curve ' +
    'derivation exchange mount volume template selector validator placeholder fingerprint kid thumbprint parameter parameters ring stone set list map ' +
    'pair pairs generator gen length protection protected management encryption transparency cache retry retries attempt attempts timeout interval ' +
    'window budget per second seconds minute hour day ms rotate rotated validity lifetime refreshes range start end begin operation action chars charset alphabet regex pattern'
)

/** Words which, right before the key word, make it a thing that is no secret: `public_key`, `max_tokens`, `next_page_token`; a CSRF token is worth nothing without the session, which is found. */
const harmless = words(
  'public primary foreign partition routing cache sort shard row object index unique composite natural surrogate max min num number total count prompt ' +
    'completion input output next page continuation sync cursor cancellation reasoning cached candidates translation i18n message dedup dedupe ' +
    'deduplication idempotency group grouping hot short arrow function foreign lookup map hash range document state registry no without missing ' +
    'issue tenant order resume socket websocket item entity record event bucket storage path file folder node component react locale theme resource ' +
    'invalid expected unexpected unknown column dictionary json sub end eof start stop ch ht yp csrf xsrf authenticity antiforgery'
)

/** Of them, those that stand before a name in a sentence: `public key`; not `no token`, `invalid key`, which tell of the one that follows. */
const told = words(
  'public primary foreign partition routing cache shard cursor sort object index resume idempotency continuation websocket'
)

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}

/** Words of one-way values, without their numbers: they stand for a secret only under key words that mean a password. */
const oneWay = words('hash hashes digest checksum sum sha md crc')

/** More of what a vendor's name ends in when its value names one of many things. */
const identifying = words(
  'uuid guid commit revision rev build trace span correlation invoice customer account project team etag job task run workflow pipeline ' +
    'deployment execution instance thread channel conversation document release snapshot'
)

/** Key words of this length and more are also found inside a run of small letters (`dbpassword`, `authtoken`). */
const minInner = 5

/**
 * Whether a key word at `[hitStart, hitEnd)` governs the value of the key `[keyStart, keyEnd)`: it must be a word of the name (camelCase,
 * snake_case, kebab-case, dotted; a plural or a number may follow), and the words around it must not make it harmless.
 */
export function governs(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  hitStart: number,
  hitEnd: number,
  shape: ValueShape | null
): boolean {
  if (!beginsWord(bytes, keyStart, hitStart, hitEnd)) return false
  const rest = wordEnd(bytes, hitEnd, keyEnd)
  if (rest < 0) return false
  for (let at = rest; at < keyEnd; ) {
    const next = nextWordEnd(bytes, at, keyEnd)
    const word = wordAt(bytes, at, next)
    if (describing.has(word) || (shape !== 'any' && oneWay.has(word))) return false
    at = next
  }
  return !harmless.has(wordBefore(bytes, keyStart, hitStart)) && !isTold(bytes, keyStart, hitStart, shape)
}

/** Bytes of a word before a name. */
const maxTold = 16

/** `partition key x`, `resume token x`: in a sentence, the word before the name makes it harmless; a password is one whatever stands before. */
function isTold(bytes: Uint8Array, keyStart: number, hitStart: number, shape: ValueShape | null): boolean {
  if (shape === 'any' || keyStart !== hitStart || keyStart < 2 || bytes[keyStart - 1] !== 0x20) return false
  let at = keyStart - 1
  while (at > 0 && keyStart - at < maxTold && isLetter[bytes[at - 1]] === 1) at--
  return told.has(latin1(bytes, at, keyStart - 1).toLowerCase())
}

/** Providers whose keys are names of entries, or whose names are words. */
const otherKeys = words(
  'redis mongodb elastic elasticsearch kafka etcd consul memcached dynamodb couchbase aws s3 minio gcs rclone box front linear square segment ' +
    'buffer close copper drift dropbox figma ghost grafana hashicorp vault jwt url http generic ssh session saml sql snmp webhook xml yaml'
)

/** Whether a key word that asks for generated values stands behind a vendor's name: `ACME_KEY`, `acmeKey`. */
export function namesVendor(
  bytes: Uint8Array,
  keyStart: number,
  hitStart: number,
  vendors: ReadonlySet<string>
): boolean {
  const word = wordBefore(bytes, keyStart, hitStart)
  return vendors.has(word) && !otherKeys.has(word)
}

/** The word of a name right before its key word, in small letters: `acme` in `my_acme_key` and `acmeKey`. */
function wordBefore(bytes: Uint8Array, keyStart: number, hitStart: number): string {
  return wordAt(bytes, previousWordStart(bytes, keyStart, hitStart), hitStart)
}

/** Words that are written on to a vendor's name without a change of case: `acmekey`, `ACMESECRET`. */
const written = [
  'api',
  'key',
  'token',
  'secret',
  'access',
  'auth',
  'app',
  'client',
  'private',
  'pass',
  'pwd',
  'cred',
  'account',
  'admin',
  'user',
  'id'
]

/**
 * Whether a vendor's name at `[hitStart, hitEnd)` of the name `[keyStart, keyEnd)` is a word of it and no part of another one (`acme` in
 * `acmeToken`, `ACME_KEY`, `acmekey`, but not in `pharmacmedia`), and the name does not describe something else (`acme_request_id`).
 */
export function standsForVendor(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  hitStart: number,
  hitEnd: number
): boolean {
  if (!beginsVendor(bytes, keyStart, hitStart)) return false
  if (hitEnd < keyEnd && isLetter[bytes[hitEnd - 1]] === 1 && isLetter[bytes[hitEnd]] === 1) {
    const goesOn = isUpper[bytes[hitEnd - 1]] === isUpper[bytes[hitEnd]] || isLower[bytes[hitEnd]] === 1
    if (
      goesOn &&
      !isPlural(bytes, hitEnd, keyEnd) &&
      !written.some((word) => startsWithFolded(bytes, hitEnd, keyEnd, word))
    )
      return false
  }
  return !endsDescribing(bytes, hitEnd, keyEnd)
}

/** Whether a vendor's name at `hitStart` is no end of another word: `etsy` in `myEtsyKey`, but not in `SetSysctl`. */
export function beginsVendor(bytes: Uint8Array, keyStart: number, hitStart: number): boolean {
  if (hitStart === keyStart || isLetter[bytes[hitStart]] === 0 || isLetter[bytes[hitStart - 1]] === 0) return true
  return isUpper[bytes[hitStart]] === 1 && isUpper[bytes[hitStart - 1]] === 0
}

/** An `s` and then no letter. */
function isPlural(bytes: Uint8Array, at: number, keyEnd: number): boolean {
  return (bytes[at] | 0x20) === 0x73 && !(at + 1 < keyEnd && isLetter[bytes[at + 1]] === 1)
}

/** Whether the last word of a name, of those behind its key word, says that the value describes something: `acme_request_id`, `acmeUrl`. */
export function endsDescribing(bytes: Uint8Array, hitEnd: number, keyEnd: number): boolean {
  let last = hitEnd
  for (let at = hitEnd; at < keyEnd; at = nextWordEnd(bytes, at, keyEnd)) if (isLetter[bytes[at]] === 1) last = at
  // Behind a digit it is a part of a value joined to the name.
  if (last >= keyEnd || isDigit[bytes[last - 1]] === 1) return false
  const word = wordAt(bytes, last, nextWordEnd(bytes, last, keyEnd))
  return describing.has(word) || oneWay.has(word) || identifying.has(word)
}

/** Whether a word begins at the key word: behind no letter, at a change of case, or anywhere when it is long enough to be told apart. */
function beginsWord(bytes: Uint8Array, keyStart: number, hitStart: number, hitEnd: number): boolean {
  if (hitStart === keyStart || !isLetter[bytes[hitStart - 1]] || !isLetter[bytes[hitStart]]) return true
  if (isUpper[bytes[hitStart]] && (isLower[bytes[hitStart - 1]] || isLower[bytes[hitStart + 1]])) return true
  return hitEnd - hitStart >= minInner
}

/** Where the word that ends with the key word ends (plural `s` and digits included); -1 when the key word is only a part of a longer word. */
function wordEnd(bytes: Uint8Array, hitEnd: number, keyEnd: number): number {
  let at = hitEnd
  if (at < keyEnd && (bytes[at] | 0x20) === 0x73 && !(at + 1 < keyEnd && isLower[bytes[at + 1]])) at++
  while (at < keyEnd && isDigit[bytes[at]]) at++
  if (at >= keyEnd || !isLetter[bytes[at]]) return at
  // `tokenValue`, `TOKENvalue`: another word may begin here only by a change of case.
  const upperBefore = isUpper[bytes[hitEnd - 1]] === 1
  return (isUpper[bytes[at]] === 1) !== upperBefore ? at : -1
}

function nextWordEnd(bytes: Uint8Array, from: number, keyEnd: number): number {
  let at = from + 1
  if (!isLetter[bytes[from]]) {
    while (at < keyEnd && !isLetter[bytes[at]]) at++
    return at
  }
  while (at < keyEnd && isLetter[bytes[at]] && !(isUpper[bytes[at]] && isLower[bytes[at - 1]])) at++
  return at
}

function previousWordStart(bytes: Uint8Array, keyStart: number, hitStart: number): number {
  let at = hitStart
  while (at > keyStart && !isLetter[bytes[at - 1]]) at--
  if (at > keyStart) at--
  while (at > keyStart && isLetter[bytes[at - 1]] && !(isLower[bytes[at - 1]] && isUpper[bytes[at]])) at--
  return at
}

function wordAt(bytes: Uint8Array, start: number, end: number): string {
  let stop = end
  while (stop > start && !isLetter[bytes[stop - 1]]) stop--
  return latin1(bytes, start, stop).toLowerCase()
}
