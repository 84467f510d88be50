import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeStore {
  readonly url: string
  /** What did not fit the documented API. */
  readonly faults: string[]
  /** The next requests are answered so; 0: cut off in the middle. */
  readonly answerNext: number[]
  close(): Promise<void>
}

type Answer = { readonly status: number; readonly body?: unknown }
type Handler = (request: IncomingMessage, url: URL, body: string, fault: (what: string) => Answer) => Answer

async function serve(handle: Handler): Promise<FakeStore> {
  const faults: string[] = []
  const answerNext: number[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://x')
      const fault = (what: string): Answer => {
        faults.push(`${request.method} ${request.url}: ${what}`)
        return { status: 400 }
      }
      const next = answerNext.shift()
      if (next === 0) {
        response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy())
        return
      }
      const { status, body = {} } =
        next === undefined ? handle(request, url, Buffer.concat(chunks).toString(), fault) : { status: next }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    answerNext,
    close: () => new Promise((resolve) => server.close(() => resolve()))
  }
}

/** Vault's KV version 2 (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2): versions of secrets by path, oldest first. */
export function fakeVault(
  token: string,
  mount: string,
  secrets: Record<string, Record<string, unknown>[]>
): Promise<FakeStore> {
  const created = (number: number) => `2026-0${number}-01T00:00:00.5Z`
  return serve((request, url, _, fault) => {
    if (request.headers['x-vault-token'] !== token) return { status: 403, body: { errors: ['permission denied'] } }
    if (request.headers['x-vault-request'] !== 'true') return fault('without x-vault-request')
    const [, kind, path = ''] = new RegExp(`^/v1/${mount}/(metadata|data)(?:/(.*))?$`).exec(url.pathname) ?? []
    const name = decodeURIComponent(path)
    if (kind === 'metadata' && url.searchParams.get('list') === 'true') {
      const below = Object.keys(secrets).filter((one) => name === '' || one.startsWith(`${name}/`))
      const keys = below.map((one) => one.slice(name === '' ? 0 : name.length + 1).replace(/\/.*/, '/'))
      return keys.length === 0
        ? { status: 404, body: { errors: [] } }
        : { status: 200, body: { data: { keys: [...new Set(keys)] } } }
    }
    const versions = secrets[name]
    if (versions === undefined) return { status: 404, body: { errors: [] } }
    if (kind === 'metadata') {
      const described = versions.map((_, i) => [
        String(i + 1),
        { created_time: created(i + 1), deletion_time: '', destroyed: false }
      ])
      return {
        status: 200,
        body: {
          data: {
            current_version: versions.length,
            created_time: created(1),
            custom_metadata: { description: 'of the orders' },
            versions: {
              ...Object.fromEntries(described),
              9: { created_time: created(9), deletion_time: '', destroyed: true }
            }
          }
        }
      }
    }
    const version = Number(url.searchParams.get('version'))
    if (!(version >= 1 && version <= versions.length)) return fault('no such version')
    return {
      status: 200,
      body: { data: { data: versions[version - 1], metadata: { version, created_time: created(version) } } }
    }
  })
}

/** AWS Secrets Manager (docs.aws.amazon.com/secretsmanager/latest/apireference), JSON 1.1 with Signature Version 4, two secrets a page. */
export function fakeAws(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string },
  secrets: (Record<string, unknown> & { ARN: string; values: Record<string, object> })[]
): Promise<FakeStore> {
  return serve((request, url, body, fault) => {
    const { headers } = request
    const mistake = signatureMistake(request, url, body, credentials)
    if (mistake !== null) return fault(mistake)
    if (request.method !== 'POST' || headers['content-type'] !== 'application/x-amz-json-1.1') return fault('no call')
    const asked = JSON.parse(body)
    if (headers['x-amz-target'] === 'secretsmanager.ListSecrets') {
      const from = asked.NextToken === undefined ? 0 : Number(asked.NextToken)
      const page = secrets.slice(from, from + 2).map(({ values: _, ...listed }) => listed)
      const next = from + 2 < secrets.length ? { NextToken: String(from + 2) } : {}
      return asked.MaxResults > 100 ? fault('MaxResults') : { status: 200, body: { SecretList: page, ...next } }
    }
    if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return fault('no such target')
    const value = secrets.find(({ ARN }) => ARN === asked.SecretId)?.values[asked.VersionId]
    return value === undefined
      ? fault('no such version')
      : { status: 200, body: { VersionId: asked.VersionId, CreatedDate: 1770000000.25, ...value } }
  })
}

/** Signs what came again, as the documentation of Signature Version 4 has it. */
function signatureMistake(
  { method, headers }: IncomingMessage,
  url: URL,
  body: string,
  { accessKeyId, secretAccessKey, sessionToken }: { accessKeyId: string; secretAccessKey: string; sessionToken: string }
): string | null {
  const [, key, day, region, service, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? ''
    ) ?? []
  if (key !== accessKeyId || headers['x-amz-security-token'] !== sessionToken) return 'other credentials'
  const time = String(headers['x-amz-date'])
  if (!/^\d{8}T\d{6}Z$/.test(time) || !time.startsWith(day) || service !== 'secretsmanager') return 'scope'
  if (!['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'].every((name) => names.split(';').includes(name)))
    return 'not all headers are signed'
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = `${method}\n${url.pathname}\n\n${lines.join('')}\n${names}\n${hash(body)}`
  const text = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/${service}/aws4_request\n${hash(canonical)}`
  const mac = (secret: Buffer | string, message: string) => createHmac('sha256', secret).update(message).digest()
  const signing = mac(mac(mac(mac(`AWS4${secretAccessKey}`, day), region), service), 'aws4_request')
  return mac(signing, text).toString('hex') === signature ? null : 'signature'
}

/** Azure Key Vault, secrets 7.4 (learn.microsoft.com/rest/api/keyvault/secrets), one to a page: versions by name, oldest first. */
export function fakeAzure(
  token: string,
  secrets: Record<string, { value: string; enabled?: boolean; exp?: number }[]>
): Promise<FakeStore> {
  return serve((request, url, _, fault) => {
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401 }
    if (url.searchParams.get('api-version') !== '7.4') return fault('api-version')
    const base = `http://${request.headers.host}`
    const page = (items: object[]): Answer => {
      const at = Number(url.searchParams.get('$skiptoken') ?? 0)
      const next = at + 1 < items.length ? `${base}${url.pathname}?api-version=7.4&$skiptoken=${at + 1}` : null
      return { status: 200, body: { value: items.slice(at, at + 1), nextLink: next } }
    }
    const attributes = (name: string, i: number) => {
      const { enabled = true, exp } = secrets[name][i]
      return { enabled, created: 1770000000 + i, ...(exp === undefined ? {} : { exp }) }
    }
    if (url.pathname === '/secrets') {
      const items = Object.keys(secrets).map((name) => ({
        id: `${base}/secrets/${name}`,
        attributes: attributes(name, secrets[name].length - 1),
        tags: { environment: 'production' },
        contentType: 'password'
      }))
      return page([...items, { id: `${base}/secrets/certificate`, managed: true, attributes: { enabled: true } }])
    }
    const [, name = '', version = ''] = /^\/secrets\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? []
    if (secrets[name] === undefined) return fault('no such secret')
    if (version === 'versions')
      return page(
        secrets[name].map((_, i) => ({ id: `${base}/secrets/${name}/v${i}`, attributes: attributes(name, i) }))
      )
    const found = secrets[name][Number(version.slice(1))]
    if (found?.enabled === false) return { status: 403 }
    return found === undefined
      ? fault('no such version')
      : { status: 200, body: { value: found.value, id: `${base}${url.pathname}` } }
  })
}

/** Google Cloud's Secret Manager, v1 (cloud.google.com/secret-manager/docs/reference/rest), one to a page: versions newest first. */
export function fakeGcp(
  token: string,
  project: string,
  secrets: Record<string, { value: string; state: string }[]>
): Promise<FakeStore> {
  return serve((request, url, _, fault) => {
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401 }
    const page = (member: string, items: object[]): Answer => {
      if (Number(url.searchParams.get('pageSize')) > 25_000) return fault('pageSize')
      const at = Number(url.searchParams.get('pageToken') ?? 0)
      return {
        status: 200,
        body: { [member]: items.slice(at, at + 1), ...(at + 1 < items.length ? { nextPageToken: String(at + 1) } : {}) }
      }
    }
    const root = `projects/77/secrets`
    if (url.pathname === `/v1/projects/${project}/secrets`) {
      return page(
        'secrets',
        Object.keys(secrets).map((name) => ({
          name: `${root}/${name}`,
          createTime: '2026-01-01T00:00:00.123456Z',
          expireTime: '2027-01-01T00:00:00Z',
          labels: { env: 'staging' },
          rotation: { rotationPeriod: '2592000s' }
        }))
      )
    }
    const [, name = '', rest = ''] = new RegExp(`^/v1/${root}/([^/]+)/versions(.*)$`).exec(url.pathname) ?? []
    if (secrets[name] === undefined) return fault('no such secret')
    if (rest === '')
      return page(
        'versions',
        secrets[name].map(({ state }, i) => ({
          name: `${root}/${name}/versions/${9 - i}`,
          createTime: '2026-02-01T00:00:00Z',
          state
        }))
      )
    const found = secrets[name][9 - Number(/^\/(\d+):access$/.exec(rest)?.[1])]
    if (found?.state !== 'ENABLED') return fault('cannot be accessed')
    return { status: 200, body: { name: 'x', payload: { data: Buffer.from(found.value).toString('base64') } } }
  })
}

/** The API of Kubernetes, core v1, one secret to a page. */
export function fakeKubernetes(token: string, items: object[]): Promise<FakeStore> {
  return serve((request, url, _, fault) => {
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401 }
    if (url.pathname !== '/api/v1/secrets' || !url.searchParams.has('limit')) return fault('path')
    const at = Number(url.searchParams.get('continue') ?? 0)
    return {
      status: 200,
      body: {
        kind: 'SecretList',
        items: items.slice(at, at + 1),
        metadata: at + 1 < items.length ? { continue: String(at + 1) } : {}
      }
    }
  })
}
