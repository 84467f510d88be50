import { byMember, type Found, membersOf, nameOf } from './found.ts'
import { ask, createPager, type Store } from './store.ts'

export interface GcpOptions {
  readonly project: string
  readonly token: string
  /** Default: Google's. */
  readonly url: string | null
}

interface Secret {
  /** projects/NUMBER/secrets/NAME */
  readonly name: string
  readonly createTime: string
  readonly expireTime?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly rotation?: { readonly rotationPeriod?: string; readonly nextRotationTime?: string }
}

interface Version {
  readonly name: string
  readonly createTime: string
  readonly state: string
}

/** Old ones are not valid any more, mostly. */
const mostVersions = 5

/** Secrets in Google Cloud's Secret Manager: one for each member of those that are JSON. */
export async function* readGcp({ project, token, url }: GcpOptions): Found {
  const store: Store = {
    name: 'GCP Secret Manager',
    url: url ?? 'https://secretmanager.googleapis.com',
    headers: () => ({ authorization: `Bearer ${token}` })
  }
  for await (const secret of pagesOf<Secret>(store, `/v1/projects/${encodeURIComponent(project)}/secrets`, 'secrets')) {
    const enabled: Version[] = []
    for await (const one of pagesOf<Version>(store, `/v1/${secret.name}/versions`, 'versions'))
      if (one.state === 'ENABLED' && enabled.length < mostVersions) enabled.push(one)
    const read = []
    for (const [i, { name, createTime }] of enabled.entries()) {
      const found = await ask<{ payload: { data?: string } }>(store, { path: `/v1/${name}:access` })
      const value = Buffer.from(found?.payload.data ?? '', 'base64')
      const state = i === 0 ? ('current' as const) : i === 1 ? ('previous' as const) : ('retired' as const)
      const members = membersOf(value.toString()) ?? [['', value] as const]
      read.push({ id: name.slice(name.lastIndexOf('/') + 1), state, created: createTime, members })
    }
    const { name, createTime, expireTime, labels = {}, rotation } = secret
    yield* byMember((member) => {
      const suffix = member === null ? '' : `#${member}`
      return {
        name: nameOf(`${name.slice(name.lastIndexOf('/') + 1)}${suffix}`),
        storedIn: `gcp:${name}${suffix}`,
        application: labels.application ?? labels.app ?? null,
        environment: labels.environment ?? labels.env ?? null,
        created: createTime,
        ...(expireTime === undefined ? {} : { expires: expireTime }),
        rotation: {
          method: 'gcp',
          intervalDays: daysOf(rotation?.rotationPeriod),
          last: enabled[0]?.createTime ?? null
        }
      }
    }, read)
  }
}

/** `2592000s` */
function daysOf(period: string | undefined): number | null {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(period ?? '') ?? []
  return seconds === undefined ? null : Number(seconds) / 86_400
}

async function* pagesOf<T>(store: Store, path: string, member: string): AsyncGenerator<T> {
  const pageAfter = createPager(store)
  for (let token: string | null = null; ; ) {
    const query = `?pageSize=250${token === null ? '' : `&pageToken=${encodeURIComponent(token)}`}`
    const page = await ask<Record<string, unknown>>(store, { path: path + query })
    yield* (page?.[member] ?? []) as T[]
    token = pageAfter(page?.nextPageToken)
    if (token === null) return
  }
}
