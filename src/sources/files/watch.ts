import { type FSWatcher, watch } from 'node:fs'

/** Folders that tell of changes in them, where the system can; polling is there for the others. */
export interface Watches {
  /** Watches these and no others. */
  keep(folders: Iterable<string>): void
  /** Whether a folder tells. */
  tells(folder: string): boolean
  /** It did not tell of a change. So it is with some network file systems. */
  distrust(folder: string): void
  close(): void
}

/** `onChange` gets the folder, and the name of what changed in it, where the system says. */
export function createWatches(onChange: (folder: string, name: string | null, renamed: boolean) => void): Watches {
  const watches = new Map<string, FSWatcher>()
  const silent = new Set<string>()

  function add(folder: string): void {
    try {
      const one = watch(folder, { persistent: false }, (event, name) => onChange(folder, name, event === 'rename'))
      one.on('error', () => remove(folder))
      watches.set(folder, one)
    } catch {
      // No more watches to be had, or a file system without them.
    }
  }

  function remove(folder: string): void {
    watches.get(folder)?.close()
    watches.delete(folder)
  }

  return {
    keep(wanted) {
      const folders = new Set(wanted)
      for (const folder of watches.keys()) if (!folders.has(folder)) remove(folder)
      for (const folder of folders) if (!watches.has(folder)) add(folder)
    },
    tells: (folder) => watches.has(folder) && !silent.has(folder),
    distrust: (folder) => void silent.add(folder),
    close() {
      for (const one of watches.values()) one.close()
      watches.clear()
    }
  }
}
