import { describe, expect, test } from 'vitest'
import { secretsOf } from '../src/environment.ts'
import { bundledDetectors } from '../src/index.ts'

const password = ['hun7', 'er2', 'xyz'].join('')
const random = ['3f9a1c47', 'b2d8e605', '91c4f7a3', '0e6bd258'].join('')
const phrase = ['the', 'maple', 'is', 'sweet'].join(' ')

function secrets(environment: Record<string, string>, names: string[] = [], automatic = true): [string, string][] {
  return secretsOf(environment, bundledDetectors, { names, automatic }).map(({ id, value }) => [id, value])
}

describe('a variable holds a secret', () => {
  test.each([
    'NPM_TOKEN',
    'GITHUB_TOKEN',
    'PGPASSWORD',
    'MYSQL_PWD',
    'SSHPASS',
    'AWS_SECRET_ACCESS_KEY',
    'SENTRY_AUTH_TOKEN',
    'npm_config__authToken',
    'GOOGLE_CREDENTIALS',
    'cosign.password',
    'SLACK_SIGNING_SECRET'
  ])('by its name: %s', (name) => {
    for (const value of [password, random, phrase, 'mapleleaf'])
      expect(secrets({ [name]: value })).toEqual([[`environment:${name}`, value]])
  })

  test.each(['STRIPE_KEY', 'VENDOR_AUTH', 'LOGIN'])('by its name and what it looks like: %s', (name) => {
    expect(secrets({ [name]: random })).toEqual([[`environment:${name}`, random]])
    expect(secrets({ [name]: 'mapleleaf' })).toEqual([])
  })

  test.each([
    ['PATH', `/usr/bin:/opt/${random}`],
    ['GITHUB_SHA', random],
    ['NPM_TOKEN_FILE', '/run/secrets/npm'],
    ['NPM_TOKEN', '/run/secrets/npm'],
    ['TOKENIZERS_PARALLELISM', 'mapleleaf'],
    ['MAX_TOKENS', '40961234'],
    ['PUBLIC_KEY', random],
    ['CACHE_KEY', random],
    ['PASSWORD_POLICY', password],
    ['SECRET_NAME', password],
    ['DB_PASSWORD', 'true'],
    ['DB_PASSWORD', 'password'],
    ['DB_PASSWORD', '********'],
    ['DB_PASSWORD', ['$', '{SOME_PASSWORD}'].join('')],
    ['DB_PASSWORD', 'short'],
    ['DB_PASSWORD', '1234567'],
    ['DB_PASSWORD', ''],
    ['PWD', '/home/app']
  ])('but not %s=%s', (name, value) => {
    expect(secrets({ [name]: value })).toEqual([])
  })

  test('but not when it is the name of the user, in capitals or not', () => {
    expect(secrets({ DB_PASSWORD: 'postgres', USER: 'postgres' })).toEqual([])
    expect(secrets({ DB_PASSWORD: 'postgres' })).toEqual([['environment:DB_PASSWORD', 'postgres']])
  })
})

test('variables can be named, or only those', () => {
  const environment = { COLOUR: 'red', PIN: '1234', NPM_TOKEN: password }
  expect(secrets(environment, ['COLOUR', 'PIN', 'UNSET'])).toEqual([
    ['environment:COLOUR', 'red'],
    ['environment:NPM_TOKEN', password],
    ['environment:PIN', '1234']
  ])
  expect(secrets(environment, ['PIN'], false)).toEqual([['environment:PIN', '1234']])
  expect(() => secrets({ PIN: '12' }, ['PIN'])).toThrow(
    'PIN has 2 bytes: it would be redacted everywhere; leave it out'
  )
  expect(secrets({ PIN: '' }, ['PIN'])).toEqual([])
})

test('passwords of URLs, as they stand there and as they are meant', () => {
  const url = `postgres://app:${encodeURIComponent(`${password}/@`)}@db:5432/orders`
  expect(secrets({ DATABASE_URL: url })).toEqual([
    ['environment:DATABASE_URL', encodeURIComponent(`${password}/@`)],
    ['environment:DATABASE_URL', `${password}/@`]
  ])
  expect(secrets({ A: 'http://db:5432/', B: 'http://user@host/', C: ['http://u:$', '{PW_OF_U}@h'].join('') })).toEqual(
    []
  )
})

test('a value of several lines is as many secrets, whatever way they are written', () => {
  const body = [random, `${random}x`]
  const key = ['-----BEGIN RSA PRIVATE', 'KEY-----'].join(' ')
  const end = ['-----END RSA PRIVATE', 'KEY-----'].join(' ')
  const expected = body.map((line) => ['environment:DEPLOY_PRIVATE_KEY', line])
  expect(secrets({ DEPLOY_PRIVATE_KEY: [key, ...body, 'ab', end, ''].join('\r\n') })).toEqual(expected)
  const escaped = [key, ...body, end].join('\\n')
  expect(secrets({ DEPLOY_PRIVATE_KEY: escaped })).toEqual([['environment:DEPLOY_PRIVATE_KEY', escaped], ...expected])
})

test('one value under several names is named once, and names fit into placeholders', () => {
  expect(secrets({ B_TOKEN: password, A_TOKEN: password })).toEqual([['environment:A_TOKEN', password]])
  expect(secrets({ 'npm_config_//r.test/:_authToken': password })).toEqual([
    ['environment:npm_config___r.test___authToken', password]
  ])
  expect(secrets({ [`${'A'.repeat(100)}_TOKEN`]: password }, [`${'A'.repeat(100)}_TOKEN`])).toEqual([
    [`environment:${'A'.repeat(64)}`, password]
  ])
})
