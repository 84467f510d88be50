import { closeSync, openSync, readSync, type Stats } from 'node:fs'
import type { Checkpoint, Checkpoints } from './checkpoints.ts'

/**
 * Tells the beginning of a file from others, and nothing of the secrets in it: what is hashed has been redacted. The key lies beside the hash,
 * so that whoever reads the state and knows the rest of a head could otherwise guess a short secret in it until the hash is right.
 */
export interface Seal {
  readonly hash: string
  /** Length of the head: whole lines; 0: it is too short to tell anything. */
  readonly bytes: number
  readonly sealer: Sealer
}

export interface Sealer {
  /** Names detectors and code: what others have redacted cannot be compared. */
  readonly rules: string
  /** Takes the secrets out; the same for the same text. */
  readonly redact: (text: string) => string
}

/** So much of the beginning of a file tells it from others. */
export const headLimit = 2048
/** With fewer bytes, two files of one program begin alike by chance. */
const fewestBytes = 64
const newline = 0x0a

/** Seals a head, which is what was read of the first `headLimit` bytes. A line without its end stays out: it may be cut within a secret. */
export function sealOf(head: Buffer, checkpoints: Checkpoints, sealer: Sealer): Seal {
  const bytes = head.lastIndexOf(newline) + 1
  if (bytes < fewestBytes) return { hash: '', bytes: 0, sealer }
  const text = blank(sealer.redact(head.toString('utf8', 0, bytes)))
  return { hash: checkpoints.hash(Buffer.from(text)), bytes, sealer }
}

/**
 * Placeholders and long words become one and the same: names of detectors change, and a part of a private key or of wrapped base64 that
 * begins in another file is not found.
 */
function blank(text: string): string {
  return text.replace(/\[(REDACTED|WITHHELD):[^\]]*\]|[\w+/=-]{16,}/g, '~')
}

/** Whether the file at a path begins with the same bytes; false when nothing is known of them, or it cannot be read. */
export function beginsAlike(path: string, seal: Seal, checkpoints: Checkpoints): boolean {
  try {
    return isBeginningOf(headOf(path, seal.bytes), seal, checkpoints)
  } catch {
    return false
  }
}

/** Whether a head begins with the bytes that were sealed. */
export function isBeginningOf(head: Buffer, { hash, bytes, sealer }: Seal, checkpoints: Checkpoints): boolean {
  return bytes > 0 && head.length >= bytes && sealOf(head.subarray(0, bytes), checkpoints, sealer).hash === hash
}

/** The first bytes of a file, at most so many. Throws what the system says. */
export function headOf(path: string, bytes: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    return readHead(fd, bytes)
  } finally {
    closeSync(fd)
  }
}

export function readHead(fd: number, bytes: number): Buffer {
  const head = Buffer.allocUnsafeSlow(bytes)
  return head.subarray(0, readSync(fd, head, 0, bytes, 0))
}

/** What a checkpoint tells of a head; it tells nothing when other rules made it. */
export function sealOfCheckpoint({ seal, sealBytes, rules }: Checkpoint, sealer: Sealer): Seal {
  return rules === sealer.rules ? { hash: seal, bytes: sealBytes, sealer } : { hash: '', bytes: 0, sealer }
}

/** Whether a checkpoint is of the file that has its inode now, and not of one that had it before: numbers of inodes are used again. */
export function isOfFile(
  checkpoint: Checkpoint,
  { birthtimeMs }: Stats,
  head: Buffer,
  checkpoints: Checkpoints,
  sealer: Sealer
): boolean {
  // 0: the file system does not tell.
  if (checkpoint.born !== birthtimeMs && checkpoint.born !== 0 && birthtimeMs !== 0) return false
  const seal = sealOfCheckpoint(checkpoint, sealer)
  return seal.bytes === 0 || isBeginningOf(head, seal, checkpoints)
}
