import type { RotationHook } from '../../model.ts'
import { callService, hopeless } from './service.ts'

export interface VaultHookOptions {
  readonly name: string
  /** https://vault.example:8200 */
  readonly url: string
  /** Read for each call. */
  readonly token: () => Promise<string>
  /** Of Vault Enterprise; null: the root. */
  readonly namespace: string | null
  readonly completes: boolean
}

/** Only what rotates: `database/rotate-role/NAME`, `ldap/rotate-role/NAME`, `aws/config/rotate-root`. */
const rotates = /^(?:[A-Za-z0-9._-]+\/)+rotate(?:-role|-root)?(?:\/[A-Za-z0-9._-]+)*$/

/**
 * HashiCorp Vault or OpenBao: `POST /v1/MOUNT/rotate-role/NAME`, after which the store has the new value. A dry run reads the static role, which it
 * may, and asks for nothing else. Vault knows no ids of orders: what became of one that was not answered, nobody tries to find out by another.
 */
export function createVaultHook({ name, url, token, namespace, completes }: VaultHookOptions): RotationHook {
  async function call(method: 'GET' | 'POST', path: string): Promise<void> {
    const headers = {
      'x-vault-token': await token(),
      'x-vault-request': 'true',
      ...(namespace === null ? {} : { 'x-vault-namespace': namespace })
    }
    await callService(name, { method, url: new URL(`${url.replace(/\/$/, '')}/v1/${path}`), headers })
  }
  /** Engines call them differently: database/static-roles/NAME, ldap/static-role/NAME. */
  function readRole(path: string): Promise<void> {
    const read = (kind: string) => call('GET', path.replace('/rotate-role/', `/${kind}/`))
    return read('static-roles').catch((error) => read('static-role').catch(() => Promise.reject(error)))
  }
  function checked(target: string): string {
    if (rotates.test(target) && !target.includes('..')) return target
    throw hopeless(`the target of ${name} is no path of Vault that rotates: database/rotate-role/NAME`)
  }
  return {
    name,
    repeatable: false,
    completes,
    async plan({ target }) {
      const path = checked(target)
      if (path.includes('/rotate-role/')) await readRole(path)
      return `would post to ${path} of ${name}`
    },
    run: async ({ target }) => call('POST', checked(target))
  }
}
