import type { Check, Hints } from '../../model.ts'
import { jsonObject } from './readable.ts'

type Members = Readonly<Record<string, unknown>>

/** A token that is a JSON object in base64 behind a prefix, up to the next dot. */
export interface TokenJson {
  readonly name: string
  readonly description: string
  readonly prefix: RegExp
  /** Member names that the issuer writes, in any order; one of each group must be there. */
  readonly members: readonly (readonly string[])[]
  readonly hints?: (members: Members) => Hints
}

export function tokenJson({ name, description, prefix, members, hints }: TokenJson): Check {
  const read = (secret: string): Members | null => {
    if (!prefix.test(secret)) return null
    const object = jsonObject(secret.replace(prefix, '').split('.', 1)[0])
    return object !== null && members.every((group) => group.some((member) => Object.hasOwn(object, member)))
      ? object
      : null
  }
  return {
    name,
    description,
    check: (secret) => (read(secret) === null ? 'fail' : 'pass'),
    hints(secret) {
      const object = read(secret)
      return object === null || hints === undefined ? {} : hints(object)
    }
  }
}
