import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/model.ts'
import { checks } from '../../../src/scan/checks/index.ts'

const b64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')
const b64url = (text: string) => Buffer.from(text, 'latin1').toString('base64url')
const json = (value: unknown) => b64url(JSON.stringify(value))
const x = (length: number) => 'xY3'.repeat(length).slice(0, length)

/** A token, the verdict, and the hints when it passes. */
type Row = [secret: string, verdict: Verdict, hints?: Record<string, string>]

function table(name: string, rows: Row[]): void {
  describe(name, () => {
    test.each(rows.map((row, i) => [i, ...row] as const))('row %i', (_, secret, verdict, hints) => {
      expect(checks[name].check(secret)).toBe(verdict)
      if (hints !== undefined) expect(checks[name].hints?.(secret)).toEqual(hints)
    })
  })
}

/** An AWS key id of the newer generation with an account in it, by BigInt arithmetic. */
function awsId(prefix: string, account: bigint): string {
  const bits = (1n << 79n) | (account << 39n) | 0x5a5a5a5a5n
  const chars = Array.from(
    { length: 16 },
    (_, i) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number((bits >> BigInt(75 - 5 * i)) & 31n)]
  )
  return prefix + chars.join('')
}

table('aws-key-id', [
  [awsId('AKIA', 609629065308n), 'pass', { account: '609629065308' }],
  [awsId('ASIA', 42n), 'pass', { account: '000000000042' }],
  [awsId('AKIA', 999_999_999_999n), 'pass', { account: '999999999999' }],
  [awsId('AKIA', 1_000_000_000_000n), 'fail', {}],
  // Of the older generation the alphabet is all there is to see.
  [`AKIAI${'K'.repeat(15)}`, 'unknown', {}],
  [`AKIA${'K'.repeat(15)}1`, 'fail'],
  [awsId('AKIA', 42n).toLowerCase(), 'fail'],
  [awsId('AKIA', 42n).slice(0, -1), 'fail']
])

const header = { alg: 'RS256', kid: 'key-1' }
const claims = { iss: 'https://id.test', aud: 'api', exp: 1_900_000_000, sub: 'ann@corp.test' }
table('jwt', [
  [
    `${json(header)}.${json(claims)}.${x(40)}`,
    'pass',
    { iss: 'https://id.test', aud: 'api', expires: '2030-03-17T17:46:40Z', kid: 'key-1', alg: 'RS256' }
  ],
  [
    `ghs_12345_${json(header)}.${json(claims)}.${x(40)}`,
    'pass',
    { iss: 'https://id.test', aud: 'api', expires: '2030-03-17T17:46:40Z', kid: 'key-1', alg: 'RS256' }
  ],
  [`${b64url('{\n  "alg": "none"\n}')}.${json({})}.`, 'pass', { alg: 'none' }],
  [`${json({ alg: 'dir', enc: 'A256GCM' })}..${x(16)}.${x(40)}.${x(22)}`, 'pass', { alg: 'dir' }],
  [`${json({ alg: 'dir' })}..${x(16)}.${x(40)}.${x(22)}`, 'fail'],
  [`${json({ typ: 'JWT' })}.${json(claims)}.${x(40)}`, 'fail'],
  [`${json(header)}.${x(40)}.${x(40)}`, 'fail'],
  [`${json(header)}.${json(claims)}`, 'fail'],
  [`${json(header)}.${json(claims)}.${x(4)}.${x(4)}`, 'fail'],
  [`${json(header)}.${json([1])}.${x(40)}`, 'fail'],
  [
    `${json(header)}.${json({ aud: ['api', 'admin'], exp: 1_900_000_000.5 })}.${x(40)}`,
    'pass',
    { aud: 'api admin', expires: '2030-03-17T17:46:40Z', kid: 'key-1', alg: 'RS256' }
  ],
  // Nothing that could forge a log line or a ticket gets into hints.
  [
    `${json({ alg: 'a\nb', kid: 'x'.repeat(129) })}.${json({ iss: 'é', aud: ['a', 1], exp: null })}.${x(4)}`,
    'pass',
    {}
  ],
  [
    `${json({ alg: 'x', kid: '<b>' })}.${b64url('{"__proto__":{"iss":"a"},"aud":""}')}.${x(4)}`,
    'pass',
    { kid: '<b>', alg: 'x' }
  ]
])

const ops = { signInAddress: 'acme.1password.com', srpX: 'ab'.repeat(32), secretKey: 'A3-X', email: 'x@example.test' }
table('onepassword-ops', [
  [`ops_${json(ops)}`, 'pass', { host: 'acme.1password.com' }],
  [
    `ops_${b64(JSON.stringify({ ...ops, signInAddress: 'https://acme.1password.eu' }))}`,
    'pass',
    { host: 'acme.1password.eu' }
  ],
  [`ops_${json({ ...ops, signInAddress: 'not a host' })}`, 'pass', {}],
  [`ops_${json({ signInAddress: 'acme.1password.com' })}`, 'fail', {}],
  [`ops_${json({ srpX: 'a', secretKey: 'b' })}`, 'fail', {}],
  [`ops_${json(ops).slice(0, -4)}`, 'fail', {}],
  [json(ops), 'fail', {}],
  [`ops_eyJ${x(200)}`, 'fail', {}]
])

const cloud = { o: '123456', n: 'stack-1-write', k: x(24), m: { r: 'eu' } }
table('grafana-json', [
  [`glc_${b64(JSON.stringify(cloud))}`, 'pass', { org: '123456', name: 'stack-1-write', region: 'eu' }],
  [`glc_${b64(JSON.stringify({ ...cloud, m: null }))}`, 'pass', { org: '123456', name: 'stack-1-write' }],
  [b64(JSON.stringify({ k: x(32), n: 'viewer', id: 1 })), 'pass', { org: '1', name: 'viewer' }],
  [b64(JSON.stringify({ k: x(32), n: 'viewer' })), 'fail', {}],
  [b64(JSON.stringify({ n: 'viewer', id: 1 })), 'fail', {}],
  [`glc_${b64(JSON.stringify(cloud)).slice(0, -6)}`, 'fail', {}],
  [`eyJrIjoi${x(60)}`, 'fail', {}]
])

table('mapbox-json', [
  [`sk.${json({ u: 'acme', a: x(25) })}.${x(22)}`, 'pass', { account: 'acme' }],
  [`tk.${json({ u: 'acme', exp: 1 })}.${x(22)}`, 'pass', { account: 'acme' }],
  [`pk.${json({ u: 'acme' })}.${x(22)}`, 'fail', {}],
  [`sk.${json({ u: 'acme', a: x(25) })}`, 'fail', {}],
  [`sk.${json({ u: 'acme', a: x(25) })}.${x(12)}`, 'fail', {}],
  [`sk.eyJ${x(60)}.${x(22)}`, 'fail', {}]
])

const dcToken = (id: string, random: number) =>
  Buffer.concat([Buffer.from(`${id}:`), Buffer.alloc(random, 0xb5)]).toString('base64')
table('atlassian-dc-pat', [
  [dcToken('385026396240', 20), 'pass', { token: '385026396240' }],
  [`BBDC-${dcToken('385026396240', 20)}`, 'pass', { token: '385026396240' }],
  [dcToken('38502639624', 20), 'pass', { token: '38502639624' }],
  [dcToken('385026396240', 19), 'fail', {}],
  [dcToken('385026396240', 21), 'fail', {}],
  [dcToken('085026396240', 20), 'fail', {}],
  [dcToken('38502639624x', 20), 'fail', {}],
  [`BBDC-M${x(43)}`, 'fail', {}]
])

table('json-base64', [
  [`ops_${json({ signInAddress: 'x' })}`, 'pass'],
  [`glc_${b64('{"o":"1","n":"x","k":"y","m":{"r":"eu"}}')}`, 'pass'],
  [`sk.${json({ u: 'ann', a: 'b' })}.${x(22)}`, 'pass'],
  [b64('{"k":"x","n":"y","id":1}'), 'pass'],
  ['e30', 'pass'],
  [`ops_${json({ a: 'x' }).slice(0, -3)}`, 'fail'],
  [`ops_${x(40)}`, 'fail'],
  [`ops_eyJ${x(40)}`, 'fail'],
  [`ops_${b64('["eyJ"]')}`, 'fail']
])

const macaroon = (location: string) =>
  `pypi-${b64url(`\x02\x01${String.fromCharCode(location.length)}${location}\x02$${x(60)}`)}`
table('pypi-macaroon', [
  [macaroon('pypi.org'), 'pass', { index: 'pypi.org' }],
  [macaroon('test.pypi.org'), 'pass', { index: 'test.pypi.org' }],
  [macaroon('pypi.com'), 'fail'],
  [`pypi-${x(80)}`, 'fail'],
  [macaroon('pypi.org').slice(5), 'fail']
])

const sentry = { iat: 1700000000.5, url: 'https://sentry.test', region_url: 'https://eu.sentry.test', org: 'acme' }
table('sentry-org', [
  [
    `sntrys_${b64(JSON.stringify(sentry))}_${x(43)}`,
    'pass',
    { org: 'acme', url: 'https://sentry.test', region: 'https://eu.sentry.test' }
  ],
  [`sntrys_${b64(JSON.stringify({ ...sentry, org: 1 }))}_${x(43)}`, 'fail'],
  [`sntrys_${b64(JSON.stringify(sentry))}_${x(42)}`, 'fail'],
  [`sntrys_${b64(JSON.stringify(sentry))}`, 'fail'],
  [`sntrys_${x(80)}_${x(43)}`, 'fail']
])

/** What tokens that rotate are the base64 of: 166 and 147 characters with ids of 13 digits. */
const rotating = (kind: string, ids: number) =>
  b64url([kind, ...Array(ids).fill('1234567890123'), 'ab'.repeat(32)].join('-'))

table('slack-team', [
  [['xoxb', '123456789012', '2345678901234', x(24)].join('-'), 'pass', { team: '123456789012' }],
  [['xoxp', '123456789012', '234567890123', '345678901234', x(32)].join('-'), 'pass', { team: '123456789012' }],
  // Before 2016 the secret was shorter; the oldest bots have no team.
  [['xoxp', '123456789012', '234567890123', '345678901234', x(10)].join('-'), 'pass', { team: '123456789012' }],
  [['xoxb', '123456789012', x(24)].join('-'), 'pass', {}],
  [['xoxa', '2', '123456789012', '234567890123', '345678901234', x(32)].join('-'), 'pass', { team: '123456789012' }],
  [['xoxs', '123456789012', '234567890123', '345678901234', 'ab12345678'].join('-'), 'pass', { team: '123456789012' }],
  [
    ['xoxc', '123456789012', '2345678901234', '3456789012345', 'ab'.repeat(32)].join('-'),
    'pass',
    { team: '123456789012' }
  ],
  [`xoxe.xoxp-1-${rotating('2-2', 4)}`, 'pass', { team: '1234567890123' }],
  [`xoxe.xoxb-1-${rotating('1-2', 4)}`, 'pass', { team: '1234567890123' }],
  [`xoxe-1-${rotating('3-1', 3)}`, 'pass', { team: '1234567890123' }],
  [`xoxe-1-${rotating('3-1', 3).slice(0, -4)}`, 'fail', {}],
  [`xoxe-1-${x(146)}`, 'fail', {}],
  [['xoxp', '123456789012', x(32)].join('-'), 'fail', {}],
  [['xoxb', '123456789012', '2345678901234', x(8)].join('-'), 'fail', {}],
  [['xoxc', '123456789012', '2345678901234', '3456789012345', x(64)].join('-'), 'fail', {}],
  [['E01234567', '12345678901234', x(32)].join('/'), 'pass', { team: 'E01234567' }],
  [['xapp', '1', 'A012ABCDEF', '123456789012', 'ab'.repeat(32)].join('-'), 'pass', { app: 'A012ABCDEF' }],
  [`https://hooks.slack.com/services/${['T01234567', 'B012345678', x(24)].join('/')}`, 'pass', { team: 'T01234567' }],
  [['T01234567', 'B012345678', x(24)].join('/'), 'pass', { team: 'T01234567' }],
  [['xoxb', 'abc', x(24)].join('-'), 'fail', {}],
  [`https://hooks.slack.com/services/${['T01234567', x(24)].join('/')}`, 'fail', {}]
])

table('discord-snowflake', [
  [[b64url('123456789012345678'), x(6), x(27)].join('.'), 'pass', { bot: '123456789012345678' }],
  [[b64url('1000'), x(6), x(27)].join('.'), 'pass', { bot: '1000' }],
  [[b64url('999'), x(6), x(27)].join('.'), 'fail', {}],
  [[b64url('0123456'), x(6), x(27)].join('.'), 'fail', {}],
  [[x(24), x(6), x(27)].join('.'), 'fail', {}],
  [b64url('123456789012345678'), 'fail', {}]
])

table('telegram-id', [
  [`123456789:AA${x(33)}`, 'pass', { bot: '123456789' }],
  [`${2n ** 54n - 1n}:AA${x(33)}`, 'pass', { bot: String(2n ** 54n - 1n) }],
  [`${2n ** 54n}:AA${x(33)}`, 'fail', {}],
  [`0123456789:AA${x(33)}`, 'fail', {}],
  [`123456789:AB${x(33)}`, 'fail', {}],
  [`123456789:AA${x(32)}`, 'fail', {}]
])

const mark = b64('OpenAI').slice(0, 8)
table('openai-mark', [
  [`sk-proj-${x(74)}${mark}${x(74)}`, 'pass'],
  [`sk-svcacct-${x(58)}${mark}${x(58)}`, 'pass'],
  [`sk-admin-${x(20)}${mark}${x(20)}`, 'pass'],
  [`sk-${x(20)}${mark}${x(20)}`, 'pass'],
  [`sk-${x(20)}${mark}${x(19)}`, 'fail'],
  [`sk-${x(21)}${mark}${x(21)}`, 'fail'],
  [`sk-${x(48)}`, 'fail'],
  [`${x(20)}${mark}${x(20)}`, 'fail']
])

table('anthropic-shape', [
  [`sk-ant-api03-${x(93)}AA`, 'pass'],
  [`sk-ant-admin01-${x(91)}-_AA`, 'pass'],
  [`sk-ant-oat01-${x(93)}AA`, 'pass'],
  [`sk-ant-sid01-${x(86)}`, 'unknown'],
  [`sk-ant-api03-${x(93)}AB`, 'fail'],
  [`sk-ant-${x(106)}`, 'fail'],
  [`sk-ant-api03-${x(92)}AA`, 'fail']
])

const signed = (hmac: number, token: number) =>
  b64url(
    `\x08\x01\x12${String.fromCharCode(hmac)}${'h'.repeat(hmac)}\x1a${String.fromCharCode(token)}${'t'.repeat(token)}`
  )
table('vault-proto', [
  [`hvs.${signed(32, 28)}`, 'pass'],
  [`hvs.${b64url(`\x08\x01\x12\x20${'h'.repeat(32)}\x1a\x80\x01${'t'.repeat(128)}`)}`, 'pass'],
  [`hvs.${signed(32, 28).slice(0, -4)}`, 'fail'],
  [`hvs.${signed(32, 28)}AAAA`, 'fail'],
  [`hvs.${b64url(`\x08\x02\x12\x20${'h'.repeat(32)}`)}`, 'fail'],
  [`hvs.${x(95)}`, 'fail'],
  [`hvb.${b64url(`\x00\x00\x00\x01\x02${'c'.repeat(120)}`)}`, 'pass'],
  [`hvb.${b64url(`\x00\x00\x00\x01\x03${'c'.repeat(120)}`)}`, 'fail'],
  [`hvb.${x(160)}`, 'fail'],
  [`hvr.${signed(32, 28)}`, 'unknown'],
  [`hvt.${signed(32, 28)}`, 'fail']
])

table('jfrog-reftkn', [
  [b64(`reftkn:01:1900000000:${x(27)}`), 'pass', { expires: '2030-03-17T17:46:40Z' }],
  [b64(`reftkn:01:0000000000:${x(27)}`), 'pass', {}],
  [b64(`reftkn:01:0:${x(27)}`), 'pass', {}],
  [b64(`reftkn:01:soon:${x(27)}`), 'fail', {}],
  [b64(`reftkx:01:1900000000:${x(27)}`), 'fail', {}],
  [`AKCp${'8'.repeat(69)}`, 'pass', {}],
  [`AKCp${'8'.repeat(60)}`, 'fail', {}],
  [`AKCp${'8'.repeat(68)}0`, 'fail', {}]
])
