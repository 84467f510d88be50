// Rotation hooks against fakes of what they call: what is sent, what a dry run leaves alone, what is told of refusals.
import { createHmac } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { signAws } from '../../src/inventory/import/sigv4.ts'
import { createAwsHook } from '../../src/inventory/rotation/aws.ts'
import { createAzureHook } from '../../src/inventory/rotation/azure.ts'
import { createCommandHook } from '../../src/inventory/rotation/command.ts'
import { createVaultHook } from '../../src/inventory/rotation/vault.ts'
import { createWebhookHook } from '../../src/inventory/rotation/webhook.ts'
import type { RotationOrder } from '../../src/model.ts'
import { temporaryDirectory } from '../cli/spawn.ts'

const order: RotationOrder = {
  id: '00c0ffee00c0ffee.3',
  ticket: '00c0ffee00c0ffee',
  secret: 'pay/db',
  target: '',
  actor: 'ada',
  reason: 'leaked'
}
const private_ = ['not', 'to', 'be', 'told'].join('-')
const servers: Server[] = []

interface Got {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers by what `answer` says: a status, or what is sent as JSON with 200. */
async function fake(answer: (got: Got) => number | object): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one = {
      method: String(request.method),
      url: String(request.url),
      headers: request.headers,
      body: Buffer.concat(chunks).toString()
    }
    got.push(one)
    const said = answer(one)
    if (typeof said === 'number') response.writeHead(said, { location: '/elsewhere' }).end(`{"echo":"${private_}"}`)
    else response.end(JSON.stringify(said))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got }
}

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

const brief = (got: readonly Got[]) => got.map(({ method, url, body }) => `${method} ${url} ${body}`.trim())

test('command: the order in its environment, nothing of ours, no output; a dry run does not start it', async () => {
  const { path, remove } = temporaryDirectory()
  const program = path('rotate')
  writeFileSync(program, `#!/bin/sh\nenv > '${path('seen')}'\necho "$1" >> '${path('seen')}'\nexit "\${2:-0}"\n`)
  chmodSync(program, 0o755)
  process.env.LOGVEIL_TEST_PRIVATE = private_
  const hook = createCommandHook({ name: 'mine', command: [program, 'x y; $(z)'], completes: true })
  expect(await hook.plan({ ...order, target: 'db' })).toBe('would run the command of mine for db')
  expect(() => readFileSync(path('seen'))).toThrow()
  await hook.run({ ...order, target: 'db' })
  const seen = readFileSync(path('seen'), 'utf8')
  for (const line of [
    'LOGVEIL_ROTATION_ID=00c0ffee00c0ffee.3',
    'LOGVEIL_TICKET=00c0ffee00c0ffee',
    'LOGVEIL_SECRET=pay/db',
    'LOGVEIL_TARGET=db',
    'x y; $(z)'
  ])
    expect(seen.split('\n')).toContain(line)
  expect(seen).not.toContain(private_)
  delete process.env.LOGVEIL_TEST_PRIVATE
  const failing = createCommandHook({ name: 'mine', command: [program, 'a', '3'], completes: true })
  await expect(failing.run(order)).rejects.toMatchObject({
    message: 'the command of mine ends with 3',
    retryable: false
  })
  const missing = createCommandHook({ name: 'mine', command: [path('no')], completes: true })
  await expect(missing.plan(order)).rejects.toMatchObject({ message: /is not there/ })
  await expect(missing.run(order)).rejects.toMatchObject({ message: /is not there/ })
  remove()
})

test('webhook: an order that is signed, under one id; nothing in a dry run', async () => {
  const { url, got } = await fake(() => 202)
  const key = Buffer.alloc(32, 7)
  const now = () => Date.UTC(2026, 0, 1)
  const hook = createWebhookHook({
    name: 'mine',
    url: `${url}/x?y=1`,
    keys: [key],
    headers: { 'x-a': 'b' },
    completes: false,
    now
  })
  expect(await hook.plan({ ...order, target: 'db' })).toBe('would post to mine for db')
  expect(got).toEqual([])
  await hook.run({ ...order, target: 'db' })
  const [{ method, url: path, headers, body }] = got
  expect([method, path, headers['x-a'], headers['webhook-id']]).toEqual(['POST', '/x?y=1', 'b', order.id])
  const signed = `${order.id}.${headers['webhook-timestamp']}.${body}`
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  expect(JSON.parse(body)).toEqual({
    type: 'logveil.rotation.requested',
    timestamp: '2026-01-01T00:00:00.000Z',
    data: { ...order, target: 'db' }
  })
})

test('Vault: rotate-role, after a look at the role; other paths are refused before anything is sent', async () => {
  const { url, got } = await fake(({ url, method }) =>
    method === 'GET' && url.includes('static-roles') ? { data: {} } : 204
  )
  const token = async () => 'a-token'
  const hook = createVaultHook({ name: 'vault', url: `${url}/`, token, namespace: 'team', completes: true })
  expect(await hook.plan({ ...order, target: 'database/rotate-role/app' })).toBe(
    'would post to database/rotate-role/app of vault'
  )
  await hook.run({ ...order, target: 'database/rotate-role/app' })
  expect(brief(got)).toEqual(['GET /v1/database/static-roles/app', 'POST /v1/database/rotate-role/app'])
  expect([got[1].headers['x-vault-token'], got[1].headers['x-vault-namespace']]).toEqual(['a-token', 'team'])
  for (const target of [
    'secret/data/x',
    'database/../sys/rotate',
    'sys/seal',
    '/database/rotate-role/x',
    'rotate-role?x',
    ''
  ]) {
    await expect(hook.plan({ ...order, target }), target).rejects.toMatchObject({ message: /is no path of Vault/ })
    await expect(hook.run({ ...order, target }), target).rejects.toMatchObject({ message: /is no path of Vault/ })
  }
  expect(got).toHaveLength(2)
})

test('AWS: RotateSecret, signed, with a token of the order; a dry run asks whether there is a rotation function', async () => {
  let enabled = true
  const { url, got } = await fake(({ headers }) =>
    headers['x-amz-target'] === 'secretsmanager.DescribeSecret'
      ? { RotationEnabled: enabled }
      : { ARN: 'arn', Name: 'n' }
  )
  const credentials = { accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'session' }
  const now = () => new Date(Date.UTC(2026, 0, 1))
  const hook = createAwsHook({ name: 'aws', region: 'eu-west-1', credentials, url: `${url}/`, completes: false, now })
  expect(await hook.plan({ ...order, target: 'pay' })).toBe('would rotate pay in aws')
  await hook.run({ ...order, target: 'pay' })
  await hook.run({ ...order, target: 'pay' })
  const [describe, rotate, again] = got
  expect(JSON.parse(describe.body)).toEqual({ SecretId: 'pay' })
  const { ClientRequestToken, ...input } = JSON.parse(rotate.body)
  expect(input).toEqual({ SecretId: 'pay', RotateImmediately: true })
  expect(ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/)
  expect(JSON.parse(again.body).ClientRequestToken).toBe(ClientRequestToken)
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.RotateSecret' }
  const request = { method: 'POST', url: new URL(`${url}/`), body: rotate.body, headers, now: now() }
  const signed = signAws({ ...request, region: 'eu-west-1', service: 'secretsmanager' }, credentials)
  expect(rotate.headers).toMatchObject(signed)
  enabled = false
  await expect(hook.plan({ ...order, target: 'pay' })).rejects.toMatchObject({
    message: 'pay has no rotation function in aws'
  })
})

test('Azure: a key is rotated, a secret expires in a day; no value is read', async () => {
  const versions = (kind: string, id: string) => ({
    value: [
      { [id]: `https://v/${kind}/db/old`, attributes: { enabled: true, created: 1 } },
      { [id]: `https://v/${kind}/db/new`, attributes: { enabled: true, created: 3 } },
      { [id]: `https://v/${kind}/db/off`, attributes: { enabled: false, created: 4 } }
    ]
  })
  const { url, got } = await fake(({ url }) =>
    url.startsWith('/secrets/db/versions')
      ? versions('secrets', 'id')
      : url.startsWith('/keys/db/versions')
        ? versions('keys', 'kid')
        : {}
  )
  const now = () => 1000 * 1000
  const hook = createAzureHook({ name: 'azure', url, token: async () => 't', completes: false, now })
  expect(await hook.plan({ ...order, target: 'secrets/db' })).toBe('would make secrets/db expire in a day in azure')
  expect(await hook.plan({ ...order, target: 'keys/db' })).toBe('would rotate keys/db in azure')
  expect(got.every(({ method }) => method === 'GET')).toBe(true)
  got.length = 0
  await hook.run({ ...order, target: 'secrets/db' })
  await hook.run({ ...order, target: 'keys/db' })
  expect(brief(got)).toEqual([
    'GET /secrets/db/versions?api-version=7.4',
    'PATCH /secrets/db/new?api-version=7.4 {"attributes":{"exp":87400}}',
    'POST /keys/db/rotate?api-version=7.4'
  ])
  expect(got[1].headers.authorization).toBe('Bearer t')
  await expect(hook.run({ ...order, target: 'certificates/db' })).rejects.toMatchObject({
    message: /is secrets\/NAME or keys\/NAME/
  })
})

test.each([
  [500, true],
  [429, true],
  [400, false],
  [403, false],
  [302, false]
])('%d is told by its status, without what was answered; it can be tried again: %s', async (status, retryable) => {
  const { url } = await fake(() => status)
  const hook = createVaultHook({ name: 'vault', url, token: async () => 't', namespace: null, completes: true })
  const error = await hook.run({ ...order, target: 'database/rotate-role/app' }).catch((error) => error)
  expect(error).toMatchObject({ code: 'DELIVERY_FAILED', message: `vault answers ${status}`, retryable })
  expect(JSON.stringify(error) + error.stack).not.toContain(private_)
  const closed = createWebhookHook({
    name: 'w',
    url: 'http://127.0.0.1:1',
    keys: [],
    headers: {},
    completes: false,
    now: Date.now
  })
  await expect(closed.run(order)).rejects.toMatchObject({ message: 'w does not answer (connection)', retryable: true })
})
