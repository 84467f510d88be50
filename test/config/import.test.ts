// What was masked by something else is redacted by what `logveil config import` makes of its configuration; what has no equal is told.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseAlloy } from '../../src/config/alloy-syntax.ts'
import { detectorsOfValues, keysOf } from '../../src/config/import-detectors.ts'
import { expand } from '../../src/scan/template.ts'
import { main, run, temporaryDirectory } from '../cli/spawn.ts'
import { startDaemon } from '../e2e/daemon.ts'
import { startHttpDownstream } from '../e2e/http-downstream.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
let count = 0

interface Result {
  readonly status: number | null
  readonly stdout: string
  /** `setting: kind` of what was told. */
  readonly told: string[]
  readonly config: string
  readonly detectors: string
}

async function importText(kind: string, text: string, more: readonly string[] = []): Promise<Result> {
  const at = (name: string) => path(`${++count}-${name}`)
  const file = at('original')
  const config = at('logveil.yaml')
  const detectors = path(`imported${++count}.yaml`)
  writeFileSync(file, text)
  const { status, stdout, stderr } = await run(main, [
    'config',
    'import',
    kind,
    file,
    '--detectors',
    detectors,
    ...more
  ])
  writeFileSync(config, stdout)
  const told = stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(`logveil: ${file}: `, '').split(': ').slice(0, 2).join(': '))
  return { status, stdout, told, config, detectors }
}

const redact = async (detectors: string, line: string, more: readonly string[] = []) =>
  (await run(main, ['redact', '--detectors', detectors, ...more], line)).stdout

async function expectGood({ config, detectors }: Result): Promise<void> {
  expect(await run(main, ['config', 'check', config])).toMatchObject({ status: 0, stderr: '' })
  expect(await run(main, ['detectors', 'check', detectors])).toMatchObject({ status: 0, stderr: '' })
}

describe('OpenTelemetry Collector', () => {
  const original = `
receivers: { otlp: { protocols: { http: {} } } }
processors:
  batch: {}
  redaction/pci:
    allow_all_keys: true
    redact_all_types: true
    ignored_keys: [safe.attribute]
    ignored_key_patterns: ['^trace_.*', '[a-z]+_ok']
    blocked_key_patterns: ['.*token.*', '.*api[_-]?key.*', '^(pin|cvv)$', 'pw']
    blocked_values:
      - '4[0-9]{12}(?:[0-9]{3})?'
      - '\\b\\d{3}-\\d{2}-\\d{4}\\b'
      - '(acme)-([a-z]{12})$$'
    allowed_values: ['acme-public.*']
    hash_function: md5
    summary: debug
    url_sanitizer: { enabled: true }
    of_tomorrow: 1
  redaction/other:
    allowed_keys: [id]
    blocked_values: ['\\bticket [A-F0-9]{8}\\b']
`

  test('becomes a configuration that loads and redacts what was masked', async () => {
    const imported = await importText('otel', original, ['--to', 'http://backend:4318'])
    await expectGood(imported)
    expect(imported.status).toBe(1)
    expect(imported.told).toEqual([
      'redaction/pci.allowed_values: differs',
      'redaction/pci.blocked_values[1]: left out',
      'redaction/pci.blocked_key_patterns[3]: left out',
      'redaction/pci.blocked_key_patterns: differs',
      'redaction/pci.ignored_key_patterns[1]: left out',
      'redaction/pci.ignored_keys: differs',
      'redaction/pci.hash_function: left out',
      'redaction/pci.summary: differs',
      'redaction/pci.url_sanitizer: left out',
      'redaction/pci.of_tomorrow: left out',
      'redaction/other.allowed_keys: left out'
    ])
    expect(imported.stdout).toBe(`redaction:
  overrides:
    - path: "**.safe.attribute"
      action: flag
    - path: "**.trace_*"
      action: flag
  detectors:
    - ${imported.detectors}
pipelines:
  - name: otlp
    source:
      type: otlp
    annotate: true
    sinks:
      - type: otlp
        url: http://backend:4318
`)
    const id = `[REDACTED:${/imported\d+/.exec(imported.detectors)}-redaction`
    const line = {
      pin: 1234,
      cvv: 'true',
      msg: `paid with 4${'1'.repeat(15)}, ticket ABCDEF01.`,
      o: { 'user.api-key': '/a/path', apikey: 'x' },
      l: ['acme-publicabcdef', 'acme-abcdefghijkl', 'acme-abcdefghijkl.'],
      left: '078-05-1120'
    }
    expect(JSON.parse(await redact(imported.detectors, `${JSON.stringify(line)}\n`))).toEqual({
      pin: `${id}-pci-key-3]`,
      cvv: `${id}-pci-key-3]`,
      msg: `paid with ${id}-pci-value-1], ${id}-other-value-1].`,
      o: { 'user.api-key': `${id}-pci-key-2]`, apikey: `${id}-pci-key-2]` },
      l: ['acme-publicabcdef', `${id}-pci-value-3]`, 'acme-abcdefghijkl.'],
      left: '078-05-1120'
    })
    // Its detectors hold no reference to what was let through: that is of the configuration.
    expect(readFileSync(imported.detectors, 'utf8')).not.toContain('safe')
  })

  test('does with records of OTLP what the processor did', async () => {
    const imported = await importText('otel', original, ['--to', 'http://backend:4318'])
    const backend = await startHttpDownstream()
    const { pipelines, ...rest } = parse(imported.stdout)
    pipelines[0].source = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
    pipelines[0].sinks[0].url = backend.url.href
    const daemon = await startDaemon({ ...rest, admin: '127.0.0.1:0', pipelines })
    const card = `4${'1'.repeat(15)}`
    const attributes = [
      { key: 'safe.attribute', value: { stringValue: card } },
      { key: 'trace_token', value: { stringValue: 'x' } },
      { key: 'user.token', value: { stringValue: 'x' } },
      { key: 'card', value: { intValue: card } }
    ]
    const response = await fetch(`http://127.0.0.1:${daemon.ports['otlp/http']}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] })
    })
    const [sent] = backend.arrived.map(({ body }) => JSON.parse(body.toString()))
    expect([response.status, await daemon.stop()]).toEqual([200, 0])
    await backend.close()
    const id = `${/imported\d+/.exec(imported.detectors)}-redaction-pci`
    const ids = ['value-1', 'key-1'].map((end) => ({ stringValue: `${id}-${end}` }))
    expect(sent.resourceLogs[0].scopeLogs[0].logRecords[0].attributes).toEqual([
      { key: 'logveil.detectors', value: { arrayValue: { values: ids } } },
      attributes[0],
      attributes[1],
      { key: 'user.token', value: { stringValue: `[REDACTED:${id}-key-1]` } },
      { key: 'card', value: { stringValue: `[REDACTED:${id}-value-1]` } }
    ])
  })

  test('values of any length under a blocked key go', async () => {
    const { detectors } = await importText(
      'otel',
      'redaction:\n  allow_all_keys: true\n  blocked_key_patterns: [".*answer.*"]\n'
    )
    const values = ['1', 'no', 'a b c', 'x'.repeat(3999), expand('{{base62:9000}}', 3).text]
    const out = await redact(detectors, values.map((answer) => `${JSON.stringify({ answer })}\n`).join(''))
    const id = `${/imported\d+/.exec(detectors)}-redaction-key-1`
    expect(out).toBe(
      ['', '', '', '', '-long'].map((more) => `${JSON.stringify({ answer: `[REDACTED:${id}${more}]` })}\n`).join('')
    )
  })

  test('names that are long, or alike, have ids of their own', async () => {
    const names = ['redaction/a_b', 'redaction/a-b', `redaction/${'x'.repeat(70)}`]
    const text = names.map((name, i) => `${name}: { allow_all_keys: true, blocked_key_patterns: [".*answer${i}.*"] }\n`)
    const imported = await importText('otel', text.join(''))
    await expectGood(imported)
    expect(imported.told).toEqual(names.map((name) => `${name}.blocked_key_patterns: differs`))
  })

  test('without anything to complain about: 0, and no file of detectors', async () => {
    const { status, told, stdout } = await importText('otel', 'redaction: { allow_all_keys: true, summary: silent }')
    expect([status, told]).toEqual([0, []])
    expect(stdout).toBe('pipelines:\n  - name: otlp\n    source:\n      type: otlp\n    sinks:\n      - type: stdout\n')
  })
})

describe('Grafana Alloy', () => {
  const rules = `[[rules]]\nid = "acme"\nregex = '''acme_[a-z]{20}'''\nkeywords = ["acme_"]\n`
  const original = (gitleaks: string) => `// what reads the logs
loki.source.file "app" {
  targets    = local.file_match.app.targets
  forward_to = [loki.secretfilter.default.receiver]
}
/* the filter */
loki.secretfilter "default" {
  forward_to      = [loki.write.default.receiver, loki.write.nowhere.receiver]
  gitleaks_config = "${gitleaks}"
  types           = ["aws", "gcp",]
  redact_with     = "<$SECRET_NAME:$SECRET_HASH>"
  allowlist       = [\`^test-.*\`, "x\\\\d+"]
  partial_mask    = 4
  include_generic = true
  of_tomorrow     = max(1, 2) + 3
}
loki.write "default" {
  endpoint {
    url = "http://loki:3100/loki/api/v1/push"
    basic_auth { username = sys.env("U") }
  }
  external_labels = { cluster = "a", "b-c" = concat([1], [2])[0] }
}
`

  test('loki.secretfilter', async () => {
    const gitleaks = path('gitleaks.toml')
    writeFileSync(gitleaks, rules)
    const { status, stdout, told, config } = await importText('alloy', original(gitleaks))
    expect(status).toBe(1)
    expect(told).toEqual([
      'loki.secretfilter.default.forward_to: left out',
      'loki.secretfilter.default.forward_to: left out',
      'loki.secretfilter.default.gitleaks_config: differs',
      'loki.secretfilter.default.types: differs',
      'loki.secretfilter.default.redact_with: differs',
      'loki.secretfilter.default.allowlist: left out',
      'loki.secretfilter.default.partial_mask: differs',
      'loki.secretfilter.default.of_tomorrow: left out',
      'source: differs'
    ])
    expect(stdout).toBe(`redaction:
  action: partial
  detectors:
    - ${gitleaks}
pipelines:
  - name: logs
    source:
      type: otlp
      grpc: null
    sinks:
      - type: http
        url: http://loki:3100/loki/api/v1/push
        format: loki
`)
    expect((await run(main, ['config', 'check', config])).status).toBe(0)
    const secret = `acme_${'abcdefghij'.repeat(2)}`
    expect(await redact(gitleaks, `x ${secret}\n`)).toBe('x [REDACTED:gitleaks-acme]\n')
  })

  test('otelcol.processor.redaction', async () => {
    const imported = await importText(
      'alloy',
      `otelcol.processor.redaction "r" {
  allow_all_keys       = true
  blocked_values       = ["acme_[a-z]{8}"]
  blocked_key_patterns = ["(?i).*answer.*"]
  url_sanitizer { enabled = true }
  output { logs = [otelcol.exporter.otlphttp.default.input] }
}
`
    )
    await expectGood(imported)
    expect(imported.told).toEqual([
      'otelcol.processor.redaction.r.blocked_key_patterns: differs',
      'otelcol.processor.redaction.r.url_sanitizer: left out'
    ])
    expect(await redact(imported.detectors, 'a acme_abcdefgh\nanswer=42\n')).toMatch(
      /^a \[REDACTED:imported\d+-\S+-value-1\]\nanswer=\[REDACTED:imported\d+-\S+-key-1\]\n$/
    )
  })

  test.each([
    ['a = [1, 2', 'line 1: is no configuration of Alloy: , or ] is missing'],
    ['a "b" {\n  c = "d\n}', 'line 2: is no configuration of Alloy: the end of a string is missing'],
    ['a {', 'line 1: is no configuration of Alloy: a name is missing']
  ])('%j tells where it goes wrong', (text, message) => {
    expect(() => parseAlloy(text)).toThrow(message)
  })

  test('values', () => {
    const text =
      'x { a = "\\u0041\\n\\"" \n b = -1 \n c = {k = [true, null], "l-m" = 2.5}\n d = (1)\n e = f.g["h"].i + 1 // j\n}'
    expect(parseAlloy(text)).toEqual([
      {
        name: 'x',
        label: null,
        attributes: {
          a: 'A\n"',
          b: -1,
          c: { k: [true, null], 'l-m': 2.5 },
          d: 1,
          e: { expression: 'f.g["h"].i + 1' }
        },
        blocks: []
      }
    ])
  })
})

describe('pino', () => {
  const redactOption = {
    paths: [
      'req.headers.authorization',
      '*.ssn',
      'user.cards[*].number',
      'a["x-api-pin"]',
      'tokens[*]',
      'user.name',
      'a.b.*',
      'pw'
    ],
    censor: '[x]'
  }
  const line = {
    hostname: 'h',
    ssn: 123456789,
    user: { name: 'ada', cards: [{ number: '4' }, { number: 12 }] },
    a: { 'x-api-pin': true, b: { c: 'd' } },
    tokens: ['t1', 't2'],
    req: { headers: { authorization: 'Basic x' } }
  }

  test('paths', async () => {
    const imported = await importText('pino', JSON.stringify(redactOption))
    await expectGood(imported)
    expect(imported.status).toBe(1)
    expect(imported.told).toEqual([
      'redact.paths[5]: left out',
      'redact.paths[6]: left out',
      'redact.paths[7]: left out',
      'redact.paths: differs',
      'redact.censor: differs',
      'source: differs'
    ])
    const out = await redact(imported.detectors, `${JSON.stringify(line)}\n`)
    const placeholder = `[REDACTED:${/imported\d+/.exec(imported.detectors)}-pino-path]`
    expect(JSON.parse(out)).toEqual({
      hostname: 'h',
      ssn: placeholder,
      user: { name: 'ada', cards: [{ number: placeholder }, { number: placeholder }] },
      a: { 'x-api-pin': placeholder, b: { c: 'd' } },
      tokens: [placeholder, placeholder],
      req: { headers: { authorization: placeholder } }
    })
  })

  test('remove, within options of pino', async () => {
    const text = JSON.stringify({ level: 'info', redact: { paths: ['ssn'], remove: true } })
    const { stdout, detectors, told } = await importText('pino', text)
    const provider = /imported\d+/.exec(detectors)
    expect(
      stdout.startsWith(`redaction:\n  overrides:\n    - detector: ${provider}-pino-path*\n      action: remove\n`)
    ).toBe(true)
    expect(told).toEqual(['redact.paths: differs', 'redact.remove: differs', 'source: differs'])
  })
})

describe('mistakes', () => {
  test.each([
    ['otel', 'receivers: {}', 'there is no processor `redaction` in it, below `processors` or at the top'],
    ['otel', 'a: [', 'is no valid YAML'],
    ['alloy', 'a "b" { }', 'there is no loki.secretfilter and no otelcol.processor.redaction in it'],
    ['pino', '{"paths":1}', 'is no `redact` of pino: an array of paths, or an object with `paths`'],
    ['pino', 'paths', 'is no valid JSON: write what stands behind `redact:` as JSON']
  ])('%s: %s', async (kind, text, message) => {
    const file = path('wrong')
    writeFileSync(file, text)
    expect(await run(main, ['config', 'import', kind, file])).toEqual({
      status: 2,
      stdout: '',
      stderr: `logveil: ${file}: ${message}\n`
    })
  })

  test('detectors need a file, which is not there yet', async () => {
    const file = path('some.json')
    writeFileSync(file, '["ssn"]')
    const say = (args: readonly string[]) => run(main, ['config', 'import', 'pino', file, ...args])
    expect((await say([])).stderr).toBe(
      'logveil: this needs detectors of its own: say where to write them, --detectors imported.yaml\n'
    )
    expect((await say(['--detectors', path('A-b.yml')])).status).toBe(2)
    writeFileSync(path('there.yaml'), 'mine')
    expect((await say(['--detectors', path('there.yaml')])).status).toBe(2)
    expect(readFileSync(path('there.yaml'), 'utf8')).toBe('mine')
    expect((await run(main, ['config', 'import', 'nginx', file])).status).toBe(2)
  })
})

test.each([
  ['(?P<x>sk-[a-z]{3})(y)', '(sk-[a-z]{3}y)'],
  ['[(]abc[)]\\(', '([(]abc[)]\\()'],
  ['[^]()]{9}xyz', '([^()\\]]{9}xyz)']
])('%s: the whole match goes, whatever its groups', (regex, pattern) => {
  const made = detectorsOfValues(regex, 'imported-a', [])
  expect('detectors' in made && made.detectors.map((one) => one.pattern)).toEqual([pattern])
})

test.each([
  ['.*token.*', ['token']],
  ['^x-(api|auth)-key$', ['x-api-key', 'x-auth-key']],
  ['(?i).*pass(word)?.*', ['pass', 'password']],
  ['pw', null],
  ['a|bcd', null],
  ['(', null]
])('key words of %s', (regex, keys) => {
  expect(keysOf(regex)).toEqual(keys)
})
