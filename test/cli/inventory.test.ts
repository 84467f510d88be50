import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { startDaemon } from '../e2e/daemon.ts'
import { main, run } from './spawn.ts'

/** Nothing in it looks like a secret. */
const secret = ['lantern', 'Meadow7', 'porcupine'].join('-')
const old = ['walnut', 'Harbour3', 'thimble'].join('-')
let folder: string
const at = (name: string) => join(folder, name)

async function fingerprint(value: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, status } = await run(
    main,
    ['inventory', 'fingerprint', '--key-file', at('key'), ...args],
    value
  )
  expect([stderr, status]).toEqual(['', 0])
  return stdout
}

const inventory = (secrets: object[]) => stringify({ secrets })
const runbook = 'https://wiki.example/rotate-db'

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logveil-inventory-'))
  writeFileSync(at('key'), `k1:${Buffer.alloc(32, 7).toString('base64')}\n`)
  const [current] = parse(await fingerprint(secret))
  const [retired] = parse(await fingerprint(old))
  const entry = { name: 'pay/db', owner: 'team-pay', environment: 'production', classification: 'break-glass', runbook }
  writeFileSync(at('inventory.yaml'), inventory([{ ...entry, versions: [current, { ...retired, state: 'retired' }] }]))
})
afterAll(() => rmSync(folder, { recursive: true }))

function expectNoSecret(...outputs: string[]): void {
  for (const output of outputs)
    for (const value of [secret, old])
      for (let i = 0; i + 6 <= value.length; i++) expect(output).not.toContain(value.slice(i, i + 6))
}

describe('fingerprint', () => {
  test('prints a version: forms with what finds them, and nothing of the value', async () => {
    const text = await fingerprint(`${secret}\n`)
    expectNoSecret(text)
    const [{ fingerprints, ...version }] = parse(text)
    expect(version).toEqual({ state: 'current', strength: 'strong' })
    expect(
      fingerprints.map((line: string) => line.replace(/\.[\w-]{16}( |$)/, '.F$1').replace(/[\w-]{11}$/, 'H'))
    ).toEqual([
      'raw k1.F',
      'trimmed k1.F 25.8.7.7.H',
      'base64 k1.F 35.0.35.7.H',
      'base64 k1.F 34.0.34.7.H',
      'json k1.F 27.8.7.7.H'
    ])
  })

  test('lines of a key, without those that say what it is', async () => {
    const body = Array.from({ length: 3 }, (_, n) => Buffer.from(`${n} some line of it ${n * n}`).toString('base64'))
    const [{ fingerprints }] = parse(
      await fingerprint(['-----BEGIN PRIVATE KEY-----', ...body, '-----END PRIVATE KEY-----'].join('\n'))
    )
    expect(fingerprints.filter((line: string) => line.startsWith('line')).length).toBe(3)
  })

  test.each([
    ['abc1', 'it has fewer than 8 bytes'],
    ['password1', 'it is easy to guess'],
    ['a!b@c#d$e%f^g&h*', 'too few letters and digits stand side by side']
  ])('refuses to look for %s', async (value, reason) => {
    const [{ refused, fingerprints }] = parse(await fingerprint(value))
    expect(refused).toContain(reason)
    expect(fingerprints.every((line: string) => line.split(' ').length === 2)).toBe(true)
    writeFileSync(at('weak.yaml'), inventory([{ name: 'weak', versions: [{ fingerprints }] }]))
    const redacted = await run(
      main,
      ['redact', '--key-file', at('key'), '--inventory', at('weak.yaml')],
      `try ${value} now\n`
    )
    expect([redacted.stdout, redacted.status]).toEqual([`try ${value} now\n`, 0])
  })

  test('takes no value as an argument, needs a key and a value', async () => {
    const args = ['inventory', 'fingerprint']
    const asked = await Promise.all([
      run(main, [...args, secret, '--key-file', at('key')]),
      run(main, args, secret),
      run(main, [...args, '--key-file', at('key')], ' \n')
    ])
    expect(asked.map(({ stderr, stdout, status }) => [stderr, stdout, status])).toEqual([
      ['logveil: the value comes from standard input: arguments can be seen by others\n', '', 2],
      [
        'logveil: fingerprints need the key that findings are fingerprinted with: --key-file FILE, LOGVEIL_KEY, or --tickets DIR\n',
        '',
        2
      ],
      ['logveil: there is no value to fingerprint\n', '', 2]
    ])
  })
})

test('the schema tells all members', async () => {
  const { stdout } = await run(main, ['inventory', 'schema'])
  const { properties } = JSON.parse(stdout).properties.secrets.items
  expect(Object.keys(properties)).toEqual(
    expect.arrayContaining([
      'name',
      'owner',
      'storedIn',
      'usedBy',
      'expires',
      'status',
      'runbook',
      'rotation',
      'versions'
    ])
  )
})

test('lint tells every mistake with its line, and what does not belong there', async () => {
  const token = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('')
  const text = [
    'secrets:',
    '  - name: pay/db',
    '    ownr: x',
    '    expires: tomorrow',
    '    versions:',
    '      - fingerprints: [raw nothing]',
    '  - name: pay/db',
    `    description: was ${token}`,
    '    status: lost'
  ]
  writeFileSync(at('bad.yaml'), text.join('\n'))
  const { stdout, status } = await run(main, ['inventory', 'lint', at('bad.yaml')])
  expect([status, stdout.replaceAll(at('bad.yaml'), 'f').trimEnd().split('\n')]).toEqual([
    1,
    [
      'f:3: secrets[0].ownr is not known: did you mean owner?',
      'f:4: secrets[0].expires is a date, or never',
      'f:6: secrets[0].versions[0].fingerprints[0] is no fingerprint: take what `logveil inventory fingerprint` prints',
      'f:8: holds a secret (github-pat-classic): an inventory has fingerprints, no values; rotate it if others can read this file',
      'f:9: secrets[1].status is one of new, in-use, deprecated, revoked, deleted'
    ]
  ])
  writeFileSync(at('twice.yaml'), 'secrets:\n  - name: a\n  - name: a\n')
  expect((await run(main, ['inventory', 'lint', at('twice.yaml')])).stdout).toBe(
    `${at('twice.yaml')}:3: secrets[1].name is the name of another secret as well\n`
  )
  expect((await run(main, ['inventory', 'lint', at('inventory.yaml')])).stdout).toBe(
    `${at('inventory.yaml')}: good, 1 secrets, 2 versions with fingerprints, 2 of them looked for\n`
  )
})

test('redact: found by its inventory, told with its entry; the ticket names owner and runbook; the report what leaked', async () => {
  const lines = `a ${secret} b\n{"m":"x\\n${old}"}\n`
  const args = [
    'redact',
    '--key-file',
    at('key'),
    '--inventory',
    at('inventory.yaml'),
    '--findings',
    '-',
    '--tickets',
    at('tickets')
  ]
  const { stdout, stderr, status } = await run(main, args, lines)
  expect([stdout.replace(/k1\.[\w-]{16}/g, 'F'), status]).toEqual([
    'a [REDACTED:known-secret:F] b\n{"m":"x\\n[REDACTED:known-secret:F]"}\n',
    0
  ])
  const findings = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(findings.map(({ confidence, severity, hints }) => [confidence, severity, hints])).toEqual([
    ['confirmed', 'critical', { inventory: 'pay/db', version: 'current', owner: 'team-pay' }],
    ['confirmed', 'low', { inventory: 'pay/db', version: 'retired', owner: 'team-pay' }]
  ])
  const list = await run(main, ['tickets', 'list', '--tickets', at('tickets'), '--json'])
  const tickets = JSON.parse(list.stdout)
  expect(tickets.map(({ owner, classification, runbook: book }: never) => [owner, classification, book])).toEqual([
    ['team-pay', 'break-glass', runbook],
    ['team-pay', 'break-glass', runbook]
  ])
  const report = await run(main, [
    'inventory',
    'report',
    at('inventory.yaml'),
    '--tickets',
    at('tickets'),
    '--json',
    '--fail-on-findings'
  ])
  expect([report.status, JSON.parse(report.stdout).map(({ complaint }: { complaint: string }) => complaint)]).toEqual([
    1,
    ['leaked', 'deprecated-seen', 'no-expiry', 'undocumented-rotation']
  ])
  const files = readdirSync(at('tickets')).map((name) => readFileSync(join(at('tickets'), name), 'latin1'))
  expectNoSecret(stdout, stderr, list.stdout, report.stdout, readFileSync(at('inventory.yaml'), 'utf8'), ...files)
  const wrong = await run(main, ['redact', '--inventory', at('inventory.yaml')], 'x', {
    LOGVEIL_KEY: `k2:${Buffer.alloc(32, 1).toString('base64')}`
  })
  expect([wrong.stderr, wrong.status]).toEqual([
    "logveil: the inventory's fingerprints are made with the key k1: give that key\n",
    2
  ])
})

test('exec and follow know the inventory, too', async () => {
  const options = ['--key-file', at('key'), '--inventory', at('inventory.yaml')]
  const executed = await run(main, ['exec', ...options, '--', 'echo', `it is ${secret}`])
  expect(executed.stdout).toMatch(/^it is \[REDACTED:known-secret:k1\.[\w-]{16}\]\n$/)
  const printed = await run(main, ['follow', at('*.log'), ...options, '--tickets', at('t'), '--print-config'])
  const { redaction, tickets } = parse(printed.stdout)
  expect([redaction.inventory, tickets.inventory]).toEqual([at('inventory.yaml'), at('inventory.yaml')])
})

test('the daemon: found in OTLP, and by applications that have no inventory; read again when it changes', async () => {
  mkdirSync(at('desk'))
  writeFileSync(at('live.yaml'), readFileSync(at('inventory.yaml')))
  const key = readFileSync(at('key'), 'utf8').trim()
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    findings: { bearerTokens: ['reporter'] },
    redaction: { keys: [key], inventory: at('live.yaml') },
    tickets: { directory: at('desk') },
    pipelines: [
      { name: 'in', source, sinks: [{ type: 'file', path: at('out.jsonl') }] },
      {
        name: 'files',
        source: { type: 'files', include: [at('*.cri')] },
        sinks: [{ type: 'file', path: at('clean.out') }]
      }
    ]
  })
  const send = async (text: string) => {
    const resourceLogs = [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }]
    const { status } = await fetch(`http://127.0.0.1:${daemon.ports['in/http']}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs })
    })
    expect(status).toBe(200)
  }
  // A container's runtime has cut the line within the secret.
  const cri = (tag: string, text: string) => `2026-11-26T05:00:00.1Z stdout ${tag} ${text}\n`
  writeFileSync(at('pod.cri'), cri('P', `is ${secret.slice(0, 10)}`) + cri('F', `${secret.slice(10)} it`))
  await send(`it is ${secret}`)
  const added = ['acorn', 'Beacon9', 'trellis'].join('-')
  await send(`soon ${added}`)
  const before = parse(readFileSync(at('live.yaml'), 'utf8')).secrets
  writeFileSync(
    at('live.yaml'),
    inventory([...before, { name: 'new/one', owner: 'team-new', versions: parse(await fingerprint(added)) }])
  )
  await daemon.logged('redaction was read again')
  await send(`now ${added}`)
  // An application that has the key and no inventory tells of the retired one.
  const [, retired] = before[0].versions
  const reported = await fetch(`${daemon.admin}/v1/findings`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: 'Bearer reporter' },
    body: JSON.stringify({
      ...{ time: '2026-11-01T00:00:00Z', placement: 'pino', service: 'web', detector: 'generic-password' },
      ...{ confidence: 'possible', severity: 'high', path: '', length: 9, action: 'label', hints: {}, expired: null },
      fingerprint: retired.fingerprints[0].split(' ')[1]
    })
  })
  expect(reported.status).toBe(200)
  await daemon.logged('redaction was read again')
  expect(await daemon.stop()).toBe(0)
  const clean = readFileSync(at('clean.out'), 'utf8')
  expect(
    clean
      .split('\n')
      .map((line) => line.slice(32))
      .join('')
      .replace(/k1\.[\w-]{16}/, 'F')
  ).toBe('is [REDACTED:known-secret:F] it')
  const out = readFileSync(at('out.jsonl'), 'utf8')
  expect(out.match(/"stringValue":"[^"]*"/g)?.map((one) => one.replace(/k1\.[\w-]{16}/, 'F'))).toEqual([
    '"stringValue":"it is [REDACTED:known-secret:F]"',
    `"stringValue":"soon ${added}"`,
    '"stringValue":"now [REDACTED:known-secret:F]"'
  ])
  const list = JSON.parse((await run(main, ['tickets', 'list', '--tickets', at('desk'), '--json'])).stdout)
  expect(list.map(({ detector, owner, severity, hints }: never) => [detector, owner, severity, hints]).sort()).toEqual([
    // Break-glass is the highest severity, whatever the version.
    ['generic-password', 'team-pay', 'critical', { inventory: 'pay/db', version: 'retired', owner: 'team-pay' }],
    ['known-secret', 'team-new', 'high', { inventory: 'new/one', version: 'current', owner: 'team-new' }],
    ['known-secret', 'team-pay', 'critical', { inventory: 'pay/db', version: 'current', owner: 'team-pay' }]
  ])
  expectNoSecret(JSON.stringify(daemon.log()), JSON.stringify(list))
})
