// TLS, client certificates and SASL, each against a real broker that asks for it.
import { writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { temporaryDirectory } from '../cli/spawn.ts'
import { createAuthority } from '../e2e/certificate.ts'
import { startDaemon } from '../e2e/daemon.ts'
import { createTopic, freshName, produce, readTopic, useBroker } from './broker.ts'

const user = { username: 'ada', password: 'let-me-in-2' }
const { path, remove } = temporaryDirectory()
const broker = useBroker(() => {
  const authority = createAuthority('test authority')
  const [server, client] = [authority.issue('broker'), authority.issue('client')]
  for (const [name, text] of Object.entries({
    'ca.pem': authority.cert,
    'server.pem': server.key + server.cert,
    'client.pem': client.cert,
    'client.key': client.key,
    token: unsecuredToken('ada')
  })) {
    writeFileSync(path(name), text)
  }
  const login = (name: string) => `org.apache.kafka.common.security.${name}LoginModule required`
  const sasl = 'listener.name.sasl_plaintext'
  return {
    listeners: ['SASL_PLAINTEXT', 'SSL'],
    scram: ['256', '512'].map((bits) => `SCRAM-SHA-${bits}=[name=${user.username},password=${user.password}]`),
    settings: [
      'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      `${sasl}.plain.sasl.jaas.config=${login('plain.Plain')} user_${user.username}="${user.password}";`,
      ...['256', '512'].map((bits) => `${sasl}.scram-sha-${bits}.sasl.jaas.config=${login('scram.Scram')};`),
      `${sasl}.oauthbearer.sasl.jaas.config=${login('oauthbearer.OAuthBearer')} unsecuredLoginStringClaim_sub="x";`,
      `${sasl}.oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`,
      'listener.name.ssl.ssl.keystore.type=PEM',
      `listener.name.ssl.ssl.keystore.location=${path('server.pem')}`,
      'listener.name.ssl.ssl.truststore.type=PEM',
      `listener.name.ssl.ssl.truststore.location=${path('ca.pem')}`,
      'listener.name.ssl.ssl.client.auth=required'
    ]
  }
})
afterAll(remove)

/** A token that is not signed, as the broker's built-in validator for tests takes it. */
function unsecuredToken(sub: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Date.now() / 1000
  return `${part({ alg: 'none' })}.${part({ sub, iat: now - 10, exp: now + 3600 })}.`
}

const configOf = (listener: string, from: string, to: string, security: object) => ({
  admin: '127.0.0.1:0',
  pipelines: [
    {
      name: 'k',
      source: {
        type: 'kafka',
        brokers: [broker.own?.addresses[listener]],
        topics: [from],
        group: freshName('g'),
        ...security
      },
      sinks: [{ type: 'kafka', topic: to }]
    }
  ]
})

test.each([
  ['PLAIN', 'SASL_PLAINTEXT', { sasl: { mechanism: 'plain', ...user } }],
  ['SCRAM-SHA-256', 'SASL_PLAINTEXT', { sasl: { mechanism: 'scram-sha-256', ...user } }],
  ['SCRAM-SHA-512', 'SASL_PLAINTEXT', { sasl: { mechanism: 'scram-sha-512', ...user } }],
  ['OAUTHBEARER', 'SASL_PLAINTEXT', { sasl: { mechanism: 'oauthbearer', tokenFile: path('token') } }],
  [
    'a client certificate',
    'SSL',
    { tls: { caFile: path('ca.pem'), certFile: path('client.pem'), keyFile: path('client.key') } }
  ]
])('%s', async (_, listener, security) => {
  const [from, to] = [await createTopic(broker, 'in', 1), await createTopic(broker, 'out', 1)]
  await produce(broker, from, [{ value: 'hello' }])
  const daemon = await startDaemon(configOf(listener, from, to, security))
  const [read] = await readTopic(broker, to, (all) => all.length > 0)
  expect(String(read.value)).toBe('hello')
  expect(await daemon.stop()).toBe(0)
})

test('a wrong password is said, and ends it; it is not told', async () => {
  const topic = await createTopic(broker, 'in', 1)
  const sasl = { mechanism: 'plain', username: 'ada', password: 'guessed-wrong-1' }
  const failure = await startDaemon(configOf('SASL_PLAINTEXT', topic, topic, { sasl })).then(
    () => 'it started',
    (error: Error) => error.message
  )
  expect(failure).toMatch(/kafka: the credentials are refused/)
  expect(failure).not.toContain('guessed-wrong')
})
