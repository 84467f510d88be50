// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the configuration
import { describe, expect, test } from 'vitest'
import { checkConfig, fillDefaults } from '../../src/config/config-load.ts'
import { formatMistake } from '../../src/config/config-mistakes.ts'
import { printConfig } from '../../src/config/config-print.ts'
import { configJsonSchema } from '../../src/config/config-schema.ts'
import { parseYaml, type Surrounding } from '../../src/config/config-yaml.ts'

const surrounding: Surrounding = {
  env: (name) => ({ PORT: '4400', TOKEN: 'hunter2: [', DIGITS: '12345', YES: 'true' })[name],
  file: (path) => (path === 'token' ? 'from a file\n' : undefined)
}
const check = (text: string) => checkConfig(text, surrounding)
const mistakes = (text: string) => check(text).mistakes.map((mistake) => formatMistake('f', mistake))
const pipeline = (source: string, sinks = '[{ type: stdout }]') =>
  `pipelines:\n  - name: a\n    source: { type: otlp${source} }\n    sinks: ${sinks}\n`

describe('defaults', () => {
  test('without anything: OTLP in, standard output, admin on loopback', () => {
    const { config } = check('')
    expect(config).toEqual(fillDefaults({}))
    expect(config).toMatchObject({
      admin: '127.0.0.1:9464',
      workers: 1,
      pipelines: [
        { source: { type: 'otlp', http: '127.0.0.1:4318', grpc: '127.0.0.1:4317' }, sinks: [{ type: 'stdout' }] }
      ]
    })
  })
})

describe('what stands around it', () => {
  test('fills in text, a whole plain value becomes what YAML would read', () => {
    const { config } = check(
      pipeline(`, http: '0.0.0.0:\${env:PORT}', bearerTokens: ['\${env:TOKEN}', '\${file:token}', "a\${env:DIGITS}"]`) +
        'gracePeriodMs: ${env:DIGITS}\n'
    )
    expect(config?.pipelines[0].source).toMatchObject({
      http: '0.0.0.0:4400',
      bearerTokens: ['hunter2: [', 'from a file', 'a12345']
    })
    expect(config?.gracePeriodMs).toBe(12345)
  })

  test('what fills in is a value, never YAML', () => {
    const { config } = check(pipeline(', bearerTokens: [ "${env:TOKEN}" ]'))
    expect(config?.pipelines[0].source).toMatchObject({ bearerTokens: ['hunter2: ['] })
  })

  test('digits where text is meant have to be quoted', () => {
    expect(mistakes(pipeline(', bearerTokens: [ "${env:DIGITS}" ]'))).toEqual([])
    expect(
      mistakes(
        'pipelines:\n  - name: a\n    source:\n      type: otlp\n      bearerTokens:\n        - ${env:DIGITS}\n    sinks: [{ type: stdout }]\n'
      )
    ).toEqual(['f:6: pipelines[0].source.bearerTokens[0] must be text: put it in quotes'])
  })

  test('what is not there is told with its line', () => {
    expect(mistakes('admin: ${env:NOWHERE}\nworkers: 1\npipelines:\n  - name: ${file:missing}\n')).toEqual([
      'f:1: the environment has no NOWHERE',
      'f:4: the file missing cannot be read'
    ])
  })
})

describe('mistakes', () => {
  test.each([
    ['workers: 0', ['f:1: workers must be at least 1']],
    ['workers: many', ['f:1: workers is neither a whole number nor auto']],
    ['\nadmn: x', ['f:2: admn is not known: did you mean admin?']],
    ['admin: localhost', ['f:1: admin is no address: write HOST:PORT, for all interfaces 0.0.0.0:PORT']],
    ['admin: "a:70000"', ['f:1: admin has a port above 65535']],
    ['a: [', ['f:1: is no valid YAML: bad indent']],
    ['admin: x\nadmin: y', ['f:2: is no valid YAML: duplicate key']],
    ['pipelines: 5', ['f:1: pipelines must be a list']],
    ['gracePeriodMs: soon', ['f:1: gracePeriodMs must be a number']],
    [pipeline(', htpp: x'), ['f:3: pipelines[0].source.htpp is not known: did you mean http?']],
    ['admin: null\nfindings: { bearerTokens: [t] }\n', ['f:2: findings needs an address to be sent to: admin is null']],
    [pipeline(', http: null, grpc: null'), ['f:3: pipelines[0].source listens nowhere: http and grpc are both null']],
    [pipeline(', grpc: "127.0.0.1:9464"'), ['f:3: pipelines[0].source.grpc is taken by another listener']],
    [
      pipeline(', maxBodyBytes: 200000000'),
      ['f:3: pipelines[0].source.maxBodyBytes is more than maxInFlightBytes, which it has to fit into']
    ],
    [pipeline('', '[{ type: syslog }]'), ['f:4: pipelines[0].sinks[0].type is one of otlp, http, file, stdout, kafka']],
    [
      pipeline('', '[{ type: otlp, url: "ftp://a" }]'),
      ['f:4: pipelines[0].sinks[0].url is no URL of an OTLP backend: http://, https://, grpc:// or grpcs://']
    ],
    [
      pipeline('', '[{ type: otlp, url: "http://u:p@a" }]'),
      ['f:4: pipelines[0].sinks[0].url holds credentials: put them into headers']
    ],
    [
      pipeline('', '[{ type: otlp, url: "http://a", tls: { certFile: a } }]'),
      ['f:4: pipelines[0].sinks[0].tls needs certFile and keyFile together']
    ],
    [
      `${pipeline('', '[{ type: otlp, url: "http://a:1" }, { type: otlp, url: "http://a:1/b" }]')}    durable: { directory: d }\n`,
      ['f:4: pipelines[0].sinks[1] needs a name of its own, by which its batches are stored']
    ],
    [
      `${pipeline('')}    durable: { maxBytes: 5 }\n`,
      ['f:5: pipelines[0].durable.directory is missing', 'f:5: pipelines[0].durable.maxBytes must be at least 1048576']
    ],
    [
      `${pipeline('')}workers: 2\n`,
      ['f:4: pipelines[0].sinks[0] needs workers: 1, as threads would write into each other']
    ],
    [
      pipeline('') + pipeline('').split('\n').slice(1).join('\n'),
      [
        'f:5: pipelines[1].name is the name of another pipeline as well',
        'f:6: pipelines[1].source.http is taken by another listener',
        'f:6: pipelines[1].source.grpc is taken by another listener'
      ]
    ]
  ])('%j', (text, expected) => {
    expect(mistakes(text)).toEqual(expected)
  })

  test('never quote a value', () => {
    const secret = 'hunter2hunter2'
    const texts = [
      `workers: ${secret}`,
      `admin: ${secret}`,
      `redaction: { action: ${secret}, keys: ${secret} }`,
      pipeline(`, http: ${secret}, bearerTokens: ${secret}`, `[{ type: ${secret} }]`),
      pipeline('', `[{ type: otlp, url: "http://u:${secret}@a", headers: { "a b": ${secret} } }]`),
      `a: "${secret}`,
      `a: *${secret}`
    ]
    for (const text of texts) {
      const found = mistakes(text)
      expect(found.length).toBeGreaterThan(0)
      expect(found.join('\n')).not.toContain(secret)
    }
  })
})

test('printed, it is the same again, but for secrets, which are masked', () => {
  const text = `redaction: { keys: ['id:hunter2hunter2hunter2'] }\n${pipeline(', bearerTokens: [hunter2]', '[{ type: otlp, url: "http://a:1", headers: { authorization: hunter2 } }]')}`
  const { config } = check(text)
  const printed = printConfig(config ?? fillDefaults({}))
  expect(printed).not.toContain('hunter2')
  // And once in the comment that says so.
  expect(printed.match(/\[secret\]/g)).toHaveLength(4)
  expect(check(printed).config).toEqual(JSON.parse(JSON.stringify(config).replaceAll(/(id:)?(hunter2)+/g, '[secret]')))
})

test('printed, references stay as they are written, so that it loads again; what else stands there is masked, and that is said', () => {
  const channels = `tickets:
  directory: d
  channels:
    - { type: webhook, url: '\${env:HOOK}', secrets: ['\${file:sign}'], headers: { authorization: 'Bearer \${env:TOKEN}' } }
    - { type: slack-webhook, url: 'https://hooks.slack.example/services/\${env:PATH_OF_IT}' }
    - { type: jira, url: 'https://x.atlassian.net', token: '\${env:TOKEN}', project: SEC }
`
  const env: Record<string, string> = { HOOK: 'https://h/hunter2', TOKEN: 'hunter2', PATH_OF_IT: 'hunter2' }
  const surrounding = { env: (name: string) => env[name], file: () => 'hunter2' }
  const written = { env: (name: string) => `\${env:${name}}`, file: (name: string) => `\${file:${name}}` }
  const text = channels + pipeline('')
  const { config } = checkConfig(text, surrounding)
  const printed = printConfig(config ?? fillDefaults({}), parseYaml(text, written).value)
  expect(printed).not.toContain('hunter2')
  expect(printed).not.toContain('[secret]')
  expect(checkConfig(printed, surrounding).config).toEqual(config)
  const literal = channels.replace("'${env:HOOK}'", "'https://h/hunter2'").replace('Bearer ', 'hunter2 ') + pipeline('')
  const masked = printConfig(
    checkConfig(literal, surrounding).config ?? fillDefaults({}),
    parseYaml(literal, written).value
  )
  expect(masked).not.toContain('hunter2')
  expect(masked.match(/: "?\[secret\]/g)).toHaveLength(2)
  expect(masked.split('\n')[0]).toMatch(/^# \[secret\] stands for a secret/)
})

test('the JSON Schema refuses unknown keys and knows every default', () => {
  const schema = configJsonSchema() as {
    additionalProperties: boolean
    properties: Record<string, { default: unknown }>
  }
  expect(schema.additionalProperties).toBe(false)
  expect(Object.keys(schema.properties)).toEqual([
    'admin',
    'console',
    'findings',
    'workers',
    'gracePeriodMs',
    'maxInFlightBytes',
    'redaction',
    'tickets',
    'pipelines'
  ])
  expect(schema.properties.gracePeriodMs.default).toBe(25_000)
})
