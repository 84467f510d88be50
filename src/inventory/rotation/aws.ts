import { createHash } from 'node:crypto'
import type { RotationHook } from '../../model.ts'
import { type AwsCredentials, signAws } from '../import/sigv4.ts'
import { askService, hopeless } from './service.ts'

export interface AwsHookOptions {
  readonly name: string
  readonly region: string
  readonly credentials: AwsCredentials
  /** Default: that of the region. */
  readonly url: string | null
  readonly completes: boolean
  readonly now: () => Date
}

/**
 * AWS Secrets Manager: `RotateSecret`, which starts the rotation function of the secret. `ClientRequestToken` is made of the order's id: the service
 * does one order once. A dry run asks `DescribeSecret` whether rotation is set up.
 */
export function createAwsHook({ name, region, credentials, url, completes, now }: AwsHookOptions): RotationHook {
  const address = new URL(url ?? `https://secretsmanager.${region}.amazonaws.com/`)

  function call<T>(operation: string, input: object, read: (json: never) => T): Promise<T> {
    const body = JSON.stringify(input)
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${operation}` }
    const request = { method: 'POST' as const, url: address, body }
    const signed = signAws({ ...request, headers, region, service: 'secretsmanager', now: now() }, credentials)
    return askService(name, { ...request, headers: signed }, read)
  }

  return {
    name,
    repeatable: true,
    completes,
    async plan({ target }) {
      const enabled = await call('DescribeSecret', { SecretId: target }, (secret: { RotationEnabled?: boolean }) => {
        return secret.RotationEnabled === true
      })
      if (!enabled) throw hopeless(`${target} has no rotation function in ${name}`)
      return `would rotate ${target} in ${name}`
    },
    async run({ id, target }) {
      const input = { SecretId: target, ClientRequestToken: tokenOf(id), RotateImmediately: true }
      await call('RotateSecret', input, ({ ARN }: { ARN: string }) => ARN.length)
    }
  }
}

/** 32 to 64 characters, best a UUID. */
function tokenOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
