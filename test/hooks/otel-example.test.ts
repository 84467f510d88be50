import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { type HttpDownstream, startHttpDownstream } from '../e2e/http-downstream.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 6).text
const masked = '[REDACTED:github-pat-classic]'

/** Below the repository, so that packages are found. */
const folder = mkdtempSync(join(root, 'test', '.example-'))
let http: HttpDownstream
beforeAll(async () => {
  http = await startHttpDownstream()
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await http.close()
})

const app = `
import { logs, metrics, SpanStatusCode, trace } from '@opentelemetry/api'
const token = process.env.TEST_VALUE
trace.getTracer('app').startActiveSpan('GET /?access_token=' + token, (span) => {
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'bad ' + token })
  logs.getLogger('app').emit({ body: 'leaked ' + token, attributes: { authorization: 'Bearer ' + token } })
  metrics.getMeter('app').createCounter('requests').add(1, { key: token })
  span.end()
})
`

test('the example of the documentation: nothing of a secret leaves the process, findings are in their file', async () => {
  const example = readFileSync(join(root, 'examples', 'otel.mjs'), 'utf8')
  const source = pathToFileURL(join(root, 'src', 'otel.ts')).href
  writeFileSync(join(folder, 'otel.mjs'), example.replace("'logveil/otel'", `'${source}'`))
  writeFileSync(join(folder, 'app.mjs'), app)
  const findings = join(folder, 'findings.jsonl')
  const { href } = http.url
  const env = { PATH: process.env.PATH, TEST_VALUE: token, FINDINGS: findings, OTEL_EXPORTER_OTLP_ENDPOINT: href }
  const child = spawn(process.execPath, ['--import', join(folder, 'otel.mjs'), join(folder, 'app.mjs')], { env })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  expect([...(await once(child, 'close')), output]).toEqual([0, null, ''])
  const arrived = http.arrived.map(({ path, body }) => [path, body.toString()] as const)
  expect(arrived.map(([path]) => path).sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces'])
  for (const [, body] of arrived) expect([body.includes(token), body.includes(masked)]).toEqual([false, true])
  const told = readFileSync(findings, 'utf8')
  const lines = told.trimEnd().split('\n')
  expect(
    lines
      .map((line) => JSON.parse(line))
      .map(({ detector, path }) => `${detector} ${path}`)
      .sort()
  ).toEqual(
    ['attributes.authorization', 'body', 'name', 'points.0.attributes.key', 'status'].map(
      (path) => `github-pat-classic ${path}`
    )
  )
  expect(told).not.toContain(token)
})
