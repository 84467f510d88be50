import { copyFile, link, mkdir, open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What a queue asks of the file system; tests put one in between that fails. */
export const nodeFiles = { copyFile, link, mkdir, open, readdir, unlink }
export type Files = typeof nodeFiles

/** Only we may read what logs say, redacted or not. */
export const fileMode = 0o600
export const directoryMode = 0o700

/** Makes names in a directory as durable as the files' contents. */
export async function syncDirectory(files: Files, directory: string): Promise<void> {
  const handle = await files.open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Segments are named by the sequence of their first frame. */
export function segmentPath(directory: string, first: number): string {
  return join(directory, `${String(first).padStart(16, '0')}.seg`)
}

/** The first sequences of all segments, in order; and the highest that any file has, also one that was set aside. */
export async function listSegments(files: Files, directory: string): Promise<{ segments: number[]; highest: number }> {
  const names = (await files.readdir(directory)).filter((name) => /^\d{16}\.seg/.test(name)).sort()
  const numberOf = (name: string): number => Number.parseInt(name, 10)
  return {
    segments: names.filter((name) => name.endsWith('.seg')).map(numberOf),
    highest: numberOf(names.at(-1) ?? '0')
  }
}

/** The system's name for what went wrong; a bug's for itself. */
export function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException
  return code ?? name
}
