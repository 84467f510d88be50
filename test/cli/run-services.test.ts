// Findings by the service that wrote them: who that is, and never more than a bounded number of series.
import { expect, test } from 'vitest'
import { createServices } from '../../src/cli/run-services.ts'
import { placeInProto } from '../../src/codecs/otlp-place.ts'
import { servicesInJson, servicesInProto } from '../../src/codecs/otlp-service.ts'
import { createRedactors } from '../../src/index.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { Envelope, Finding } from '../../src/model.ts'
import { createNext } from '../../src/pipeline.ts'
import { canary } from '../codecs/otlp-toys.ts'

const finding = { severity: 'high', span: [0, 1] } as never as Finding
const lines = (resource: Record<string, string>): Envelope =>
  ({ payload: Buffer.from('x'), format: 'lines', origin: { resource, format: 'plain' } }) as never

async function counted(metrics: ReturnType<typeof createMetrics>): Promise<Record<string, number>> {
  const { values } = await metrics.serviceFindings.get()
  const name = ({ pipeline, service, severity }: Record<string, unknown>) => `${pipeline} ${service} ${severity}`
  return Object.fromEntries(values.map(({ labels, value }) => [name(labels), value]))
}

test('the service of lines: by name, container, topic; names that hold secrets are redacted', async () => {
  const metrics = createMetrics()
  const services = createServices(metrics, (text) => text.replace('hunter2', '[REDACTED]'))
  services.batch('a', [finding, finding], lines({ 'service.name': 'pay', 'k8s.container.name': 'app' }))
  services.batch('a', [finding], lines({ 'k8s.container.name': 'app' }))
  services.batch('b', [finding], lines({ 'service.name': 'pay-hunter2' }))
  services.batch('b', [finding], lines({}))
  services.topic('c', [finding], 'orders')
  services.reported([
    { service: 'web', severity: 'low' },
    { service: null, severity: 'low' }
  ] as never)
  expect(await counted(metrics)).toEqual({
    'a pay high': 2,
    'a app high': 1,
    'b pay-[REDACTED] high': 1,
    'b unknown high': 1,
    'c orders high': 1,
    'reported web low': 1,
    'reported unknown low': 1
  })
})

test('fifty services, then other; one that was silent for an hour gives its place away', async () => {
  const metrics = createMetrics()
  let now = 0
  const services = createServices(
    metrics,
    (text) => text,
    () => now
  )
  for (let i = 0; i < 70; i++) services.topic('p', [finding], `s${i}`)
  const first = await counted(metrics)
  expect(Object.keys(first)).toHaveLength(51)
  expect(first['p other high']).toBe(20)
  now = 3_000_000
  services.topic('p', [finding], 's1')
  now = 3_600_000
  services.topic('p', [finding], 'fresh')
  services.topic('p', [finding], 's0')
  const later = await counted(metrics)
  expect(later).toMatchObject({ 'p fresh high': 1, 'p s0 high': 1, 'p s1 high': 2, 'p other high': 20 })
  expect(Object.keys(later)).toHaveLength(51)
})

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
const group = (attributes: object[], body: string) => ({
  resource: { attributes },
  scopeLogs: [{ logRecords: [{ body: { stringValue: body } }] }]
})

test('in requests of JSON: by the resource around the finding', () => {
  const groups = [
    group([attribute('host.name', 'h'), attribute('service.name', 'p\u00e4y "1"')], 'secret1'),
    { scopeLogs: [{ logRecords: [{ body: { stringValue: 'secret2' } }] }] },
    group([], 'service.name secret3'),
    {
      scopeLogs: [{ logRecords: [{ body: { stringValue: 'secret4' } }] }],
      resource: { attributes: [attribute('service.name', 'last')] }
    }
  ]
  const payload = Buffer.from(JSON.stringify({ resourceLogs: groups }))
  const serviceAt = servicesInJson(payload)
  const at = (text: string) => serviceAt(payload.indexOf(text))
  expect(['secret1', 'secret2', 'secret3', 'secret4', 'secret1'].map(at)).toEqual([
    'päy "1"',
    null,
    null,
    'last',
    'päy "1"'
  ])
  expect(serviceAt(payload.length)).toBe(null)
  for (const text of [
    '{"resourceLogs":3}',
    '{"resourceLogs":[7,{"resource":[]}]}',
    '[]',
    'no JSON',
    '{"resource_spans":[{"resource":{"attributes":{"key":1}}}]}'
  ])
    expect(servicesInJson(Buffer.from(text))(20)).toBe(null)
})

/** Shorter than 128 bytes. */
function field(number: number, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  return Buffer.concat([Buffer.from([(number << 3) | 2, body.length]), body])
}

const pair = (key: string, value: string) => field(1, field(1, key), field(2, field(1, value)))
const log = (text: string) => field(2, field(2, field(5, field(1, text))))

test('in requests of protobuf', () => {
  const payload = Buffer.concat([
    field(1, field(1, pair('a', 'b'), pair('service.name', 'pay')), log('secret1')),
    field(1, log('secret2')),
    field(1, log('secret3'), field(1, pair('service.name', 'last')))
  ])
  const serviceAt = servicesInProto(payload)
  const at = (text: string) => serviceAt(payload.indexOf(text))
  expect(['secret1', 'secret2', 'secret3', 'secret2', 'secret1'].map(at)).toEqual(['pay', null, 'last', null, 'pay'])
  expect(servicesInProto(Buffer.from('no protobuf'))(3)).toBe(null)
})

test('in requests of protobuf from which unknown fields were taken out: the service of the finding, not its neighbour', async () => {
  const metrics = createMetrics()
  const services = createServices(metrics, (text) => text)
  const places: unknown[] = []
  const strict = createRedactors({ detectors: [canary] }).otlp({ format: 'otlp-proto', signal: 'logs' })
  const next = createNext({
    name: 'p',
    sources: [],
    redact: ({ payload }) => strict.redact(payload),
    sink: { name: 'none', write: async () => ({ rejected: 0, message: '' }), close: async () => {} },
    metrics,
    onFindings(findings, envelope) {
      services.batch('p', findings, envelope)
      places.push(...findings.map((one) => placeInProto(envelope.payload, 'logs', one).resource['service.name']))
    }
  })
  const unknown = field(15, 'x'.repeat(60))
  const group = (name: string) => field(1, field(1, pair('service.name', name)), log('canary_123456'), unknown)
  const payload = Buffer.concat([group('pay'), group('web'), group('api')])
  await next({
    payload,
    format: 'otlp-proto',
    signal: 'logs',
    encoded: null,
    deadline: Number.POSITIVE_INFINITY,
    stream: null
  })
  expect(places).toEqual(['pay', 'web', 'api'])
  expect(await counted(metrics)).toEqual({ 'p pay high': 1, 'p web high': 1, 'p api high': 1 })
})
