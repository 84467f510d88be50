import { parseAllDocuments } from 'yaml'
import { LogveilError } from '../../errors.ts'
import { byMember, type Found, type FoundSecret, nameOf } from './found.ts'
import { ask, createPager, type Store } from './store.ts'

export interface KubernetesOptions {
  /** Of the API; http://127.0.0.1:8001 with `kubectl proxy`. */
  readonly url: string
  /** null: the address needs none. */
  readonly token: string | null
  /** null: all. */
  readonly namespace: string | null
}

interface Manifest {
  readonly kind?: string
  readonly type?: string
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly resourceVersion?: string
    readonly creationTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly data?: Readonly<Record<string, string>> | null
  readonly stringData?: Readonly<Record<string, string>> | null
  readonly items?: readonly Manifest[]
}

/** What Helm keeps of its releases is no secret, only stored as one. */
const noSecrets = ['helm.sh/release.v1', 'bootstrap.kubernetes.io/token-config']
const pageSize = 500

/** Secrets of a cluster: one for each key of their data. */
export async function* readKubernetes({ url, token, namespace }: KubernetesOptions): Found {
  const store: Store = {
    name: 'Kubernetes',
    url,
    headers: () => (token === null ? {} : { authorization: `Bearer ${token}` })
  }
  const path = namespace === null ? '/api/v1/secrets' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`
  const pageAfter = createPager(store)
  for (let next: string | null = null; ; ) {
    const query = `?limit=${pageSize}${next === null ? '' : `&continue=${encodeURIComponent(next)}`}`
    const page = await ask<{ items: Manifest[]; metadata: { continue?: string } }>(store, { path: path + query })
    for (const item of page?.items ?? []) yield* secretsIn({ ...item, kind: 'Secret' })
    next = pageAfter(page?.metadata.continue)
    if (next === null) return
  }
}

/** Of manifests, or what `kubectl get secrets -o yaml` (or json) prints. Throws `INPUT_FAILED`. */
export async function* readManifests(text: string): Found {
  for (const document of parseAllDocuments(text, { prettyErrors: false })) {
    // Its messages quote what stands there.
    if ('errors' in document && document.errors.length > 0)
      throw new LogveilError('INPUT_FAILED', 'the manifests are no valid YAML')
    const manifest = document.toJS() as Manifest | null
    for (const one of manifest?.items ?? [manifest]) if (one?.kind === 'Secret') yield* secretsIn(one)
  }
}

function secretsIn({ type = 'Opaque', metadata = {}, data, stringData }: Manifest): FoundSecret[] {
  if (noSecrets.includes(type)) return []
  const { name = 'unnamed', namespace = 'default', creationTimestamp: created = null, labels = {} } = metadata
  const members = [
    ...Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(String(value), 'base64')] as const),
    ...Object.entries(stringData ?? {}).map(([key, value]) => [key, String(value)] as const)
  ].filter(([, value]) => value.length > 0)
  return byMember(
    (member) => ({
      name: nameOf(namespace, `${name}#${member}`),
      storedIn: `kubernetes:${namespace}/${name}#${member}`,
      application: labels['app.kubernetes.io/name'] ?? labels.app ?? null,
      created
    }),
    [{ id: null, state: 'current', created, members }]
  )
}
