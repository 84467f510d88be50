import type { EntryInput, EntryVersion } from '../inventory-schema.ts'

/** A secret as a store has it. Values live until they are fingerprinted. */
export interface FoundSecret {
  /** What the store knows about it. */
  readonly entry: Pick<
    EntryInput,
    'name' | 'description' | 'storedIn' | 'application' | 'environment' | 'created' | 'expires' | 'status' | 'rotation'
  >
  readonly versions: readonly FoundVersion[]
}

export interface FoundVersion {
  readonly id: string | null
  readonly state: EntryVersion['state']
  readonly created: string | null
  readonly value: Buffer
}

/** Secrets of a store, one by one. Rejects with `INPUT_FAILED`, whose message holds nothing that the store answered. */
export type Found = AsyncIterable<FoundSecret>

/** Members of structured secrets that say where and who, and stand in every log. */
const harmless =
  /^(?:.*[_.-])?(user(_?name)?|login|email|host(_?name)?|port|db(_?name)?|database|dbinstanceidentifier|dbclusteridentifier|engine|schema|region|endpoint|url|uri|name|type|version|account(_?id)?|client_?id|tenant_?id|issuer|ca(\.crt)?|tls\.crt|certificate|public_?key|namespace|enabled|created(_?at)?|expires(_?at)?)$/i

/** Whether a member of this name is no secret. A URL that holds a password is one, and what hooks are called by. */
export function isHarmless(name: string, value: string): boolean {
  return harmless.test(name) && !/:\/\/[^/\s]*:[^/\s]+@/.test(value) && !/hook/i.test(name)
}

/** The members of a value that is a JSON object, as texts; null: it is none, and one secret as a whole. */
export function membersOf(value: string): readonly (readonly [name: string, value: string])[] | null {
  if (!/^\s*\{/.test(value)) return null
  try {
    const members = Object.entries(JSON.parse(value) as Record<string, unknown>)
    return members.flatMap(([name, member]) => {
      const text = typeof member === 'string' ? member : JSON.stringify(member)
      return text === '' || member === null ? [] : [[name, text] as const]
    })
  } catch {
    return null
  }
}

/** Characters that names of entries may not have become a dash. */
export function nameOf(...parts: readonly string[]): string {
  const name = parts.filter((part) => part !== '').join('/')
  return (
    name
      .replace(/[^A-Za-z0-9._:/@+#-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 200) || 'secret'
  )
}

/** One secret for each member that may be one; a version that lacks a member is left out of that one. */
export function byMember(
  entryOf: (member: string | null) => FoundSecret['entry'],
  versions: readonly (Omit<FoundVersion, 'value'> & {
    /** Members, or one value under the empty name. */
    readonly members: readonly (readonly [name: string, value: string | Buffer])[]
  })[]
): FoundSecret[] {
  const found = new Map<string, FoundVersion[]>()
  for (const { members, ...version } of versions) {
    for (const [name, value] of members) {
      if (isHarmless(name, value.toString())) continue
      const own = found.get(name) ?? []
      own.push({ ...version, value: Buffer.from(value) })
      found.set(name, own)
    }
  }
  return [...found].map(([name, own]) => ({ entry: entryOf(name === '' ? null : name), versions: own }))
}
