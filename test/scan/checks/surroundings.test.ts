import { describe, expect, test } from 'vitest'
import type { Surroundings } from '../../../src/model.ts'
import { urlAround } from '../../../src/scan/checks/around.ts'
import { passwordHost } from '../../../src/scan/checks/host-around.ts'
import { checks } from '../../../src/scan/checks/index.ts'

/** A text with the secret between guillemets. */
function cut(text: string): { secret: string; around: Surroundings } {
  const [before, secret, after] = text.split(/[«»]/)
  return {
    secret,
    around: {
      before: (bytes) => before.slice(Math.max(0, before.length - bytes)),
      after: (bytes) => after.slice(0, bytes)
    }
  }
}

function judged(name: string, text: string): [verdict: string, hints: object | undefined] {
  const { secret, around } = cut(text)
  return [checks[name].check(secret, around), checks[name].hints?.(secret, around)]
}

describe('signed-url', () => {
  const hex = (length: number) => '0a9f'.repeat(length / 4)
  const base64 = (size: number) => Buffer.alloc(size, 0xb7).toString('base64')
  const aws = (signature: string) =>
    `GET https://acme.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${keyId}%2F20260302%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260302T235950Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=«${signature}»&x-id=GetObject 200`
  /** Account 609629065308 in bits 1 to 40 of the ten bytes. */
  const bits = ((1n << 79n) | (609629065308n << 39n)).toString(2)
  const keyId = [
    'ASIA',
    ...(bits.match(/.{5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
  ].join('')
  const facts = { host: 'acme.s3.eu-west-1.amazonaws.com', account: '609629065308', region: 'eu-west-1', service: 's3' }

  test('of AWS, with date and seconds', () => {
    expect(judged('signed-url', aws(hex(64)))).toEqual(['pass', { ...facts, expires: '2026-03-03T00:14:50Z' }])
    expect(judged('signed-url', aws(hex(60)))).toEqual(['fail', facts])
    expect(judged('signed-url', aws(hex(64).replace('f', 'g')))).toEqual(['fail', facts])
  })

  const sas = (se: string, signature = encodeURIComponent(base64(32)), rest = 'sv=2024-11-04&sr=b&') =>
    `PUT https://acct.blob.core.windows.net/c/b?${rest}sig=«${signature}»&se=${se}&sp=r done`
  const account = { host: 'acct.blob.core.windows.net' }

  test.each([
    ['2026-03-02T11%3A00%3A00Z', '2026-03-02T11:00:00Z'],
    ['2026-03-02T11:00:00Z', '2026-03-02T11:00:00Z'],
    ['2026-03-02T11%253A00Z', '2026-03-02T11:00:00Z'],
    ['2026-03-02T11:00:00.1234567Z', '2026-03-02T11:00:00Z'],
    ['2026-03-02', '2026-03-02T00:00:00Z'],
    ['1900000000', '2030-03-17T17:46:40Z']
  ])('of Azure until %s', (se, expires) => {
    expect(judged('signed-url', sas(se))).toEqual(['pass', { ...account, expires }])
  })

  test('of Azure without a time that can be read, cut short, or in another form', () => {
    expect(judged('signed-url', sas('tomorrow'))).toEqual(['pass', account])
    expect(judged('signed-url', sas('2026-13-02'))).toEqual(['pass', account])
    expect(judged('signed-url', sas('2026-03-02', base64(30)))).toEqual(['fail', account])
    // Bits behind the last byte: no encoder writes them.
    expect(judged('signed-url', sas('2026-03-02', `${'t7e3'.repeat(10)}t7f=`))).toEqual(['fail', account])
    expect(judged('signed-url', `SharedAccessSignature=sv=2023-01-03&ss=b&sig=«${base64(32)}»&se=2026-03-02;`)).toEqual(
      ['pass', { expires: '2026-03-02T00:00:00Z' }]
    )
    expect(
      judged('signed-url', `SharedAccessSignature sr=sb%3a%2f%2fns&sig=«${base64(32)}»&se=1900000000&skn=Root`)
    ).toEqual(['pass', { expires: '2030-03-17T17:46:40Z' }])
    expect(
      judged(
        'signed-url',
        `https://prod.westeurope.logic.azure.com/x?sp=%2Ftriggers%2Frun&sv=1.0&sig=«${Buffer.alloc(32, 0xb7).toString('base64url')}»`
      )
    ).toEqual(['pass', { host: 'prod.westeurope.logic.azure.com' }])
  })

  test.each([
    [
      'Google V4',
      `https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date=20240229T000000Z&X-Goog-Expires=86400&X-Goog-Signature=«${hex(512)}»`,
      { host: 'storage.googleapis.com', expires: '2024-03-01T00:00:00Z' }
    ],
    [
      'Google V2',
      `https://storage.googleapis.com/b/o?GoogleAccessId=sa@p.iam.gserviceaccount.com&Expires=1900000000&Signature=«${encodeURIComponent(base64(256))}»`,
      { expires: '2030-03-17T17:46:40Z' }
    ],
    [
      'S3 V2',
      `https://b.s3.amazonaws.com/k?AWSAccessKeyId=x&Signature=«${encodeURIComponent(base64(20))}»&Expires=1900000000`,
      { host: 'b.s3.amazonaws.com', expires: '2030-03-17T17:46:40Z' }
    ],
    [
      'Alibaba V1',
      `https://b.oss-cn-x.aliyuncs.com/k?OSSAccessKeyId=x&Expires=1900000000&Signature=«${base64(20)}»`,
      { host: 'b.oss-cn-x.aliyuncs.com', expires: '2030-03-17T17:46:40Z' }
    ],
    [
      'Alibaba V4',
      `https://b.aliyuncs.com/k?x-oss-date=20260302T000000Z&x-oss-expires=60&x-oss-signature=«${hex(64)}»`,
      { host: 'b.aliyuncs.com', expires: '2026-03-02T00:01:00Z' }
    ],
    [
      'Volcengine',
      `https://b.volces.com/k?X-Tos-Date=20260302T000000Z&X-Tos-Expires=60&X-Tos-Signature=«${hex(64)}»`,
      { host: 'b.volces.com', expires: '2026-03-02T00:01:00Z' }
    ],
    [
      'Tencent',
      `https://b.myqcloud.com/k?q-sign-algorithm=sha1&q-ak=x&q-sign-time=1700000000;1900000000&q-signature=«${hex(40)}»`,
      { host: 'b.myqcloud.com', expires: '2030-03-17T17:46:40Z' }
    ],
    [
      'CloudFront',
      `https://d1.cloudfront.net/a?Expires=1900000000&Signature=«${base64(256).replaceAll('+', '-').replaceAll('/', '~').replaceAll('=', '_')}»&Key-Pair-Id=K1`,
      { host: 'd1.cloudfront.net', expires: '2030-03-17T17:46:40Z' }
    ]
  ])('of %s', (_, text, hints) => expect(judged('signed-url', text)).toEqual(['pass', hints]))

  test('with separators that are escaped', () => {
    expect(
      judged(
        'signed-url',
        `"u":"https://h.test/a?x-oss-date=20260302T000000Z\\u0026x-oss-expires=60\\u0026x-oss-signature=«${hex(64)}»"`
      )
    ).toEqual(['pass', { host: 'h.test', expires: '2026-03-02T00:01:00Z' }])
    expect(
      judged(
        'signed-url',
        `<u>https://h.test/a?x-oss-date=20260302T000000Z&amp;x-oss-expires=60&amp;x-oss-signature=«${hex(64)}»</u>`
      )
    ).toEqual(['pass', { host: 'h.test', expires: '2026-03-02T00:01:00Z' }])
    expect(
      judged('signed-url', `to=https%3A%2F%2Fh.test%3Fse%3D2026-03-02%26sv%3D2020-01-01%26sig%3D«${base64(32)}»`)
    ).toEqual(['pass', { expires: '2026-03-02T00:00:00Z' }])
  })

  test('of a scheme that nothing names proves nothing', () => {
    expect(judged('signed-url', `https://cdn.example.test/a.mp4?exp=1&sig=«${hex(32)}»&v=2`)).toEqual([
      'unknown',
      { host: 'cdn.example.test' }
    ])
    expect(checks['signed-url'].check(hex(64))).toBe('unknown')
    expect(judged('signed-url', `X-Amz-Date=20260302T000000Z X-Amz-Expires=1 &X-Amz-Signature=«${hex(64)}»`)).toEqual([
      'unknown',
      {}
    ])
  })
})

describe('the host of a password', () => {
  const hostOf = (text: string) => passwordHost(cut(text).around)

  test.each([
    ['postgres://app:«x»@db.internal:5432/app', 'db.internal'],
    ['mongodb://root:«x»@h1:27017,h2:27017/admin', 'h1'],
    ['redis://:«x»@cache', 'cache'],
    // What stands behind the text itself, in another field, comes behind a line end.
    ['redis://:«x»@cache\n","mail":"a@b.test"}', 'cache'],
    ['https://bob:«x»@api.example.test/users?a=1 failed', 'api.example.test'],
    ['dsn=app:«x»@tcp(db-1:3306)/shop', 'db-1'],
    ['jdbc:oracle:thin:scott/«x»@//db.example.test:1521/orcl', 'db.example.test'],
    ['jdbc:oracle:thin:scott/«x»@db:1521:XE', 'db'],
    ['Server=tcp:Db.Example.Test,1433;Database=app;User Id=app;Password=«x»;Encrypt=true', 'db.example.test'],
    ['Password=«x»;User ID=app;Data Source=db-7', 'db-7'],
    ['host=db user=app password=«x» sslmode=disable', 'db'],
    ['jdbc:postgresql://db:5432/app?user=app&password=«x»&ssl=true', 'db'],
    ['jdbc:sqlserver://db:1433;databaseName=app;user=sa;password=«x»', 'db'],
    ['machine git.example.test login bob password «x»', 'git.example.test'],
    ['mysql -h db-2 -u root -p«x» shop', 'db-2'],
    ["curl -u bob:«x» -H 'a: b' https://api.example.test/v1", 'api.example.test'],
    ['curl --user "bob:«x»" https://api.example.test/v1', 'api.example.test'],
    // Where the password might go on behind the match, nothing is told.
    ['amqp://u:«a»@b/cde@mq/v', null],
    ['https://u:«a»@b?c=d@host.test/', null],
    ['https://u:«a»@b"]c d@host.test/', null],
    ['https://bob:«x»@host.test/users?a=1 to a@b.test', null],
    ['https://u:«a»@S3cret/x', null],
    [`https://u:«a»@${'k'.repeat(31)}/x`, null],
    ['https://u:«a»@-x/', null],
    ['https://u:pa/ss@host.test/?password=«x»', null],
    ['password=«x»', null],
    ['message: "host=db" and then password «x»', null]
  ])('%s', (text, host) => expect(hostOf(text)).toEqual(host === null ? {} : { host }))

  test('is a hint of url-userinfo', () => {
    expect(judged('url-userinfo', 'postgres://app:«hunter2»@db.internal/app')).toEqual([
      'pass',
      { host: 'db.internal' }
    ])
    expect(judged('url-userinfo', 'postgres://app:«****»@db.internal/app')[0]).toBe('reject')
    expect(checks['url-userinfo'].hints?.('hunter2')).toEqual({})
  })
})

describe('basic-auth', () => {
  const auth = Buffer.from('bob:hunter2').toString('base64')

  test.each([
    [`{"auths":{"https://index.docker.io/v1/":{"auth":"«${auth}»"}}}`, { host: 'index.docker.io' }],
    [`{\\"auths\\": {\\"ghcr.io\\": {\\"auth\\": \\"«${auth}»\\"}}}`, { host: 'ghcr.io' }],
    [`'auths': {'registry.example.test:5000': {'email': 'x', 'auth': '«${auth}»'}}`, { host: 'registry.example.test' }],
    [`Authorization: Basic «${auth}»`, {}],
    [`{"auth":"«${auth}»"}`, {}]
  ])('%s', (text, hints) => expect(judged('basic-auth', text)).toEqual(['pass', hints]))
})

describe('whose an Azure key is', () => {
  // As in azure.test.ts.
  const key = `${'a'.repeat(76)}+ASt5mnCaw==`
  const bus = `${'a'.repeat(33)}+ASbHpHeAI=`

  test.each([
    [`AccountName=acme1;AccountKey=«${key}»;EndpointSuffix=x`, { signature: '+ASt', account: 'acme1' }],
    [
      `Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«${bus}»`,
      { signature: '+ASb', host: 'ns.servicebus.windows.net' }
    ],
    [`key «${key}»`, { signature: '+ASt' }]
  ])('%s', (text, hints) => expect(judged('azure-his-v1', text)).toEqual(['pass', hints]))
})

describe('gcp-service-account', () => {
  const id = '0123456789abcdef'.repeat(3).slice(0, 40)
  const file = (q: string) =>
    `{${q}type${q}: ${q}service_account${q}, ${q}project_id${q}: ${q}acme-prod-1${q}, ${q}private_key_id${q}: ${q}«${id}»${q}, ${q}client_email${q}: ${q}ci@acme-prod-1.iam.gserviceaccount.com${q}}`

  test.each(['"', '\\"', "'"])('in a key file with %s', (quote) => {
    expect(judged('gcp-service-account', file(quote))).toEqual([
      'pass',
      { project: 'acme-prod-1', account: 'ci@acme-prod-1.iam.gserviceaccount.com' }
    ])
  })

  test('alone proves nothing; another length fails', () => {
    expect(judged('gcp-service-account', `private_key_id: «${id}»`)).toEqual(['unknown', {}])
    expect(judged('gcp-service-account', file('"').replace(id, id.slice(1)))[0]).toBe('fail')
    expect(judged('gcp-service-account', file('"').replace('service_account', 'authorized_user'))).toEqual([
      'unknown',
      {}
    ])
  })

  test('tells whose a private key is', () => {
    const text = file('"')
      .replace(`«${id}»`, id)
      .replace('"client_email"', '"private_key": "«-----BEGIN PRIVATE KEY-----\\nx»", "client_email"')
    expect(judged('private-key', text)).toEqual([
      'unknown',
      { project: 'acme-prod-1', account: 'ci@acme-prod-1.iam.gserviceaccount.com' }
    ])
  })
})

test('parameters are those of the word around, decoded', () => {
  const { around } = cut('a=1 https://h.test/p?b=%2541&C=3;d&e=«x»&f=%3d&g= "h=4')
  expect([...urlAround(around).parameters]).toEqual([
    ['b', 'A'],
    ['c', '3'],
    ['e', ''],
    ['f', '='],
    ['g', '']
  ])
})
