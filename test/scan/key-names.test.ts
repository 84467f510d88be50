import { describe, expect, test } from 'vitest'
import type { ValueShape } from '../../src/model.ts'
import { governs } from '../../src/scan/keyed/key-names.ts'

/** Whether the last occurrence of the key word governs the key. */
function decides(key: string, word: string, shape: ValueShape | null = 'opaque'): boolean {
  const bytes = Buffer.from(key)
  const at = Buffer.byteLength(key.slice(0, key.toLowerCase().lastIndexOf(word)))
  return governs(bytes, 0, bytes.length, at, at + Buffer.byteLength(word), shape)
}

function keys(text: string): string[] {
  return text.trim().split(/\s+/)
}

const governing: Record<string, string> = {
  password: `password PASSWORD Password passwords password1 password_2 password-3 --password -password $password @password password$
    db_password DB_PASSWORD db-password db.password dbPassword DBPassword dbpassword DBPASSWORD spring.datasource.password userPasswordOld
    new_password_confirm password_confirmation passwordValue _password __password__ user[password contraseña_password`,
  passwd: 'passwd user_passwd userPasswd userpasswd PASSWD1',
  pwd: 'pwd PWD user_pwd userPwd USER_PWD DBPwd pwd2 pwds',
  pass: 'pass PASS db_pass dbPass DBPass SMTP_PASS pass1',
  token: `token TOKEN tokens TOKEN2 authToken authtoken AUTHTOKEN auth_token X-Auth-Token access_token refreshToken tokenValue
    token_value id_token my.token.value`,
  secret:
    'secret SECRETS client_secret clientSecret CLIENT_SECRET secretKey aws_secret_access_key secret-access-key app.secret',
  key: 'key KEY apiKey APIKey api_key encryption.key x-key keys key2 vendorKey vendor_KEY keyValue',
  auth: 'auth AUTH vendor_auth vendorAuth auth_value'
}

const harmless: Record<string, string> = {
  password: `passwordResetUrl password_reset_url password_policy passwordLength password.length PASSWORD_MIN_LENGTH password_changed_at
    passwordHint passwordField password_file PASSWORD_PATH passwordStrength password_expires password_expiry_days passwordless
    no_password invalid_password missingPassword passwordManager`,
  pwd: 'cpwd pwdx',
  pass: 'bypass compass passenger passed passing passport password passphrase',
  token: `token_type tokenType TOKEN_TYPE tokenizer tokenize tokenization max_tokens maxTokens MAX_TOKENS nextPageToken page_token
    next_token continuationToken syncToken resumeToken tokens_total token_count tokenCount prompt_tokens completion_tokens token_limit
    csrf-token X-XSRF-TOKEN token_id token_url tokenEndpoint token_expires_in unexpected_token eof_token`,
  secret:
    'secret-name secretName secret_id secretArn SECRET_ARN secret_ref secret_path secretary secretariat secretVersion',
  key: `public_key publicKey PUBLIC_KEY primary_key primaryKey foreign_key cacheKey cache_key sort_key partitionKey keyboard
    monkey keyId key_id api_key_id keyword keyring keystone keyspace hotkey keys_total idempotency_key routing_key
    objectKey row_key Sec-WebSocket-Key key_length keyAlgorithm key_file`,
  auth: 'author authority authors authentication authorization auth_url authMethod auth_type',
  session: 'session_timeout sessionTimeout session_id sessionCount'
}

const governingRows = Object.entries(governing).flatMap(([word, text]) => keys(text).map((key) => [word, key] as const))
const harmlessRows = Object.entries(harmless).flatMap(([word, text]) => keys(text).map((key) => [word, key] as const))

test.each(governingRows)('%s decides over %s', (word, key) => {
  expect(['any', 'opaque', 'random', null].map((shape) => decides(key, word, shape as ValueShape | null))).toEqual([
    true,
    true,
    true,
    true
  ])
})

test.each(harmlessRows)('%s does not decide over %s', (word, key) => {
  expect(['any', 'opaque', 'random', null].map((shape) => decides(key, word, shape as ValueShape | null))).toEqual([
    false,
    false,
    false,
    false
  ])
})

describe('one-way values', () => {
  test.each(keys('password_hash passwordHash password_sha256 password.md5 PASSWORD_DIGEST'))(
    '%s is worth hiding',
    (key) => {
      expect(decides(key, 'password', 'any')).toBe(true)
      expect(decides(key, 'password', 'opaque')).toBe(false)
    }
  )

  test.each(keys('token_hash tokenHash token_sha256 token.digest tokenChecksum'))('%s is not', (key) => {
    expect(decides(key, 'token', 'opaque')).toBe(false)
    expect(decides(key, 'token', 'random')).toBe(false)
  })
})

test('only the key itself is looked at', () => {
  const bytes = Buffer.from('public_key_id=')
  expect(governs(bytes, 7, 10, 7, 10, 'opaque')).toBe(true)
  expect(governs(bytes, 0, 10, 7, 10, 'opaque')).toBe(false)
  expect(governs(bytes, 7, 13, 7, 10, 'opaque')).toBe(false)
})

test('any bytes may stand in a key', () => {
  for (let byte = 0; byte < 256; byte++) {
    const bytes = Buffer.concat([Buffer.from([byte]), Buffer.from('token'), Buffer.from([byte])])
    expect(typeof governs(bytes, 0, bytes.length, 1, 6, 'opaque')).toBe('boolean')
  }
})

test('in a sentence the word before the key word makes it harmless, but for passwords', () => {
  const inSentence = (text: string, word: string, shape: ValueShape) => {
    const bytes = Buffer.from(text)
    const at = text.lastIndexOf(word)
    return governs(bytes, at, bytes.length, at, at + word.length, shape)
  }
  expect(inSentence('the partition key', 'key', 'random')).toBe(false)
  expect(inSentence('resume token', 'token', 'opaque')).toBe(false)
  expect(inSentence('the new token', 'token', 'opaque')).toBe(true)
  expect(inSentence('invalid token', 'token', 'opaque')).toBe(true)
  expect(inSentence('the public password', 'password', 'any')).toBe(true)
  expect(inSentence('a public.key', 'key', 'random')).toBe(true)
})
