import { byMember, type Found, nameOf } from './found.ts'
import { ask, type Store } from './store.ts'

export interface VaultOptions {
  /** https://vault.example:8200 */
  readonly url: string
  readonly token: string
  /** Of Vault Enterprise; null: the root. */
  readonly namespace: string | null
  /** Where the engine KV, version 2, is mounted. */
  readonly mount: string
  /** Only what lies below; empty: everything. */
  readonly path: string
}

interface Metadata {
  readonly data: {
    readonly current_version: number
    readonly created_time: string
    readonly custom_metadata: Readonly<Record<string, string>> | null
    readonly versions: Readonly<Record<string, { created_time: string; deletion_time: string; destroyed: boolean }>>
  }
}

/** Old ones are not valid any more, mostly: some are enough to recognise them. */
const mostVersions = 5

/** Secrets in HashiCorp Vault or OpenBao, engine KV version 2: one for each key of each path. */
export async function* readVault({ url, token, namespace, mount, path }: VaultOptions): Found {
  const headers = {
    'x-vault-token': token,
    'x-vault-request': 'true',
    ...(namespace === null ? {} : { 'x-vault-namespace': namespace })
  }
  const store: Store = { name: 'Vault', url, headers: () => headers }
  for await (const secret of pathsBelow(store, mount, path.replace(/^\/|\/$/g, ''))) {
    const metadata = await ask<Metadata>(store, { path: `/v1/${mount}/metadata/${encodePath(secret)}`, mayMiss: true })
    if (metadata === null) continue
    const { current_version: current, created_time: created, custom_metadata: custom, versions } = metadata.data
    const numbers = Object.entries(versions)
      .filter(([, { destroyed, deletion_time: deleted }]) => !destroyed && deleted === '')
      .map(([number]) => Number(number))
      .sort((a, b) => b - a)
      .slice(0, mostVersions)
    const read = []
    for (const number of numbers) {
      const found = await ask<{ data: { data: Record<string, unknown> | null } }>(store, {
        path: `/v1/${mount}/data/${encodePath(secret)}?version=${number}`,
        mayMiss: true
      })
      const members = Object.entries(found?.data.data ?? {}).flatMap(([name, value]) =>
        value === null || value === ''
          ? []
          : [[name, typeof value === 'string' ? value : JSON.stringify(value)] as const]
      )
      read.push({
        id: String(number),
        state: stateOf(number, current),
        created: versions[number].created_time,
        members
      })
    }
    yield* byMember(
      (member) => ({
        name: nameOf(mount, `${secret}#${member}`),
        description: custom?.description ?? null,
        storedIn: `vault:${mount}/${secret}#${member}`,
        created,
        rotation: { method: 'vault', last: versions[current]?.created_time ?? null }
      }),
      read
    )
  }
}

function stateOf(number: number, current: number): 'current' | 'previous' | 'retired' {
  return number === current ? 'current' : number === current - 1 ? 'previous' : 'retired'
}

async function* pathsBelow(store: Store, mount: string, folder: string): AsyncGenerator<string> {
  const below = folder === '' ? '' : `/${encodePath(folder)}`
  const listed = await ask<{ data: { keys: string[] } }>(store, {
    path: `/v1/${mount}/metadata${below}?list=true`,
    mayMiss: true
  })
  if (listed === null) {
    // A secret itself.
    if (folder !== '') yield folder
    return
  }
  for (const key of listed.data.keys) {
    const whole = folder === '' ? key : `${folder}/${key}`
    if (key.endsWith('/')) yield* pathsBelow(store, mount, whole.slice(0, -1))
    else yield whole
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
