import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AdminServer, listenAdmin } from '../../src/admin/admin-server.ts'
import { createFindingsReceiver } from '../../src/admin/findings-receiver.ts'
import type { ReportedFinding } from '../../src/admin/reported-finding.ts'
import { createMetrics } from '../../src/metrics.ts'

let metrics = createMetrics()
let taken: (readonly ReportedFinding[])[] = []
let take = async (findings: readonly ReportedFinding[]) => void taken.push(findings)
let admin: AdminServer
let without: AdminServer

const common = { host: '127.0.0.1', port: 0, metrics: async () => '', unready: () => [] }
beforeAll(async () => {
  const findings = createFindingsReceiver({
    authorize: (header) => header === 'Bearer right',
    metrics: {
      get reported() {
        return metrics.reported
      },
      get reportedRefused() {
        return metrics.reportedRefused
      }
    },
    isDetector: (id) => id === 'github-pat-classic',
    take: (all) => take(all)
  })
  admin = await listenAdmin({ ...common, findings })
  without = await listenAdmin(common)
})
afterAll(() => Promise.all([admin.close(), without.close()]))
beforeEach(() => {
  metrics = createMetrics()
  taken = []
  take = async (findings) => void taken.push(findings)
})

const finding: ReportedFinding = {
  time: '2026-11-25T22:14:05.123Z',
  placement: 'pino',
  service: 'shop',
  detector: 'github-pat-classic',
  confidence: 'confirmed',
  severity: 'high',
  path: 'req.headers.authorization',
  length: 40,
  fingerprint: 'k1.VU1HsD4m0qXcZp2a',
  action: 'label',
  hints: { account: 'someone' },
  expired: null
}
const right = { authorization: 'Bearer right', 'content-type': 'application/x-ndjson' }

async function post(body: string | Uint8Array, headers: Record<string, string> = right, method = 'POST') {
  const request = { method, headers, ...(method === 'GET' ? {} : { body: body as string }) }
  const response = await fetch(`http://127.0.0.1:${admin.port}/v1/findings`, request)
  return [response.status, await response.text()]
}

async function counted(): Promise<string[]> {
  const text = await metrics.registry.metrics()
  return text.split('\n').filter((line) => /^logveil_findings_(reported|refused)_total/.test(line))
}

const lines = (...findings: unknown[]) => findings.map((one) => `${JSON.stringify(one)}\n`).join('')

test('findings are taken and counted; a name that is no detector is no label', async () => {
  const own = { ...finding, detector: 'environment:NPM_TOKEN', placement: 'console', service: null, fingerprint: null }
  const newer = { ...finding, placement: 'log4js', added: 'later' }
  expect(await post(lines(finding, own, newer))).toEqual([200, '{"accepted":3,"rejected":0}\n'])
  expect(taken).toEqual([[finding, own, { ...finding, placement: 'other' }]])
  expect(await counted()).toEqual([
    'logveil_findings_reported_total{placement="pino",detector="github-pat-classic"} 1',
    'logveil_findings_reported_total{placement="console",detector="other"} 1',
    'logveil_findings_reported_total{placement="other",detector="github-pat-classic"} 1'
  ])
})

test('nothing is nothing', async () => {
  expect(await post('\n')).toEqual([200, '{"accepted":0,"rejected":0}\n'])
  expect([taken, await counted()]).toEqual([[], []])
})

test('what is no finding is counted, and the others are taken', async () => {
  const secret = ['correct', 'horse', '7'].join('-')
  const bad = [
    { ...finding, detector: `is ${secret}` },
    { ...finding, path: 'x'.repeat(1025) },
    { ...finding, fingerprint: secret },
    { ...finding, hints: { more: 1 } },
    { ...finding, time: 'now' },
    { secret },
    7
  ]
  expect(await post(`${lines(...bad)}{"password":"${secret}\n${lines(finding)}`)).toEqual([
    200,
    '{"accepted":1,"rejected":8}\n'
  ])
  expect(taken).toEqual([[finding]])
  expect(await post(lines({ secret }))).toEqual([400, 'no line is a finding\n'])
  expect(await counted()).toEqual([
    'logveil_findings_reported_total{placement="pino",detector="github-pat-classic"} 1',
    'logveil_findings_refused_total{reason="invalid"} 9'
  ])
})

test.each<[string, number, string, string | null, () => Promise<unknown>]>([
  ['without a token', 401, 'a bearer token is needed', 'unauthorized', () => post(lines(finding), {})],
  [
    'with another',
    401,
    'a bearer token is needed',
    'unauthorized',
    () => post(lines(finding), { ...right, authorization: 'Bearer wrong' })
  ],
  [
    'of another kind',
    415,
    'the content type is application/x-ndjson',
    'media-type',
    () => post(lines(finding), { ...right, 'content-type': 'text/plain' })
  ],
  ['that is too long', 413, 'larger than 4194304 bytes', 'size', () => post(Buffer.alloc(4194305, 'x'))],
  ['that only asks', 405, 'only POST is understood', null, () => post('', right, 'GET')]
])('a request %s', async (_, status, text, reason, send) => {
  expect(await send()).toEqual([status, `${text}\n`])
  expect(taken).toEqual([])
  expect(await counted()).toEqual(reason === null ? [] : [`logveil_findings_refused_total{reason="${reason}"} 1`])
})

test('one without a length that goes on and on', async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(1 << 16, 'x')) })
  const sent = fetch(`http://127.0.0.1:${admin.port}/v1/findings`, {
    method: 'POST',
    headers: right,
    body: endless,
    duplex: 'half'
  } as RequestInit)
  expect(
    await sent.then(
      ({ status }) => status,
      () => 413
    )
  ).toBe(413)
  expect(await counted()).toEqual(['logveil_findings_refused_total{reason="size"} 1'])
})

test('what cannot be handed on is not taken: the sender comes again', async () => {
  take = async () => {
    throw new Error('secret text')
  }
  expect(await post(lines(finding))).toEqual([503, 'not taken: come again\n'])
  expect(await counted()).toEqual(['logveil_findings_refused_total{reason="unavailable"} 1'])
})

test('where nothing is to be reported, there is no such path', async () => {
  const response = await fetch(`http://127.0.0.1:${without.port}/v1/findings`, { method: 'POST', headers: right })
  expect(response.status).toBe(404)
})
