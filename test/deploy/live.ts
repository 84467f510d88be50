// A logveil that does a bit of everything, and what it tells of it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '../cli/spawn.ts'
import { freePort, startDaemon } from '../e2e/daemon.ts'

export interface LiveDaemon {
  /** HOST:PORT of /metrics. */
  readonly address: string
  /** What /metrics answers. */
  readonly text: string
  stop(): Promise<void>
}

const github = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('')

/** OTLP through a disk, a followed file, tickets whose channel nobody serves, reports of applications, costs. */
export async function startLive(): Promise<LiveDaemon> {
  const { path, remove } = temporaryDirectory()
  const nobody = await freePort()
  for (const folder of ['tickets', 'queue', 'logs']) mkdirSync(path(folder))
  writeFileSync(join(path('tickets'), 'webhook.secret'), `whsec_${Buffer.alloc(32, 7).toString('base64')}`)
  writeFileSync(path('logs/app.log'), `login password=Xq7Zr2mVt9LkPw4s\n`)
  const to = { type: 'otlp', url: `http://127.0.0.1:${nobody}` }
  const otlp = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
  const syslog = { type: 'syslog', tcp: '127.0.0.1:0', udp: null, maxMessageBytes: 1024 }
  const files = { type: 'files', include: [path('logs/*.log')], from: 'beginning' }
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    workers: 1,
    redaction: { costs: true },
    findings: { bearerTokens: ['reporter'] },
    tickets: { directory: path('tickets'), channels: [{ type: 'webhook', url: `http://127.0.0.1:${nobody}` }] },
    pipelines: [
      { name: 'relay', source: otlp, sinks: [to], durable: { directory: path('queue') } },
      { name: 'syslog', source: syslog, sinks: [{ type: 'file', path: path('syslog.log') }] },
      { name: 'follow', source: files, sinks: [{ type: 'file', path: path('out.jsonl') }] }
    ]
  })
  const logs = `http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`
  await post(logs, requestOf(`clone ${github}`), 200)
  await post(logs, 'no JSON', 400)
  connect(daemon.ports['syslog/tcp'], '127.0.0.1').end(`<13>${'x'.repeat(2996)}\n`)
  const authorization = 'Bearer reporter'
  const headers = { 'content-type': 'application/x-ndjson', authorization }
  const reported = {
    time: '2026-11-01T00:00:00Z',
    placement: 'pino',
    detector: 'generic-password',
    confidence: 'likely'
  }
  const more = { path: '', length: 9, fingerprint: null, action: 'label', hints: {}, expired: null }
  const one = JSON.stringify({ ...reported, ...more, service: 'web', severity: 'high' })
  await post(`${daemon.admin}/v1/findings`, `${one}\nno finding\n`, 200, headers)
  const text = await told(`${daemon.admin}/metrics`)
  return {
    address: daemon.admin.replace('http://', ''),
    text,
    async stop() {
      daemon.child.kill('SIGKILL')
      await daemon.ended
      remove()
    }
  }
}

async function post(
  url: string,
  body: string,
  status: number,
  headers: Record<string, string> = { 'content-type': 'application/json' }
): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers, body })
  if (answer.status !== status) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
}

function requestOf(text: string): string {
  const attributes = [{ key: 'service.name', value: { stringValue: 'pay' } }]
  const scopeLogs = [{ logRecords: [{ body: { stringValue: text } }] }]
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs }] })
}

/** The desk and the costs tell some seconds later. */
async function told(url: string): Promise<string> {
  const wanted = [
    /^logveil_ticket_backlog\{/m,
    /^logveil_tickets_open\{severity="high"\} 1$/m,
    /^logveil_ticket_deliveries_total\{/m,
    /^logveil_detector_cost_seconds_total\{/m,
    /^logveil_delivery_retries_total\{/m,
    /^logveil_service_findings_total\{pipeline="relay",service="pay",severity="critical"\} 1$/m,
    /^logveil_unscanned_bytes_total\{pipeline="relay",signal="logs",reason="invalid"\} 7$/m,
    /^logveil_unscanned_bytes_total\{pipeline="syslog",signal="lines",reason="size"\} 3000$/m,
    /^logveil_withheld_total\{pipeline="syslog",signal="lines",reason="size"\} 1$/m,
    /^logveil_files_followed\{pipeline="follow"\} 1$/m
  ]
  for (const end = performance.now() + 45_000; ; ) {
    const text = await (await fetch(url)).text()
    const missing = wanted.filter((one) => !one.test(text))
    if (missing.length === 0) return text
    if (performance.now() > end) throw new Error(`never told: ${missing.join(' ')}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
