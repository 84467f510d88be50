import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What becomes the new file: beside the old one, so that it can take its name in one step, and for us only. */
export interface Temporary {
  readonly path: string
  readonly fd: number
  /** Once it has taken the old file's name it is there to stay. */
  close(keep: boolean): void
}

const form = /^\..+\.logveil-scrub-(\d+)-[0-9a-f]{8}$/

/** Throws the system's error. */
export function createTemporary(path: string): Temporary {
  const name = `.${basename(path)}.logveil-scrub-${process.pid}-${randomBytes(4).toString('hex')}`
  const place = join(dirname(path), name)
  const fd = openSync(place, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  return {
    path: place,
    fd,
    close(keep) {
      closeSync(fd)
      if (!keep) rmSync(place, { force: true })
    }
  }
}

export function isTemporary(path: string): boolean {
  return form.test(basename(path))
}

/** Removes what runs that were killed left in a folder. What cannot be removed holds no secret and may stay. */
export function removeStrays(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      const [, pid] = form.exec(name) ?? []
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(directory, name), { force: true })
    }
  } catch {
    // The folder is not ours: what there is to be told of that is told of its files.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
