// The guard of key words: could a value be assigned to the identifier that the word stands in?
//
//   text      = [rest of the identifier] gap separator [spaces] value   |  gap value
//             | identifier of which more than 16 bytes, with 4 digits in them, stand behind the word
//   gap       = quotes, closing brackets, `[index]`, spaces (raw or escaped, see `read` in text.ts), colours (as
//               decode/colours.ts has them)
//   separator = `=` `:` `|` `>` `->` TAB, `</`, `,` behind a quote, the protobuf tag between a key and its value or
//               between the elements of an array
//   value     = after a separator anything but white space to the end of the line; without one: a quoted text,
//               a random looking word, also behind one or two others, a word after `is`, anything after `from`, `for ada is` or
//               `for ada:`, a quoted text after `to`, any word when the identifier is an option (`--key`), and an attribute when the identifier is
//               quoted or a tag (`name="key" value=`, `<key type=`)

import { at, DIGIT, from, is, isWideSign, NAME, read, to, TOKEN, USERINFO_END, width } from './text'

/** Bytes of the identifier after the word. */
const NAME_MAX: u32 = 40
/** Bytes between identifier and separator or value; room for the quotes of JSON in JSON in JSON in JSON. */
const GAP_MAX: u32 = 48
const SPACES_MAX: u32 = 64
const INDEX_MAX: u32 = 32
/** Bytes of `for ada is `. */
const OWNER_MAX: u32 = 64
/** Bytes of a colour's parameters. */
const COLOUR_MAX: u32 = 40
const RANDOM_MIN: u32 = 16
const RANDOM_MAX: u32 = 96
/** The same without a digit: few words are as long. */
const LETTERS_MIN: u32 = 20
const MIXED_MIN: u32 = 8
const MIXED_MAX: u32 = 64
/** Digits in what follows a key word in one identifier, for a value. */
const JOINED_DIGITS: u32 = 4
/** Bytes of the identifier looked back over, from its end. */
const LOOK_BACK: u32 = 128

const UNKNOWN: u32 = 0
const NO: u32 = 1
const YES: u32 = 2

/**
 * True when a value may follow the key word that ends at p. The memo holds the end of the identifier, as far as it was
 * read, and what followed it, which is the same for all words in one identifier.
 */
export function assigned(p: u32, memo: u32): bool {
  let end = max(load<u32>(memo), p)
  let verdict = end == load<u32>(memo) ? load<u32>(memo, 4) : UNKNOWN
  if (verdict == UNKNOWN) {
    const limit = p + NAME_MAX
    while (end < limit && end < to && isOfName(end)) end++
    if (end == to || !isOfName(end)) verdict = valueFollows(end) ? YES : NO
    store<u32>(memo, end)
    store<u32>(memo, verdict, 4)
  }
  return verdict == YES || holdsValue(p, memo + 8)
}

function isOfName(p: u32): bool {
  return is(p, NAME) && !isWideSign(p)
}

/** The identifier itself goes on with what may be a value: `token-7f3a...`. The memo holds up to where it was seen to have no digit. */
function holdsValue(p: u32, memo: u32): bool {
  const limit = min(p + NAME_MAX, to)
  let digits: u32 = 0
  let q = max(load<u32>(memo), p)
  for (; q < limit && isOfName(q); q++) {
    digits += u32(is(q, DIGIT))
    if (!digits) store<u32>(memo, q + 1)
    else if (digits >= JOINED_DIGITS && q - p >= RANDOM_MIN) return true
  }
  return false
}

function valueFollows(end: u32): bool {
  const limit = min(end + GAP_MAX, to)
  if (at(end) == 0x12) return end + 1 < to // OTLP: the tag of KeyValue.value
  if (at(end) == 0x0a && isElement(end)) return true
  let quoted = false // a quote closed the identifier
  let open = false // a value may begin here, without a separator
  let p = end
  while (p < limit) {
    const char = read(p)
    const next = p + width
    const colour = skipColour(char, p, next)
    if (colour) {
      p = colour
      continue
    }
    if (char == 0x22 || char == 0x27 || char == 0x60) {
      if (open) return next < to
      quoted = true
    } else if (char == 0x20) {
      open = true
    } else if (char == 0x0a || char == 0x0d) {
      return false
    } else if (char == 0x5b || char == 0x28 || char == 0x7b) {
      // [ ( {
      if (char == 0x5b && isPlaceholder(next)) return false
      if (open && isRandom(next)) return true
      const index = char == 0x5b ? skipIndex(next) : 0
      open = open || index == 0
      p = index ? index : next
      continue
    } else if (char == 0x3d || char == 0x3a || char == 0x7c || char == 0x09) {
      // = : | TAB
      return onLine(next)
    } else if (char == 0x3e) {
      // > of a tag, or of an arrow whose first half went as part of the identifier
      return at(p - 1) == 0x2d ? onLine(next) : onText(next) && !isTag(next)
    } else if (char == 0x2d && read(next) == 0x3e) {
      return onLine(next + width)
    } else if (char == 0x2c) {
      return (quoted && (quotedFollows(next) || isStringValue(end))) || (open && kindOfName(end) == OPTION)
    } else if (char == 0x7d && quoted && isStringValue(end)) {
      return true // {"value":"V","name":"key"}
    } else if (char == 0x3c && !open) {
      return read(next) == 0x2f // <name>key</name><value>
    } else if (open && char != 0x5c && !isCloser(char)) {
      return wordFollows(p, end, quoted)
    } else if (char != 0x5c && !isCloser(char) && !isMark(char)) {
      return false
    }
    p = next
  }
  return false
}

/** Behind the colour that begins with the character at p, whatever stands for ESC; 0 when there is none. */
function skipColour(char: u32, p: u32, next: u32): u32 {
  let open = p
  if (char == 0x1b) open = next
  else if (char == 0x5e && at(next) == 0x5b) open = next + 1
  else if (char == 0x23 && isOctalEscape(next)) open = next + 3
  else if (char == 0x5c && at(next) == 0x65) open = next + 1 // \e
  else if (char == 0x5c && isOctalEscape(next)) open = next + 3
  if (at(open) != 0x5b) return 0
  let q = open + 1
  for (const limit = min(q + COLOUR_MAX, to); q < limit && (is(q, DIGIT) || at(q) == 0x3b || at(q) == 0x3a); ) q++
  return (at(q) == 0x6d || at(q) == 0x4b) && (open > p || q > open + 1) ? q + 1 : 0
}

/** `033` */
function isOctalEscape(p: u32): bool {
  return (load<u32>(p) & 0xffffff) == 0x333330
}

/** OTLP: a string that follows in an array: `tag length tag length`. */
function isElement(p: u32): bool {
  if (at(p + 1) >= 128) return at(p + 3) == 0x0a
  return at(p + 2) == 0x0a && at(p + 1) == at(p + 3) + 2
}

/** `)` `]` `}` */
function isCloser(char: u32): bool {
  return char == 0x29 || char == 0x5d || char == 0x7d
}

/** `!` `*` `+` `.` `?` `~`: of `!=`, `+=`, `.=`, `?:`, ... */
function isMark(char: u32): bool {
  return char == 0x21 || char == 0x2a || char == 0x2b || char == 0x2e || char == 0x3f || char == 0x7e
}

/** Something is on the rest of the line. */
function onLine(p: u32): bool {
  const limit = p + SPACES_MAX
  for (; p < to; p++) {
    const byte = at(p)
    if (byte == 0x0a || byte == 0x0d) return false
    if ((byte != 0x20 && byte != 0x09) || p >= limit) return true
  }
  return false
}

/** Something is on this line or, behind a tag, on one of the next. */
function onText(p: u32): bool {
  const limit = p + SPACES_MAX
  while (p < to && p < limit && isSpace(at(p))) p++
  return p < to
}

/** A tag begins at p, and no `<!` of CDATA. */
function isTag(p: u32): bool {
  return read(p) == 0x3c && at(p + width) != 0x21
}

/**
 * A placeholder of ours stands where a value would, behind its `[`. Whatever its length, it is no index behind which one could follow: what
 * is found beside a placeholder must not depend on what it stands for.
 */
function isPlaceholder(p: u32): bool {
  if (p + 8 > to) return false
  const word = load<u64>(p)
  return word == 0x4445544341444552 || word == 0x444c454848544957 // REDACTED, WITHHELD
}

/** Behind the `]` that closes an index; 0 when there is none. Not past another `[`, to stay linear. */
function skipIndex(p: u32): u32 {
  for (const limit = min(p + INDEX_MAX, to); p < limit; p += width) {
    const char = read(p)
    if (char == 0x5d) return p + width
    if (char <= 0x20 || char == 0x5b) return 0
  }
  return 0
}

function isRandom(p: u32): bool {
  const start = p
  let digits: u32 = 0
  for (const limit = min(p + RANDOM_MAX, to); p < limit && is(p, TOKEN); p++) digits |= u32(is(p, DIGIT))
  return p - start >= (digits ? RANDOM_MIN : LETTERS_MIN)
}

/**
 * Eight bytes or more to the next white space or placeholder of ours, among them a digit, and capitals and small letters or a mark that few
 * words have.
 */
function isMixed(p: u32): bool {
  const start = p
  let seen: u32 = 0
  for (const limit = min(p + MIXED_MAX, to); p < limit && !is(p, USERINFO_END); p++) {
    const byte = at(p)
    if (is(p, DIGIT)) seen |= 1
    else if (byte - 0x61 < 26) seen |= 2
    else if (byte - 0x41 < 26) seen |= 4
    else if (isPasswordMark(byte)) seen |= 8
    else if (byte == 0x5b && isPlaceholder(p + 1)) break
  }
  return p - start >= MIXED_MIN && (seen & 1) != 0 && ((seen & 6) == 6 || (seen & 8) != 0)
}

/** `! # $ % & * + ? @ ^ ~` */
function isPasswordMark(byte: u32): bool {
  return (
    (byte - 0x23 < 4 || byte == 0x21 || byte == 0x2a || byte == 0x2b) ||
    (byte == 0x3f || byte == 0x40 || byte == 0x5e || byte == 0x7e)
  )
}

function behindLetters(p: u32): u32 {
  for (const limit = p + 16; p < limit && (at(p) | 32) - 0x61 < 26; ) p++
  return p
}

/** The word at p, behind the identifier that ends at `end` and at least a space, may be a value or lead to one. */
function wordFollows(p: u32, end: u32, quoted: bool): bool {
  const char = at(p)
  const second = at(p + 1)
  if (isMark(char) && (second == 0x3d || second == 0x3a)) return onLine(p + 2)
  if ((char | 32) == 0x69 && (second | 32) == 0x73 && isSpaceOrColon(at(p + 2))) return onLine(p + 3)
  if (isRandom(p) || isMixed(p) || isTyped(p)) return true
  if (isTold(p)) return true
  const owner = behindOwner(p)
  if (owner) return onLine(owner)
  const colon = behindLetters(p)
  if (colon > p && at(colon) == 0x3a && at(colon + 1) == 0x20) return onLine(colon + 1) // key provided: V
  const name = kindOfName(end)
  return name == OPTION || ((quoted || name == TAG) && isAttribute(p))
}

/** One or two words lead to what looks like a value: `was V`, `set to V`; or to any: `changed from V`, `to "V"`. */
function isTold(p: u32): bool {
  for (let words = 0; words < 2; words++) {
    const next = behindLetters(p)
    if (next == p || at(next) != 0x20) return false
    if (next - p == 4 && (load<u32>(p) | 0x20202020) == 0x6d6f7266 && onLine(next + 1)) return true // from
    const isTo = next - p == 2 && (load<u16>(p) | 0x2020) == 0x6f74
    p = next + 1
    if (isRandom(p) || isMixed(p) || (isTo && skipQuote(p) != 0)) return true
  }
  return false
}

/** Behind `is ` or `: ` in `for ada is `, `of ada: `; 0 when nothing of the kind is at p. */
function behindOwner(p: u32): u32 {
  const word = load<u32>(p)
  const isFor = (word | 0x202020) == 0x20726f66
  const isOf = ((word | 0x2020) & 0xffffff) == 0x20666f
  if (!isFor && !isOf) return 0
  for (const limit = min(p + OWNER_MAX, to - 2); p < limit; p++) {
    const byte = at(p)
    if (byte == 0x0a) return 0
    if (at(p + 1) != 0x20) continue
    if (byte == 0x3a) return p + 1
    if ((byte | 32) == 0x73 && (at(p - 1) | 32) == 0x69 && at(p - 2) == 0x20) return p + 1
  }
  return 0
}

function isSpaceOrColon(byte: u32): bool {
  return byte == 0x20 || byte == 0x09 || byte == 0x3a
}

const PLAIN: u32 = 0
const OPTION: u32 = 1
const TAG: u32 = 2

/** Whether the identifier that ends at `end` is a command line option (`--key`, `-key`) or opens a tag (`<ns:key`). */
function kindOfName(end: u32): u32 {
  const limit = end - from > LOOK_BACK ? end - LOOK_BACK : from
  let p = end
  while (p > limit && (is(p - 1, NAME) || at(p - 1) == 0x3a)) {
    p--
    if (at(p) == 0x2d && at(p + 1) == 0x2d && p + 1 < end) return OPTION
  }
  if (p < end && at(p) == 0x2d) return OPTION
  const before = p > from ? at(p - 1) : 0
  const escaped = before == 0x3b || (before == 0x5c && at(p) == 0x75) // &lt; \u003c
  return before == 0x3c || escaped ? TAG : PLAIN
}

/** Whether the identifier that ends at `end` is a string behind a colon (`"name":"key"`): what it names may stand before it. */
function isStringValue(end: u32): bool {
  const limit = end - from > LOOK_BACK ? end - LOOK_BACK : from
  let p = end
  while (p > limit && is(p - 1, NAME)) p--
  if (p == limit || at(p - 1) != 0x22) return false
  p--
  while (p > limit && (at(p - 1) == 0x5c || at(p - 1) == 0x20)) p--
  return p > limit && at(p - 1) == 0x3a
}

/** `value=`, `xml:lang = ` */
function isAttribute(p: u32): bool {
  return read(behindName(p)) == 0x3d
}

/** The type in `key string = "V"`; not the next pair in `key x="V"`. */
function isTyped(p: u32): bool {
  p = behindName(p)
  if (at(p - 1) != 0x20 || read(p) != 0x3d) return false
  p += width
  for (const end = p + 4; p < end && at(p) == 0x20; ) p++
  return skipQuote(p) != 0
}

function behindName(p: u32): u32 {
  const limit = min(p + 24, to)
  while (p < limit && (is(p, NAME) || at(p) == 0x3a)) p++
  for (const end = p + 4; p < end && at(p) == 0x20; ) p++
  return p
}

/**
 * Behind a quoted identifier and a comma: a quoted text follows (`'key', u'V'`), or a random looking one. Not when that is
 * the next key of an object, unless it is one for the value (OTLP JSON: `"key":"password","value":{...}`).
 */
function quotedFollows(p: u32): bool {
  for (const limit = p + 32; p < limit && isSpace(read(p)); ) p += width
  if (isRandom(p)) return true
  for (const limit = p + 2; p < limit && isPrefix(at(p)); ) p++
  const quote = skipQuote(p)
  if (quote == 0 || (at(quote) == 0x5b && isPlaceholder(quote + 1))) return false
  if ((load<u32>(quote) | 0x20202020) == 0x756c6176) return true // valu(e)
  return !isKey(quote, mark, quote - p)
}

/** The quoted text at p ends within 48 bytes, in the same quote with as many backslashes, and a colon follows. */
function isKey(p: u32, quote: u32, quoteWidth: u32): bool {
  for (const limit = min(p + 48, to); p < limit; p += width) {
    const char = read(p)
    if (char == 0x0a) return false
    if (char != quote && char != 0x5c) continue
    const close = skipQuote(p)
    if (close == p + quoteWidth && mark == quote) return isColon(close)
    read(p)
  }
  return false
}

function isSpace(char: u32): bool {
  return char == 0x20 || char == 0x09 || char == 0x0a || char == 0x0d
}

/** Of a string literal: b'' r'' u'' f'' */
function isPrefix(byte: u32): bool {
  const letter = byte | 32
  return letter == 0x62 || letter == 0x72 || letter == 0x75 || letter == 0x66
}

/** The quote that `skipQuote` found last. */
let mark: u32 = 0

/** Behind the quote at p with its backslashes; 0 when there is none. */
function skipQuote(p: u32): u32 {
  mark = read(p)
  if (mark == 0x5c) {
    p += width
    mark = read(p)
  }
  return mark == 0x22 || mark == 0x27 || mark == 0x60 ? p + width : 0
}

function isColon(p: u32): bool {
  for (const limit = p + 4; p < limit && at(p) == 0x20; ) p++
  return read(p) == 0x3a
}
