import { startsWithFolded } from './bytes.ts'

/** How digests are labelled, right before them. */
const digests = [
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'md5',
  'h1',
  'commit',
  'revision',
  'checksum',
  'digest'
]

/**
 * Whether what begins at `at` names content, by what stands right before it in the text that begins at `start`: the end of a path, a
 * revision (`pkg@3f9a...`, `pkg.tgz#3f9a...`) or a digest (`sha256:3f9a...`, `commit 3f9a...`). Logs have many of them near a vendor's name.
 */
export function namesContent(bytes: Uint8Array, at: number, start: number): boolean {
  if (at <= start) return false
  const before = bytes[at - 1]
  if (before === 0x2f || before === 0x23 || before === 0x40) return true
  if (before !== 0x3a && before !== 0x2d && before !== 0x3d && before !== 0x20) return false
  return digests.some(
    (label) => at - 1 - label.length >= start && startsWithFolded(bytes, at - 1 - label.length, at, label)
  )
}
