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
  /** Why it is not to be looked for in texts. */
  readonly refused: string | null
}

/** Secrets of a store, one by one. Rejects with `INPUT_FAILED`, whose message holds nothing that the store answered. */
export type Found = AsyncIterable<FoundSecret>

/** Members of structured secrets that say where and who, and stand in every log. */
const harmless =
  /^(?:.*[_.-])?(user(_?name)?|login|email|host(_?name)?|port|db(_?name)?|database|dbinstanceidentifier|dbclusteridentifier|engine|schema|region|endpoint|url|uri|name|type|version|account(_?id)?|client_?id|tenant_?id|issuer|ca(\.crt)?|tls\.crt|certificate|public_?key|namespace|enabled|created(_?at)?|expires(_?at)?)$/i

/** Why the member of this name is not to be looked for; null: it is. A URL that holds a password is one. */
export function harmlessMember(name: string, value: string): string | null {
  if (/:\/\/[^/\s]*:[^/\s]+@/.test(value) || /hook/i.test(name)) return null
  return harmless.test(name) ? 'its name says that it is no secret' : null
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

/** One secret for each member; a version that lacks a member is left out of that one. */
export function byMember(
  base: (member: string | null) => FoundSecret['entry'],
  versions: readonly (Omit<FoundVersion, 'value' | 'refused'> & {
    /** Members, or one value under the empty name. */
    readonly members: readonly (readonly [name: string, value: string | Buffer])[]
  })[]
): FoundSecret[] {
  const names = [...new Set(versions.flatMap(({ members }) => members.map(([name]) => name)))]
  return names.map((name) => ({
    entry: base(name === '' ? null : name),
    versions: versions.flatMap(({ members, ...version }) =>
      members
        .filter(([own]) => own === name)
        .map(([, value]) => ({
          ...version,
          value: Buffer.from(value),
          refused: harmlessMember(name, value.toString())
        }))
    )
  }))
}
