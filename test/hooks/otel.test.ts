// OpenTelemetry's own SDKs and exporters, against a receiver of the test's own.
import { createTraceState, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createHook } from '../../src/hooks/hook.ts'
import { redactLogRecordInPlace } from '../../src/hooks/otel-logs.ts'
import { createOwners } from '../../src/hooks/otel-shared.ts'
import { redactSpanInPlace, redactSpans } from '../../src/hooks/otel-spans.ts'
import {
  type PlacedFinding,
  RedactingLogRecordExporter,
  RedactingLogRecordProcessor,
  RedactingSpanExporter,
  RedactingSpanProcessor
} from '../../src/otel.ts'
import { expand } from '../../src/scan/template.ts'
import { type HttpDownstream, startHttpDownstream } from '../e2e/http-downstream.ts'
import { sdks } from './otel-sdks.ts'

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 5).text
const masked = '[REDACTED:github-pat-classic]'
const password = ['correct', 'horse', '7'].join('-')
const passwordMasked = '[REDACTED:generic-password]'

let http: HttpDownstream
beforeAll(async () => {
  http = await startHttpDownstream()
})
afterEach(() => {
  http.arrived.length = 0
})
afterAll(() => http.close())

/** What arrived, parsed. */
function arrived() {
  return http.arrived.map(({ body }) => JSON.parse(body.toString()))
}

interface KeyValue {
  key: string
  value: Record<string, unknown>
}

/** OTLP's attributes as an object of their values. */
function plain(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, anyValue(value)]))
}

function anyValue(value: Record<string, unknown>): unknown {
  const [[kind, held] = []] = Object.entries(value)
  if (kind === 'arrayValue') return (held as { values: Record<string, unknown>[] }).values.map(anyValue)
  return kind === 'kvlistValue' ? plain((held as { values: KeyValue[] }).values) : held
}

describe.each(sdks)('SDK $major.x', ({ tracing, logging, metering }) => {
  const resource = { 'service.name': 'shop', 'deploy.token': token }

  /** A span with a secret in everything that can hold one. */
  async function emitSpan(provider: ReturnType<typeof tracing>): Promise<void> {
    const traceState = createTraceState().set('vendor', token)
    const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...context, traceState, isRemote: true })
    const links = [{ context: { ...context, traceState }, attributes: { 'link.token': token, n: 1 } }]
    const span = provider.getTracer(`app ${token}`, '1.0').startSpan(`GET /?access_token=${token}`, { links }, parent)
    span.setAttributes({
      'http.url': `https://h/?k=${token}`,
      'db.password': password,
      user: 'ada',
      list: ['a', token]
    })
    span.addEvent(`login ${token}`, { password, ok: true })
    span.setStatus({ code: SpanStatusCode.ERROR, message: `bad ${token}` })
    span.end()
    await provider.forceFlush()
    await provider.shutdown()
  }

  test('spans through the exporter wrapper: nothing of a secret leaves, all the rest does', async () => {
    await emitSpan(tracing({ url: http.url, wraps: true, resource }))
    expect(JSON.stringify(arrived())).not.toMatch(new RegExp(`${token}|${password}`))
    const [{ resourceSpans }] = arrived()
    const [{ resource: owner, scopeSpans }] = resourceSpans
    const [{ scope, spans }] = scopeSpans
    const [span] = spans
    expect(plain(owner.attributes)).toEqual({ 'service.name': 'shop', 'deploy.token': masked })
    expect(scope).toMatchObject({ name: `app ${masked}`, version: '1.0' })
    expect(span).toMatchObject({
      name: `GET /?access_token=${masked}`,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      kind: 1,
      status: { code: 2, message: `bad ${masked}` }
    })
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(span.traceState).toBeUndefined()
    expect(plain(span.attributes)).toEqual({
      'http.url': `https://h/?k=${masked}`,
      'db.password': passwordMasked,
      user: 'ada',
      list: ['a', masked]
    })
    expect(span.events[0]).toMatchObject({ name: `login ${masked}` })
    expect(plain(span.events[0].attributes)).toEqual({ password: passwordMasked, ok: true })
    expect(span.links[0]).toMatchObject({ spanId: 'b7ad6b7169203331' })
    expect(span.links[0].traceState).toBeUndefined()
    expect(plain(span.links[0].attributes)).toEqual({ 'link.token': masked, n: 1 })
    expect(BigInt(span.endTimeUnixNano)).toBeGreaterThan(1_700_000_000_000_000_000n)
  })

  test('spans through the processor: in place, before any other processor sees them ended', async () => {
    const seen: unknown[] = []
    const watching = {
      onStart() {},
      onEnd: (span: { name: string; attributes: object }) => seen.push([span.name, { ...span.attributes }]),
      async forceFlush() {},
      async shutdown() {}
    }
    await emitSpan(tracing({ url: http.url, wraps: false, processors: [watching, new RedactingSpanProcessor()] }))
    const attributes = {
      'http.url': `https://h/?k=${masked}`,
      'db.password': passwordMasked,
      user: 'ada',
      list: ['a', masked]
    }
    expect(seen).toEqual([[`GET /?access_token=${masked}`, attributes]])
    const [{ resourceSpans }] = arrived()
    const [span] = resourceSpans[0].scopeSpans[0].spans
    expect(span).toMatchObject({ name: `GET /?access_token=${masked}`, status: { code: 2, message: `bad ${masked}` } })
    expect(plain(span.attributes)).toEqual(attributes)
    expect([span.events[0].name, plain(span.events[0].attributes)]).toEqual([
      `login ${masked}`,
      { password: passwordMasked, ok: true }
    ])
    expect(plain(span.links[0].attributes)).toEqual({ 'link.token': masked, n: 1 })
  })

  /** A log record with a secret in everything that can hold one. */
  async function emitLog(provider: ReturnType<typeof logging>): Promise<void> {
    provider.getLogger(`app ${token}`).emit({
      body: { msg: `token ${token} leaked`, db: { password, port: 5432 } },
      eventName: `event ${token}`,
      severityText: `INFO ${token}`,
      severityNumber: 9,
      attributes: { 'http.headers': { authorization: `Bearer ${token}` }, password: 84629173, user: 'ada' }
    })
    await provider.forceFlush()
    await provider.shutdown()
  }

  const body = { msg: `token ${masked} leaked`, db: { password: passwordMasked, port: 5432 } }
  const logAttributes = {
    'http.headers': { authorization: `Bearer ${masked}` },
    password: passwordMasked,
    user: 'ada'
  }

  test('log records through the exporter wrapper', async () => {
    await emitLog(logging({ url: http.url, wraps: true, resource }))
    expect(JSON.stringify(arrived())).not.toMatch(new RegExp(`${token}|${password}`))
    const [{ resourceLogs }] = arrived()
    const [{ resource: owner, scopeLogs }] = resourceLogs
    expect(plain(owner.attributes)).toEqual({ 'service.name': 'shop', 'deploy.token': masked })
    expect(scopeLogs[0].scope.name).toBe(`app ${masked}`)
    const [record] = scopeLogs[0].logRecords
    expect(record).toMatchObject({ severityNumber: 9, severityText: `INFO ${masked}`, eventName: `event ${masked}` })
    expect(anyValue(record.body)).toEqual(body)
    expect(plain(record.attributes)).toEqual(logAttributes)
    expect(BigInt(record.timeUnixNano)).toBeGreaterThan(1_700_000_000_000_000_000n)
  })

  test('log records through the processor: in place, for all behind it', async () => {
    await emitLog(logging({ url: http.url, wraps: false, processors: [new RedactingLogRecordProcessor()] }))
    const [record] = arrived()[0].resourceLogs[0].scopeLogs[0].logRecords
    expect(record).toMatchObject({ severityText: `INFO ${masked}`, eventName: `event ${masked}` })
    expect(anyValue(record.body)).toEqual(body)
    expect(plain(record.attributes)).toEqual(logAttributes)
  })

  test('metrics through the exporter wrapper', async () => {
    const provider = metering({ url: http.url, wraps: true, resource })
    const meter = provider.getMeter(`app ${token}`)
    meter
      .createCounter('requests', { description: `of ${token}` })
      .add(3, { route: `/?access_token=${token}`, password })
    meter.createHistogram('duration', { unit: 'ms' }).record(12, { route: '/' })
    await provider.forceFlush()
    await provider.shutdown()
    expect(JSON.stringify(arrived())).not.toMatch(new RegExp(`${token}|${password}`))
    const [{ resource: owner, scopeMetrics }] = arrived()[0].resourceMetrics
    expect(plain(owner.attributes)).toEqual({ 'service.name': 'shop', 'deploy.token': masked })
    expect(scopeMetrics[0].scope.name).toBe(`app ${masked}`)
    const [counter, histogram] = scopeMetrics[0].metrics
    expect(counter).toMatchObject({ name: 'requests', description: `of ${masked}` })
    expect(counter.sum.dataPoints[0]).toMatchObject({ asDouble: 3 })
    expect(plain(counter.sum.dataPoints[0].attributes)).toEqual({
      route: `/?access_token=${masked}`,
      password: passwordMasked
    })
    expect(histogram).toMatchObject({ name: 'duration', unit: 'ms' })
    expect(histogram.histogram.dataPoints[0]).toMatchObject({ count: 1, sum: 12 })
    expect(plain(histogram.histogram.dataPoints[0].attributes)).toEqual({ route: '/' })
  })
})

describe('whichever SDK', () => {
  /** Keeps what it is given. */
  function keeping() {
    const batches: unknown[] = []
    return {
      batches,
      export(batch: unknown, onExported: (result: { code: number }) => void) {
        batches.push(batch)
        onExported({ code: 0 })
      },
      async shutdown() {}
    }
  }

  const owners = { resource: { attributes: { a: 1 } }, instrumentationScope: { name: 'app' } }
  const record = (body: unknown, attributes: Record<string, unknown> = {}) => ({
    body,
    attributes,
    ...owners,
    hrTime: [1, 2]
  })
  const span = (name: string) => ({
    name,
    spanContext: () => ({ traceId: 't', spanId: 's', traceFlags: 1 }),
    attributes: { name },
    events: [{ name, attributes: { name } }],
    links: [{ context: { traceId: 't', spanId: 's', traceFlags: 1 }, attributes: { name } }],
    status: { code: 0 },
    ...owners
  })

  test('what is clean stays the same object, and what is not is left as it was for others', () => {
    const exporter = keeping()
    const clean = record('hello')
    const dirty = record(`x ${token}`, { list: [token] })
    const codes: number[] = []
    new RedactingLogRecordExporter(exporter).export([clean, dirty], ({ code }) => codes.push(code))
    const [[first, second]] = exporter.batches as [typeof clean, typeof dirty][]
    expect(codes).toEqual([0])
    expect(first).toBe(clean)
    expect(second).toEqual({
      ...record(`x ${masked}`, { list: [masked] }),
      eventName: undefined,
      severityText: undefined
    })
    expect([second.resource, second.instrumentationScope]).toEqual([owners.resource, owners.instrumentationScope])
    expect(second.resource).toBe(owners.resource)
    expect(dirty).toEqual(record(`x ${token}`, { list: [token] }))
  })

  test('one resource stays one, also as a copy, as soon as it is complete', () => {
    const exporter = keeping()
    const wrapper = new RedactingSpanExporter(exporter)
    const resource = { attributes: { token }, asyncAttributesPending: true }
    const spans = () => [
      { ...span('a'), resource },
      { ...span('b'), resource }
    ]
    wrapper.export(spans(), () => {})
    resource.asyncAttributesPending = false
    resource.attributes = { ...resource.attributes, other: token } as never
    wrapper.export(spans(), () => {})
    wrapper.export(spans(), () => {})
    const owned = exporter.batches.map((batch) => (batch as { resource: object }[]).map((one) => one.resource))
    expect(owned.map(([one]) => one)).toMatchObject([
      { attributes: { token: masked } },
      { attributes: { token: masked, other: masked } },
      { attributes: { token: masked, other: masked } }
    ])
    expect(new Set([...owned[1], ...owned[2]]).size).toBe(1)
  })

  test('findings are told, with their places; who listens may fail', async () => {
    const told: PlacedFinding[] = []
    const callback = (findings: readonly PlacedFinding[]) => {
      told.push(...findings)
      throw new Error('full')
    }
    const exporter = keeping()
    const wrapper = new RedactingLogRecordExporter(exporter, { findings: { callback }, service: 'shop' })
    wrapper.export([record('a'), record({ db: { password } })], () => {})
    await wrapper.shutdown()
    expect(told).toMatchObject([
      { placement: 'otel', service: 'shop', detector: 'generic-password', path: 'body.db.password', length: 15 }
    ])
    expect(JSON.stringify([told, exporter.batches])).not.toContain(password)
  })

  test('what is dropped is not exported; an empty batch is a success', () => {
    const exporter = keeping()
    const options = { policy: { default: 'drop' } } as const
    const codes: number[] = []
    const onExported = ({ code }: { code: number }) => codes.push(code)
    new RedactingSpanExporter(exporter, options).export([span(token), span('ok')], onExported)
    new RedactingSpanExporter(exporter, options).export([span(token)], onExported)
    expect(exporter.batches).toEqual([[expect.objectContaining({ name: 'ok' })]])
    expect(codes).toEqual([0, 0])
  })

  test('what cannot be redacted is withheld, in place as well; what cannot even be read is not exported', () => {
    const failing = createHook(() => {
      throw new Error(token)
    })
    const exported = redactSpans([span(token)], failing, createOwners(failing))
    const marker = '[WITHHELD:error]'
    expect(exported).toMatchObject([
      {
        name: marker,
        attributes: {},
        events: [{ name: marker }],
        status: { code: 0 },
        instrumentationScope: { name: marker }
      }
    ])
    const inPlace = span(token)
    redactSpanInPlace(inPlace, failing)
    const log = record(token, { token })
    redactLogRecordInPlace(log, failing)
    expect(JSON.stringify([exported, inPlace, log])).not.toContain(token)
    expect([inPlace.name, inPlace.attributes, log.body, log.attributes]).toEqual([marker, {}, marker, {}])
    const unreadable = {
      ...span('a'),
      get events(): never {
        throw new Error(token)
      }
    }
    const results: object[] = []
    const exporter = keeping()
    new RedactingSpanExporter(exporter).export([unreadable], (result) => results.push(result))
    expect(exporter.batches).toEqual([])
    expect(results).toEqual([{ code: 1, error: new Error('logveil could not redact a batch: it is not exported') }])
  })
})
