import type { EntryVersion } from '../inventory-schema.ts'
import { byMember, type Found, membersOf, nameOf } from './found.ts'
import { type AwsCredentials, signAws } from './sigv4.ts'
import { ask, createPager, type Store } from './store.ts'

export interface AwsOptions {
  readonly region: string
  readonly credentials: AwsCredentials
  /** Default: that of the region. */
  readonly url: string | null
}

interface Listed {
  readonly ARN: string
  readonly Name: string
  readonly Description?: string
  /** Seconds since 1970. */
  readonly CreatedDate?: number
  readonly LastRotatedDate?: number
  readonly LastChangedDate?: number
  readonly RotationEnabled?: boolean
  readonly RotationRules?: { readonly AutomaticallyAfterDays?: number }
  readonly SecretVersionsToStages?: Readonly<Record<string, readonly string[]>>
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[]
}

/** Secrets in AWS Secrets Manager: one for each member of those that are JSON. Those that are to be deleted are not listed. */
export async function* readAws({ region, credentials, url }: AwsOptions): Found {
  const store: Store = {
    name: 'AWS Secrets Manager',
    url: url ?? `https://secretsmanager.${region}.amazonaws.com`,
    headers: () => ({})
  }
  async function call<T>(target: string, body: object, mayMiss = false): Promise<T | null> {
    const target_ = `secretsmanager.${target}`
    const text = JSON.stringify(body)
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target_ }
    const signed = {
      ...store,
      headers: (request: { method: string; url: URL; body: string }) =>
        signAws({ ...request, headers, region, service: 'secretsmanager', now: new Date() }, credentials)
    }
    return ask<T>(signed, { method: 'POST', path: '/', body: text, mayMiss })
  }
  const pageAfter = createPager(store)
  for (let next: string | null = null; ; ) {
    const page = await call<{ SecretList: Listed[]; NextToken?: string | null }>('ListSecrets', {
      MaxResults: 100,
      ...(next === null ? {} : { NextToken: next })
    })
    for (const secret of page?.SecretList ?? []) {
      const versions = []
      for (const [id, stages] of Object.entries(secret.SecretVersionsToStages ?? {})) {
        const state = stateOf(stages)
        if (state === null) continue
        const found = await call<{ SecretString?: string; SecretBinary?: string; CreatedDate?: number }>(
          'GetSecretValue',
          {
            SecretId: secret.ARN,
            VersionId: id
          }
        )
        const { SecretString: text, SecretBinary: binary = '', CreatedDate: created } = found ?? {}
        const members =
          text === undefined
            ? [['', Buffer.from(binary, 'base64')] as const]
            : (membersOf(text) ?? [['', text] as const])
        versions.push({ id, state, created: timeOf(created), members })
      }
      yield* byMember((member) => entryOf(secret, member), versions)
    }
    next = pageAfter(page?.NextToken)
    if (next === null) return
  }
}

function entryOf(secret: Listed, member: string | null) {
  const { ARN, Name, Description, CreatedDate, LastRotatedDate, RotationEnabled, RotationRules } = secret
  const suffix = member === null ? '' : `#${member}`
  const tags = new Map((secret.Tags ?? []).map(({ Key, Value }) => [Key.toLowerCase(), Value]))
  return {
    name: nameOf(`${Name}${suffix}`),
    description: Description || null,
    storedIn: `aws:${ARN}${suffix}`,
    application: tags.get('application') ?? tags.get('app') ?? null,
    environment: tags.get('environment') ?? tags.get('env') ?? null,
    created: timeOf(CreatedDate),
    rotation: {
      method: RotationEnabled === true ? ('aws' as const) : ('manual' as const),
      intervalDays: RotationRules?.AutomaticallyAfterDays ?? null,
      last: timeOf(LastRotatedDate)
    }
  }
}

/** A version without one of these labels is deprecated, and cannot be read by label. */
function stateOf(stages: readonly string[]): EntryVersion['state'] | null {
  if (stages.includes('AWSCURRENT')) return 'current'
  if (stages.includes('AWSPENDING')) return 'pending'
  return stages.includes('AWSPREVIOUS') ? 'previous' : null
}

function timeOf(seconds: number | undefined): string | null {
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString()
}
