// Imports bring names, dates and fingerprints; never a value, or a part of one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { signAws } from '../../src/inventory/import/sigv4.ts'
import { createPager } from '../../src/inventory/import/store.ts'
import { readListed } from '../../src/inventory/listed.ts'
import { checkInventory } from '../../src/inventory/load.ts'
import { main, run } from '../cli/spawn.ts'
import { type FakeStore, fakeAws, fakeAzure, fakeGcp, fakeKubernetes, fakeVault } from './fake-stores.ts'
import { key } from './listing.ts'

/** Values of no shape, each of them once. */
const value = (n: number) => [`Heron${n}`, 'Quartz', `maple${n * 7}`].join('-')
const values = Array.from({ length: 20 }, (_, n) => value(n))
let folder: string
let keyFile: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logveil-inventory-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `k1:${Buffer.from(key.key).toString('base64')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

function expectNoValue(...outputs: string[]): void {
  for (const output of outputs)
    for (const secret of values)
      for (let at = 0; at + 6 <= secret.length; at++) expect(output).not.toContain(secret.slice(at, at + 6))
}

/** Imports, and checks what comes out: the inventory, and that each value is found with it, by the entry's name. */
async function importInto(name: string, args: string[], env: NodeJS.ProcessEnv, stdin = '') {
  const path = join(folder, name)
  const { stdout, stderr, status } = await run(
    main,
    ['inventory', 'import', ...args, '--key-file', keyFile, '--into', path],
    stdin,
    env
  )
  const text = status === 0 ? readFileSync(path, 'utf8') : ''
  expectNoValue(stdout, stderr, text)
  expect([status, stdout]).toEqual([0, ''])
  const { inventory, mistakes } = checkInventory(text)
  expect(mistakes).toEqual([])
  const redactor = createRedactor({ keys: [key], listed: readListed(path) })
  const entryOf = (n: number) => {
    const { findings } = redactor.redact(Buffer.from(`it is ${value(n)} then`))
    return findings.map(({ hints: { inventory: entry, version } }) => `${entry} ${version}`)[0] ?? null
  }
  return { secrets: inventory?.secrets ?? [], entryOf, stderr, path }
}

const done = async (store: FakeStore) => {
  await store.close()
  expect(store.faults).toEqual([])
}

test('from Vault: keys of all paths, versions told apart; a second import keeps what was written by hand', async () => {
  const versions = [
    { password: value(0), username: value(9) },
    { password: value(1), username: value(9) }
  ]
  const paths: Record<string, Record<string, unknown>[]> = {
    'pay/db': versions,
    'pay/eu/mq': [{ token: value(2), empty: '' }],
    top: [{ pin: 'admin' }]
  }
  const vault = await fakeVault('s.toy', 'kv', paths)
  const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: 's.toy' }
  vault.answerNext.push(503, 0, 429)
  const first = await importInto('vault.yaml', ['vault', '--mount', 'kv'], env)
  expect(first.secrets.map(({ name, storedIn }) => [name, storedIn])).toEqual([
    ['kv/pay/db#password', 'vault:kv/pay/db#password'],
    ['kv/pay/eu/mq#token', 'vault:kv/pay/eu/mq#token'],
    ['kv/top#pin', 'vault:kv/top#pin']
  ])
  expect([0, 1, 2, 9].map(first.entryOf)).toEqual([
    'kv/pay/db#password previous',
    'kv/pay/db#password current',
    'kv/pay/eu/mq#token current',
    null
  ])
  expect(first.secrets[2].versions).toEqual([
    expect.objectContaining({ strength: 'weak', defaultCredential: true, refused: expect.any(String) })
  ])
  expect(first.secrets[0]).toMatchObject({
    description: 'of the orders',
    rotation: { method: 'vault', last: '2026-02-01T00:00:00.5Z' }
  })

  const edited = readFileSync(first.path, 'utf8').replace(
    'storedIn: vault:kv/pay/db#password',
    'owner: team-pay # since May\n    $&'
  )
  writeFileSync(first.path, edited)
  paths['pay/db'] = [{ password: value(1) }, { password: value(3) }]
  const second = await importInto('vault.yaml', ['vault', '--mount', 'kv'], env)
  expect(second.stderr).toContain('0 secrets added, 3 brought up to date')
  expect([0, 1, 3].map(second.entryOf)).toEqual([
    'kv/pay/db#password retired',
    'kv/pay/db#password previous',
    'kv/pay/db#password current'
  ])
  expect(readFileSync(first.path, 'utf8')).toContain('owner: team-pay # since May')
  const refused = await run(main, ['inventory', 'import', 'vault', '--key-file', keyFile], '', {
    ...env,
    VAULT_TOKEN: 'other'
  })
  expect([refused.status, refused.stderr]).toEqual([
    2,
    'logveil: Vault answers with status 403: these credentials may not read secrets\n'
  ])
  await done(vault)
})

test('from AWS Secrets Manager: members of JSON, labels of stages, pages, signed', async () => {
  const credentials = { accessKeyId: 'AKIDTOY', secretAccessKey: 'toy/secret+key', sessionToken: 'toy-session' }
  const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:1:secret:${name}`
  const listed = (name: string, stages: object, stored: Record<string, object>, more = {}) => ({
    ARN: arn(name),
    Name: name,
    CreatedDate: 1760000000.5,
    SecretVersionsToStages: stages,
    values: stored,
    ...more
  })
  const aws = await fakeAws(credentials, [
    listed(
      'shop/db',
      { a: ['AWSCURRENT'], b: ['AWSPREVIOUS'], c: [] },
      {
        a: { SecretString: JSON.stringify({ username: value(9), password: value(4), port: 5432 }) },
        b: { SecretString: JSON.stringify({ username: value(9), password: value(5) }) }
      },
      {
        RotationEnabled: true,
        RotationRules: { AutomaticallyAfterDays: 30 },
        LastRotatedDate: 1765000000,
        Tags: [{ Key: 'Environment', Value: 'production' }]
      }
    ),
    listed('shop/api', { a: ['AWSCURRENT'] }, { a: { SecretString: value(6) } }),
    listed('shop/bin', { a: ['AWSPENDING'] }, { a: { SecretBinary: Buffer.from(value(7)).toString('base64') } })
  ])
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDTOY',
    AWS_SECRET_ACCESS_KEY: 'toy/secret+key',
    AWS_SESSION_TOKEN: 'toy-session'
  }
  const { secrets, entryOf } = await importInto('aws.yaml', ['aws', '--url', aws.url], env)
  expect(secrets.map(({ name }) => name)).toEqual(['shop/db#password', 'shop/api', 'shop/bin'])
  expect([4, 5, 6, 7, 9].map(entryOf)).toEqual([
    'shop/db#password current',
    'shop/db#password previous',
    'shop/api current',
    'shop/bin pending',
    null
  ])
  expect(secrets[0]).toMatchObject({
    environment: 'production',
    created: '2025-10-09T08:53:20.500Z',
    rotation: { method: 'aws', intervalDays: 30, last: '2025-12-06T05:46:40.000Z' }
  })
  await done(aws)
})

test('Signature Version 4 as in its test suite', () => {
  const headers = signAws(
    {
      method: 'POST',
      url: new URL('https://example.amazonaws.com/'),
      body: '',
      headers: {},
      region: 'us-east-1',
      service: 'service',
      now: new Date('2015-08-30T12:36:00Z')
    },
    {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: ['wJalrXUtnFEMI', 'K7MDENG+bPxRfiCYEXAMPLEKEY'].join('/'),
      sessionToken: null
    }
  )
  expect(headers.authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      `Signature=${['5da7c1a2acd57cee7505fc6676e4e544', '621c30862966e37dddb68e92efbe5d6b'].join('')}`
  )
})

test('from Azure Key Vault: newest version first, disabled ones and those of certificates left out, expiry', async () => {
  const azure = await fakeAzure('az', {
    db: [{ value: value(10) }, { value: value(11), enabled: false }, { value: value(12), exp: 1800000000 }],
    mq: [{ value: value(13) }]
  })
  const { secrets, entryOf } = await importInto('azure.yaml', ['azure', '--url', azure.url], {
    AZURE_ACCESS_TOKEN: 'az'
  })
  expect(secrets.map(({ name, expires, environment }) => [name, expires, environment])).toEqual([
    ['db', '2027-01-15T08:00:00.000Z', 'production'],
    ['mq', null, 'production']
  ])
  expect([10, 11, 12, 13].map(entryOf)).toEqual(['db previous', null, 'db current', 'mq current'])
  await done(azure)
})

test('from GCP Secret Manager: enabled versions, period of rotation, expiry', async () => {
  const gcp = await fakeGcp('gc', 'shop', {
    db: [
      { value: value(14), state: 'ENABLED' },
      { value: value(15), state: 'DISABLED' },
      { value: value(16), state: 'ENABLED' }
    ],
    json: [{ value: JSON.stringify({ token: value(17) }), state: 'ENABLED' }]
  })
  const { secrets, entryOf } = await importInto('gcp.yaml', ['gcp', '--url', gcp.url, '--project', 'shop'], {
    GOOGLE_ACCESS_TOKEN: 'gc'
  })
  expect(secrets.map(({ name, expires, rotation }) => [name, expires, rotation.intervalDays])).toEqual([
    ['db', '2027-01-01T00:00:00Z', 30],
    ['json#token', '2027-01-01T00:00:00Z', 30]
  ])
  expect([14, 15, 16, 17].map(entryOf)).toEqual(['db current', null, 'db previous', 'json#token current'])
  await done(gcp)
})

test('from Kubernetes: of the cluster, and of manifests', async () => {
  const secret = (name: string, data: Record<string, string>, more = {}) => ({
    metadata: { name, namespace: 'shop', creationTimestamp: '2026-01-02T03:04:05Z', labels: { app: 'orders' } },
    data: Object.fromEntries(
      Object.entries(data).map(([member, text]) => [member, Buffer.from(text).toString('base64')])
    ),
    ...more
  })
  const helm = secret('sh.helm.release.v1.x', { release: value(9) }, { type: 'helm.sh/release.v1' })
  const kubernetes = await fakeKubernetes('kt', [
    secret('db', { password: `${value(18)}\n`, username: value(9) }),
    helm
  ])
  const { secrets, entryOf } = await importInto('kube.yaml', ['kubernetes', '--url', kubernetes.url], {
    KUBE_TOKEN: 'kt'
  })
  expect(secrets.map(({ name, application, created }) => [name, application, created])).toEqual([
    ['shop/db#password', 'orders', '2026-01-02T03:04:05Z']
  ])
  expect([18, 9].map(entryOf)).toEqual(['shop/db#password current', null])
  await done(kubernetes)
  const list = JSON.stringify({ kind: 'List', items: [{ kind: 'Secret', ...secret('mq', { token: value(19) }) }] })
  const manifest = `kind: Secret\nmetadata: { name: raw }\nstringData:\n  token: ${value(8)}\n---\nkind: ConfigMap\n`
  const listed = await importInto('list.yaml', ['kubernetes'], {}, list)
  expect(listed.entryOf(19)).toBe('shop/mq#token current')
  const raw = await importInto(
    'raw.yaml',
    ['kubernetes', '--owner', 'team-k', '--environment', 'staging'],
    {},
    manifest
  )
  expect([raw.entryOf(8), raw.secrets[0].owner, raw.secrets[0].environment]).toEqual([
    'default/raw#token current',
    'team-k',
    'staging'
  ])
  const broken = await run(main, ['inventory', 'import', 'kubernetes', '--key-file', keyFile], `kind: [${value(8)}`)
  expect([broken.status, broken.stderr]).toEqual([2, 'logveil: the manifests are no valid YAML\n'])
})

test('from dotenv files', async () => {
  const text = [
    '# the shop',
    `export API_TOKEN=${value(0)} # comment`,
    `DB_PASSWORD="${value(1)}"`,
    `DB_HOST=${value(9)}`,
    'EMPTY=',
    'REF=$API_TOKEN',
    `LINES="one\n${value(2)}-longer\nthree"`,
    `URL='postgres://app:${value(3)}@db/x'`
  ].join('\n')
  const { secrets, entryOf } = await importInto('dotenv.yaml', ['dotenv'], {}, text)
  expect(secrets.map(({ name }) => name)).toEqual(
    ['.env#API_TOKEN', '.env#DB_PASSWORD', '.env#LINES', '.env#URL'].map((one) => one.slice(1))
  )
  expect([0, 1, 9].map(entryOf)).toEqual(['env#API_TOKEN current', 'env#DB_PASSWORD current', null])
  const again = await importInto('dotenv.yaml', ['dotenv'], {}, text.replace(value(0), value(5)))
  expect([0, 5].map(again.entryOf)).toEqual(['env#API_TOKEN retired', 'env#API_TOKEN current'])
})

test('a store that names no next page, or the same twice', () => {
  const pageAfter = createPager({ name: 'A store', url: 'http://store.example', headers: () => ({}) })
  expect(['a', undefined, null, '', 'b'].map(pageAfter)).toEqual(['a', null, null, null, 'b'])
  expect(() => pageAfter('a')).toThrow('A store names the same page twice')
})
