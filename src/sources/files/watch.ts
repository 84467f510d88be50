import { type FSWatcher, watch } from 'node:fs'

/** Directories that tell of changes in them, where the system can; polling is there for the others. */
export interface Watches {
  /** Watches these and no others. */
  keep(directories: ReadonlySet<string>): void
  close(): void
}

/** `onChange` gets the directory, and the name of what changed in it, where the system says. */
export function createWatches(onChange: (directory: string, name: string | null, renamed: boolean) => void): Watches {
  const watches = new Map<string, FSWatcher>()

  function add(directory: string): void {
    try {
      const one = watch(directory, { persistent: false }, (event, name) =>
        onChange(directory, name, event === 'rename')
      )
      one.on('error', () => remove(directory))
      watches.set(directory, one)
    } catch {
      // No more watches to be had, or a file system without them.
    }
  }

  function remove(directory: string): void {
    watches.get(directory)?.close()
    watches.delete(directory)
  }

  return {
    keep(directories) {
      for (const directory of watches.keys()) if (!directories.has(directory)) remove(directory)
      for (const directory of directories) if (!watches.has(directory)) add(directory)
    },
    close() {
      for (const one of watches.values()) one.close()
      watches.clear()
    }
  }
}
