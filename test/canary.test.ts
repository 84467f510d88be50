/** The plaintext of a secret lives only in the buffers being processed: planted everywhere, it is nowhere in what comes out. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { describe as describeError } from '../src/cli/complain.ts'
import { runDetectors } from '../src/cli/detectors.ts'
import { parseKeys, readEncryptor, readKeys } from '../src/cli/keys.ts'
import { extendBundled } from '../src/cli/own-detectors.ts'
import { parseRedactArguments } from '../src/cli/redact-options.ts'
import { autoCodec } from '../src/codecs/auto.ts'
import { type Action, bundledDetectors, createRedactor, LogveilError, type TraceEvent } from '../src/index.ts'
import { createEncryptor, decrypt, sealedKeyId } from '../src/redact/encrypt.ts'
import { createFingerprinter } from '../src/redact/fingerprint.ts'
import { compilePolicy } from '../src/redact/policy.ts'
import { assembleRedactor } from '../src/redactor.ts'
import { createCarry, createScanner } from '../src/scan/scanner.ts'
import { expand } from '../src/scan/template.ts'
import { createSearch } from './canary-search.ts'
import { type Ended, main, run, temporaryDirectory } from './cli/spawn.ts'

const canaryMain = fileURLToPath(new URL('./canary-main.ts', import.meta.url))
const { path, remove } = temporaryDirectory()
afterAll(remove)

const make = (template: string, seed: number) => expand(`[[${template}]]`, seed).text
const pem = make('{{pem:RSA PRIVATE KEY:3}}', 1).split('\n')
const secrets = {
  token: make('ghp_{{base62:30}}{{crc32-base62}}', 2),
  password: make('{{base62:20}}', 3),
  'URL password': make('{{base62:20}}', 4),
  'AWS secret': make('{{base62:40}}', 5),
  'Basic password': make('{{base62:20}}', 6),
  cookie: make('{{alnum-lower:32}}', 7),
  'first key line': pem[1],
  'middle key line': pem[2],
  'last key line': pem[3]
}
const secretsIn = createSearch(secrets)
const { token, password } = secrets
const urlPassword = secrets['URL password']
const awsSecret = secrets['AWS secret']
const basic = Buffer.from(`admin:${secrets['Basic password']}`).toString('base64')

const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')
const fiveTimes = [1, 2, 3, 4, 5].reduce(percent, token)
const unicode = (text: string) =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

/** The secrets in every position; one character a byte. */
const lines = [
  `say ${token} now`,
  `user=bob password=${password} ok=true`,
  `password: "${password}"`,
  `--password ${password} --user bob`,
  `connecting to postgres://app:${urlPassword}@db.internal:5432/app`,
  `aws_secret_access_key=${awsSecret}`,
  `Authorization: Basic ${basic}`,
  `Cookie: theme=dark; sessionid=${secrets.cookie}; lang=en`,
  `GET /cb?access_token=${token}&password=${password} HTTP/1.1`,
  `redirect=%2Fcb%3Fpassword%3D${password}%26token%3D${token}`,
  `{"a":"${token}","password":"${password}"}`,
  `{"${token}":1,"b":{"${token}":[]}}`,
  `{"a":{"b":["x",{"password":"${password}"},"${token}"]}}`,
  JSON.stringify({
    log: JSON.stringify({ password, nested: JSON.stringify({ token, url: `https://u:${urlPassword}@h/` }) })
  }),
  `{"a":"${unicode(token)}","password":"${unicode(password)}"}`,
  `{"headers":{"authorization":"Basic ${basic}","cookie":"sessionid=${secrets.cookie}"}}`,
  `{"name":"password","value":"${password}"}`,
  `["--password","${password}"]`,
  `data=${Buffer.from(`the token is ${token}`).toString('base64')}`,
  `data=${Buffer.from(`{"password":"${password}"}`).toString('base64url')}`,
  `data=${Buffer.from(`password=${password}`).toString('hex')}`,
  `q=${percent(`password=${password}&t=${token}`)}`,
  `{"password":"${password}","broken":[1,2`,
  `{"a":"\\x","password":"${password}"}`,
  `\xff\xfe password=${password} \x80 ${token} \xc0`,
  `\0${token}\0`,
  `key="${pem.join('\\n')}\\n"`,
  JSON.stringify({ key: pem.join('\n') }),
  ...pem,
  'between',
  ...pem.map((line) => `2024-01-01T00:00:00Z INFO app ${line}`),
  'between',
  ...pem.map((line) => JSON.stringify({ level: 30, msg: line })),
  'between',
  `{"cut":"${pem.slice(0, 3).join('\\n')}`,
  'between',
  `deep ${fiveTimes}`,
  `{"deep":"${fiveTimes}"}`
]
const input = Buffer.from(`${lines.join('\n')}\n${lines.join('\r\n')}`, 'latin1')

function expectNone(outputs: Readonly<Record<string, string | Uint8Array>>): void {
  const found = Object.entries(outputs).flatMap(([name, output]) =>
    secretsIn(typeof output === 'string' ? output : Buffer.from(output).toString('latin1')).map(
      (secret) => `${secret} in ${name}`
    )
  )
  expect(found).toEqual([])
}

/** Everything that could be printed of a value. */
function printed(value: unknown): Record<string, string> {
  return {
    inspect: inspect(value, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null
    }),
    JSON: JSON.stringify(value) ?? '',
    string: String(value),
    ...(value instanceof Error ? { message: value.message, stack: value.stack ?? '', cause: inspect(value.cause) } : {})
  }
}

function thrown(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (error) {
    return error
  }
  return null
}

describe('the search', () => {
  const piece = token.slice(9, 17)
  const forms: Record<string, string> = {
    whole: token,
    piece: `x${piece}y`,
    'in capitals': piece.toUpperCase(),
    wrapped: `${piece.slice(0, 4)}\n    ${piece.slice(4)}`,
    escaped: JSON.stringify(JSON.stringify(`"${piece}`)),
    base64: Buffer.from(`..${token}`).toString('base64'),
    'base64, off by one': Buffer.from(`.${piece}`).toString('base64'),
    base64url: Buffer.from(piece).toString('base64url'),
    hex: Buffer.from(piece).toString('hex'),
    percent: percent(piece),
    'an inspected Buffer': inspect(Buffer.from(piece)),
    'an inspected Uint8Array': inspect(new Uint8Array(Buffer.from(piece))),
    'a Buffer as JSON': JSON.stringify(Buffer.from(piece)),
    'a Buffer as JSON, indented': JSON.stringify(Buffer.from(piece), null, 2),
    'an error': inspect(new Error(`at ${piece}`)),
    'a hidden property': printed(Object.defineProperty({}, 'x', { value: piece, enumerable: false })).inspect,
    'a cause': printed(new Error('x', { cause: new Error(piece) })).inspect
  }

  test.each(Object.entries(forms))('sees a secret: %s', (_name, text) => {
    expect(secretsIn(`before ${text} after`)).toEqual(['token'])
  })

  test('sees every piece of eight bytes, and no shorter one', () => {
    for (const [name, secret] of Object.entries(secrets)) {
      for (let at = 0; at + 8 <= secret.length; at++) {
        expect(secretsIn(secret.slice(at, at + 8))).toEqual([name])
        expect(secretsIn(secret.slice(at, at + 7))).toEqual([])
      }
    }
  })

  test('sees all of them in the input', () => {
    expect(secretsIn(input.toString('latin1'))).toEqual(Object.keys(secrets))
  })

  test('would see an error that quotes the input', () => {
    expect(secretsIn(printed(new TypeError(`cannot parse ${lines[0]}`)).stack)).toEqual(['token'])
  })
})

describe('the library', () => {
  const encryptor = createEncryptor({ id: 'seal', key: Buffer.alloc(32, 9) }, (bytes) => Buffer.alloc(bytes, 3))
  const keys = [{ id: 'k1', key: Buffer.alloc(32, 7) }]
  const actions: readonly Action[] = ['label', 'mask', 'partial', 'hmac', 'encrypt', 'remove', 'drop']

  test.each(actions)('results of action %s', (action) => {
    for (const codec of ['auto', 'json'] as const) {
      const redactor = createRedactor({ policy: { default: action }, keys, encryptor, codec })
      const carry = redactor.createCarry()
      const result = redactor.redact(input, carry)
      expect(result.findings.length).toBeGreaterThan(90)
      expectNone({
        payload: result.payload,
        ...printed(result),
        carry: printed(carry).inspect,
        redactor: printed(redactor).inspect
      })
    }
  })

  test('record by record', () => {
    const redactor = createRedactor()
    const carry = redactor.createCarry()
    const results = lines.map((line) => redactor.redact(Buffer.from(`${line}\n`, 'latin1'), carry))
    expectNone({ payload: Buffer.concat(results.map(({ payload }) => payload)), ...printed(results) })
  })

  test('the trace', () => {
    const events: TraceEvent[] = []
    createRedactor({ trace: (event) => events.push(event) }).redact(input)
    expect(events.length).toBeGreaterThan(500)
    expectNone(printed(events))
  })

  test('flagged findings, whose payload holds the secrets still', () => {
    const scanned = Buffer.from(lines.filter((line) => !line.includes('deep')).join('\n'), 'latin1')
    const { findings, payload } = createRedactor({ policy: { default: 'flag' }, keys }).redact(scanned)
    expect(payload).toBe(scanned)
    expect(findings.length).toBeGreaterThan(40)
    expectNone(printed(findings))
  })

  test('a scanner that throws what it met', () => {
    const scanner = createScanner(bundledDetectors)
    const seen: unknown[] = []
    const redactor = assembleRedactor({
      scanner: {
        ...scanner,
        scan: (payload) => {
          throw new TypeError(`cannot scan ${Buffer.from(payload).toString()}`, { cause: Buffer.from(payload) })
        }
      },
      codec: autoCodec,
      policy: compilePolicy(),
      fingerprinter: createFingerprinter([]),
      onError: (error) => seen.push(error),
      createCarry
    })
    const result = redactor.redact(input)
    expectNone({ payload: result.payload, ...printed(result) })
    expect(result.withheld).toEqual({ depth: 0, size: 0, effort: 0, error: 2 * lines.length, unknown: 0 })
    // The hook gets the error as it is: it is told not to show it.
    expect(secretsIn(printed(seen[0]).message)).toEqual(Object.keys(secrets))
  })

  test('errors of keys and of sealed secrets', () => {
    const sealed = encryptor.seal(Buffer.from(token))
    const attempts: (() => unknown)[] = [
      () => createRedactor({ keys: [{ id: token, key: Buffer.from(password) }] }),
      () => createRedactor({ keys: [{ id: 'k', key: Buffer.from(password).subarray(0, 8) }] }),
      () => createRedactor({ policy: { default: token as Action } }),
      () => createRedactor({ policy: { overrides: [{ confidence: token as 'likely', action: 'label' }] } }),
      () => createEncryptor({ id: 'k', key: Buffer.from(token) }, (bytes) => Buffer.alloc(bytes)),
      () => createEncryptor({ id: 'k', publicKey: token }, (bytes) => Buffer.alloc(bytes)),
      () => createEncryptor({ id: 'k', publicKey: pem.join('\n') }, (bytes) => Buffer.alloc(bytes)),
      () => createEncryptor({ id: 'k', publicKey: Buffer.from(token).subarray(0, 31) }, (bytes) => Buffer.alloc(bytes)),
      () => decrypt(token, Buffer.alloc(32)),
      () => decrypt(sealed, Buffer.from(token)),
      () => decrypt(sealed, Buffer.alloc(32)),
      () => decrypt(sealed, pem.join('\n')),
      () => decrypt(`${sealed.slice(0, -4)}AAAA`, Buffer.alloc(32, 9)),
      () => sealedKeyId(token)
    ]
    const errors = attempts.map(thrown)
    expect(errors.map((error) => error instanceof LogveilError)).toEqual(attempts.map(() => true))
    for (const error of errors) expectNone(printed(error))
  })
})

/** Runs a command and looks at all that it said and wrote. */
async function quiet(
  script: string,
  args: string[],
  stdin: Uint8Array = input,
  env: NodeJS.ProcessEnv = {}
): Promise<Ended> {
  const ended = await run(script, args, stdin, env)
  expectNone({ stdout: ended.stdout, stderr: ended.stderr })
  return ended
}

const good = ['name: Toy', 'severity: low', 'keywords: [ghp_]', "pattern: '(ghp_[A-Za-z0-9]{36})'"]

function detectorFile(...fields: readonly string[]): string {
  const head = ['provider: toy', 'name: Toy', 'references: [https://example.test/]', 'detectors:', '  - id: toy-token']
  return [...head, ...fields.map((field) => `    ${field}`)].join('\n')
}

/** Each has a mistake near a secret. */
const detectorFiles = [
  detectorFile(...good, `examples: ['${token}', '[[${token}]]']`, "counterExamples: ['x']"),
  detectorFile(...good, `examples: ['[[${token}', '[[${token}]]']`, "counterExamples: ['x']"),
  detectorFile(
    ...good,
    `examples: ['[[${token}]]', '[[${token}]]']`,
    `counterExamples: ['${token} {{nothing:${token}}}']`
  ),
  detectorFile(...good, `examples: ['[[${token}]]'`, `counterExamples: ['${token}']`),
  detectorFile(...good, `examples: ${token}`, 'counterExamples: []'),
  detectorFile(...good, `examples: ["\\q${token}"]`, `examples: ['${token}']`),
  detectorFile(...good.slice(0, 3), `pattern: '(${token}'`, `examples: ['[[${token}]]']`),
  detectorFile(...good.slice(0, 3), `pattern: '(ghp_)(${token})'`, `examples: ['[[${token}]]']`),
  detectorFile(
    ...good,
    `allow: ['(${token}']`,
    `checks: ['no-such-check']`,
    `examples: ['[[${token}]]', '[[${token}]]']`
  ),
  `- ${token}\n\t- ${password}: [`
]

describe.concurrent('the command', () => {
  test('output, findings and summary', async () => {
    const file = path('app.log')
    writeFileSync(file, input)
    const { status, stdout, stderr } = await quiet(main, [
      'redact',
      '--findings',
      path('findings'),
      '--summary',
      file,
      '-'
    ])
    expect(status).toBe(0)
    expect(stdout.split('\n')).toHaveLength(4 * lines.length - 1)
    expect(stderr).toContain('findings')
    const findings = readFileSync(path('findings'), 'latin1')
    expect(findings.split('\n').length).toBeGreaterThan(200)
    expectNone({ findings })
  })

  test('findings on standard error', async () => {
    const { stderr } = await quiet(main, ['redact', '--findings', '-'])
    expect(stderr.split('\n').length).toBeGreaterThan(100)
  })

  test('oversize lines', async () => {
    const { stdout } = await quiet(main, ['redact', '--max-record-bytes', '70', '--summary'])
    expect(stdout).toContain('[WITHHELD:size]')
    const long = Buffer.from(
      `${'x'.repeat(300_000)} ${lines.slice(0, 20).join(' ')} ${'x'.repeat(300_000)}\n`,
      'latin1'
    )
    expect((await quiet(main, ['redact', '--max-record-bytes', '1000', '--summary'], long)).stdout).toBe(
      '[WITHHELD:size]\n'
    )
  })

  test('a scanner that throws what it met', async () => {
    const whole = lines.slice(0, lines.indexOf(pem[0]))
    const stack = whole.map((line) => `BOOM\n    at ${line}\n\tat f (${line}:1:2)\n`).join('')
    const { stdout, stderr } = await quiet(
      canaryMain,
      ['redact', '--summary', '--findings', path('boom')].slice(1),
      Buffer.from(stack, 'latin1')
    )
    expect(stderr).toContain('a bug in logveil, the records it met are withheld: TypeError')
    expect(stdout).toContain('[WITHHELD:error]')
    expectNone({ findings: readFileSync(path('boom'), 'latin1') })
  })

  test('a redactor that cannot be created', async () => {
    const text = `bad\n    at ${token}\n    at ${password}`
    const { status, stderr } = await quiet(canaryMain, [], input, { CANARY_CREATE: text })
    expect(status).toBe(2)
    expect(stderr).toContain('a bug in logveil: TypeError')
  })

  test('an option, a key file and a detector file that are wrong', async () => {
    writeFileSync(path('bad-key'), `id: ${token}`)
    writeFileSync(path('bad.yaml'), detectorFiles[0])
    for (const args of [
      ['--action', token],
      ['--key-file', path('bad-key')],
      ['--detectors', path('bad.yaml')]
    ])
      expect((await quiet(main, ['redact', ...args])).status).toBe(2)
  })

  test('explanations', async () => {
    for (const args of [[], ['--json']]) {
      const { status, stdout } = await quiet(main, ['detectors', 'explain', ...args, '-'])
      expect(status).toBe(0)
      expect(stdout).toContain('github-pat-classic')
    }
  })
})

/** What the command says when it gives up. */
async function lastWords(give: () => unknown): Promise<Record<string, string>> {
  try {
    await give()
  } catch (error) {
    const { message, stack } = error as Error
    return { said: describeError(error), message, stack: stack ?? '' }
  }
  throw new TypeError('nothing was thrown')
}

describe('what the command refuses', () => {
  test.each([
    [['--action', token]],
    [['--codec', password]],
    [['--max-record-bytes', token]],
    [['--summary', `--no-such-option=${token}`]],
    [[`--password=${password}`]],
    [[`--summary=${token}`]],
    [['--action']]
  ])('options %#', async (args) => {
    expectNone(await lastWords(() => parseRedactArguments(args)))
  })

  test.each([
    password.slice(0, 12),
    `id: ${token}`,
    `${token} ${token}`,
    `! ${token}`,
    pem.join('\n'),
    `-----BEGIN PUBLIC KEY-----\n${pem[1]}`,
    `-----BEGIN PUBLIC KEY-----\n${pem[1]}\n-----END PUBLIC KEY-----`
  ])('keys %#', async (text) => {
    writeFileSync(path('key'), text)
    expectNone(await lastWords(() => parseKeys(text, 'LOGVEIL_KEY')))
    expectNone(await lastWords(() => readKeys(path('key'))))
    expectNone(await lastWords(() => readEncryptor(path('key'))))
  })

  test.each(detectorFiles.map((text) => [text]))('detector files %#', async (text) => {
    const file = path('toy.yaml')
    writeFileSync(file, text)
    expectNone(await lastWords(() => extendBundled([file])))
    const { text: said, status } = await runDetectors(['check', file])
    expectNone({ said })
    expect(status).toBe(1)
  })
})
