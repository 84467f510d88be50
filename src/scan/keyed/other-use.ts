import { isOperator, isQuote, isSpace, startsWithFolded } from '../bytes.ts'
import { endsDescribing } from './key-names.ts'
import { keyStartOf } from './pairs.ts'

/** How digests and revisions are labelled, right before them. */
const labels = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'md5', 'h1', 'commit', 'revision', 'checksum', 'digest']

/** Most bytes between a name and the value it describes. */
const maxOpening = 6

/**
 * Why the value that begins at `at`, found near a vendor's name, is something else by what stands right before it in the text that
 * begins at `start`; null when nothing says so. It names content: the end of a path, a revision (`pkg@3f9a...`, `pkg.tgz#3f9a...`), a digest
 * (`sha256:3f9a...`, `commit 3f9a...`); or its own name describes it: `request_id=...`, `order id: ...`.
 */
export function otherUse(bytes: Uint8Array, at: number, start: number): string | null {
  if (at <= start) return null
  if (namesContent(bytes, at, start)) return 'content'
  let end = at
  while (end > start && at - end < maxOpening && isOpening(bytes[end - 1])) end--
  return endsDescribing(bytes, keyStartOf(bytes, start, end), end) ? 'key name' : null
}

function namesContent(bytes: Uint8Array, at: number, start: number): boolean {
  const before = bytes[at - 1]
  if (before === 0x2f || before === 0x23 || before === 0x40) return true
  if (before !== 0x3a && before !== 0x2d && before !== 0x3d && before !== 0x20) return false
  return labels.some(
    (label) => at - 1 - label.length >= start && startsWithFolded(bytes, at - 1 - label.length, at, label)
  )
}

function isOpening(byte: number): boolean {
  return isSpace[byte] === 1 || isQuote[byte] === 1 || isOperator[byte] === 1 || byte === 0x28 || byte === 0x5b
}
