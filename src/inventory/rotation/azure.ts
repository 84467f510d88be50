import type { RotationHook } from '../../model.ts'
import { askService, hopeless } from './service.ts'

export interface AzureHookOptions {
  readonly name: string
  /** https://NAME.vault.azure.net */
  readonly url: string
  /** An access token for https://vault.azure.net; read for each call. */
  readonly token: () => Promise<string>
  readonly completes: boolean
  readonly now: () => number
}

const version = 'api-version=7.4'
const daySeconds = 86_400

interface Version {
  /** Of a secret. */
  readonly id?: string
  /** Of a key. */
  readonly kid?: string
  readonly attributes: { readonly enabled: boolean; readonly created: number }
}

/**
 * Azure Key Vault. `keys/NAME` is rotated by the service. Secrets have no such call: the version in use is made to expire in a day, whereupon
 * Event Grid tells the rotation function (`Microsoft.KeyVault.SecretNearExpiry`), as when it had come of age. No value is read. A dry run asks whether
 * there is such a thing.
 */
export function createAzureHook({ name, url, token, completes, now }: AzureHookOptions): RotationHook {
  async function call<T>(method: 'GET' | 'POST' | 'PATCH', path: string, read: (json: never) => T, body?: object) {
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
    const address = new URL(`${url.replace(/\/$/, '')}/${path}?${version}`)
    return askService(
      name,
      { method, url: address, headers, body: body === undefined ? '' : JSON.stringify(body) },
      read
    )
  }

  function checked(target: string): readonly ['keys' | 'secrets', string] {
    const [, kind, what] = /^(keys|secrets)\/([A-Za-z0-9-]{1,127})$/.exec(target) ?? []
    if (what !== undefined) return [kind as 'keys' | 'secrets', what]
    throw hopeless(`the target of ${name} is secrets/NAME or keys/NAME`)
  }

  /** The path of the version that is in use. */
  async function newest(kind: string, what: string): Promise<string> {
    const versions = await call('GET', `${kind}/${what}/versions`, ({ value }: { value: Version[] }) =>
      value.filter(({ attributes }) => attributes.enabled).sort((a, b) => b.attributes.created - a.attributes.created)
    )
    if (versions.length === 0) throw hopeless(`${what} has no version in ${name}`)
    return new URL(String(versions[0].id ?? versions[0].kid)).pathname.slice(1)
  }

  return {
    name,
    repeatable: false,
    completes,
    async plan({ target }) {
      const [kind, what] = checked(target)
      await newest(kind, what)
      return kind === 'keys' ? `would rotate ${target} in ${name}` : `would make ${target} expire in a day in ${name}`
    },
    async run({ target }) {
      const [kind, what] = checked(target)
      const ignore = (): void => {}
      if (kind === 'keys') return call('POST', `keys/${what}/rotate`, ignore)
      const exp = Math.floor(now() / 1000) + daySeconds
      return call('PATCH', await newest(kind, what), ignore, { attributes: { exp } })
    }
  }
}
