import { codeOf } from './files.ts'

/** What should work and does not is told once, until it works again. */
export interface Troubles {
  /** Does the work; rejects as it does. */
  watch<T>(what: string, work: () => Promise<T>): Promise<T>
}

export function createTroubles(tell: (what: string, code: string) => void): Troubles {
  const told = new Set<string>()
  return {
    async watch(what, work) {
      try {
        const result = await work()
        told.delete(what)
        return result
      } catch (error) {
        if (!told.has(what)) tell(what, codeOf(error))
        told.add(what)
        throw error
      }
    }
  }
}
