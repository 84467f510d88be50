import { byMember, type Found, nameOf } from './found.ts'
import { ask, createPager, type Store } from './store.ts'

export interface AzureOptions {
  /** https://NAME.vault.azure.net */
  readonly url: string
  readonly token: string
}

interface Item {
  readonly id: string
  readonly contentType?: string
  readonly managed?: boolean
  readonly tags?: Readonly<Record<string, string>>
  readonly attributes: { readonly enabled: boolean; readonly created?: number; readonly exp?: number }
}

interface Page {
  readonly value: readonly Item[]
  readonly nextLink?: string | null
}

const version = 'api-version=7.4'
/** Old ones are not valid any more, mostly. */
const mostVersions = 5

/** Secrets in Azure Key Vault. Those that are a certificate's are left out, as are versions that are disabled: their values cannot be read. */
export async function* readAzure({ url, token }: AzureOptions): Found {
  const store: Store = { name: 'Azure Key Vault', url, headers: () => ({ authorization: `Bearer ${token}` }) }
  for await (const item of itemsOf(store, `/secrets?${version}&maxresults=25`)) {
    if (item.managed === true) continue
    const { pathname } = new URL(item.id)
    const own: Item[] = []
    for await (const one of itemsOf(store, `${pathname}/versions?${version}&maxresults=25`)) own.push(one)
    const usable = own
      .filter(({ attributes }) => attributes.enabled)
      .sort((a, b) => (b.attributes.created ?? 0) - (a.attributes.created ?? 0))
      .slice(0, mostVersions)
    const read = []
    for (const [i, { id, attributes }] of usable.entries()) {
      const found = await ask<{ value: string }>(store, { path: `${new URL(id).pathname}?${version}` })
      const state = i === 0 ? ('current' as const) : i === 1 ? ('previous' as const) : ('retired' as const)
      read.push({
        id: id.slice(id.lastIndexOf('/') + 1),
        state,
        created: timeOf(attributes.created),
        members: [['', found?.value ?? ''] as const]
      })
    }
    const { tags = {}, contentType } = item
    const expires = timeOf(usable[0]?.attributes.exp)
    yield* byMember(
      () => ({
        name: nameOf(pathname.slice('/secrets/'.length)),
        description: contentType ?? null,
        storedIn: `azure:${item.id}`,
        application: tags.application ?? null,
        environment: tags.environment ?? null,
        created: timeOf(own.at(-1)?.attributes.created),
        ...(expires === null ? {} : { expires }),
        rotation: { method: 'azure', last: timeOf(usable[0]?.attributes.created) }
      }),
      read
    )
  }
}

/** Pages name their next one by a whole address; only its path is followed. */
async function* itemsOf(store: Store, path: string): AsyncGenerator<Item> {
  const pageAfter = createPager(store)
  for (let next: string | null = path; next !== null; ) {
    const page: Page | null = await ask<Page>(store, { path: next })
    yield* page?.value ?? []
    const link: URL | null = page?.nextLink ? new URL(page.nextLink) : null
    next = pageAfter(link && link.pathname + link.search)
  }
}

function timeOf(seconds: number | undefined): string | null {
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString()
}
