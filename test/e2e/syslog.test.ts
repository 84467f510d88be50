// Syslog over UDP, TCP and TLS, into a file and to an OTLP backend.
import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { createAuthority } from './certificate.ts'
import { startDaemon } from './daemon.ts'
import { startHttpDownstream } from './http-downstream.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 7).text
const gone = '[REDACTED:github-pat-classic]'
const at = '2026-11-25T10:00:00.123Z'

async function until(text: string, file: string): Promise<void> {
  await expect.poll(() => readFileSync(file, 'latin1')).toBe(text)
}

test('TCP, its framings, a private key over messages; then records of OTLP', async () => {
  const backend = await startHttpDownstream()
  const bodies: string[] = []
  backend.answers(({ body }) => {
    bodies.push(otlpToJson(body, 'logs'))
    return {}
  })
  const out = path('tcp.txt')
  const source = { type: 'syslog', tcp: '127.0.0.1:0', udp: null }
  const sinks = [
    { type: 'file', path: out },
    { type: 'otlp', url: backend.url.href }
  ]
  const daemon = await startDaemon({ admin: null, pipelines: [{ name: 'logs', source, sinks }] })
  const socket: Socket = connectTcp(daemon.ports['logs/tcp'], '127.0.0.1')
  const first = `<34>1 ${at} host app 7 ID - token ${token}`
  socket.write(`${first.length} ${first}<13>Nov 25 10:00:00 host su: text\n`)
  const begin = `-----BEGIN RSA PRIVATE ${'KEY'}-----`
  const body = Array.from({ length: 3 }, (_, i) => expand('{{base64:64}}', 60 + i).text)
  const header = `<13>1 ${at} host app 7 - - `
  const expected = `${first.replace(token, gone)}\n<13>Nov 25 10:00:00 host su: text\n`
  await until(expected, out)
  for (const line of [begin, ...body]) {
    socket.write(`${header}${line}\n`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  socket.end('<13>last')
  await until(`${expected}${`${header}[REDACTED:private-key-pem]\n`.repeat(4)}<13>last\n`, out)
  expect(await daemon.stop()).toBe(0)
  await backend.close()
  const records = bodies.flatMap((text) => JSON.parse(text).resourceLogs[0].scopeLogs[0].logRecords)
  expect(records[0]).toMatchObject({ severityText: 'crit', body: { stringValue: `token ${gone}` } })
  expect(records.map(({ body: { stringValue } }) => stringValue).filter((text) => text.includes(token))).toEqual([])
})

test('UDP, a datagram a message', async () => {
  const out = path('udp.txt')
  const source = { type: 'syslog', tcp: null, udp: '127.0.0.1:0' }
  const pipelines = [{ name: 'logs', source, sinks: [{ type: 'file', path: out }] }]
  const daemon = await startDaemon({ admin: null, pipelines })
  const socket = createSocket('udp4')
  for (const text of [`<13>token ${token}`, '<13>two\nlines\n', `<13>${'x'.repeat(65_000)}`])
    await new Promise((resolve) => socket.send(text, daemon.ports['logs/udp'], '127.0.0.1', resolve))
  socket.close()
  await until(`<13>token ${gone}\n<13>two lines\n<13>${'x'.repeat(65_000)}\n`, out)
  expect(await daemon.stop()).toBe(0)
})

test('TLS', async () => {
  const authority = createAuthority('test authority')
  const { cert, key } = authority.issue('server')
  const [certFile, keyFile, out] = [path('server.pem'), path('server.key'), path('tls.txt')]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key)
  const source = { type: 'syslog', tcp: '127.0.0.1:0', udp: null, tls: { certFile, keyFile } }
  const pipelines = [{ name: 'logs', source, sinks: [{ type: 'file', path: out }] }]
  const daemon = await startDaemon({ admin: null, pipelines })
  const socket = connectTls({
    port: daemon.ports['logs/tcp'],
    host: '127.0.0.1',
    ca: authority.cert,
    servername: 'localhost'
  })
  socket.end(`<13>token ${token}\n`)
  await until(`<13>token ${gone}\n`, out)
  expect(await daemon.stop()).toBe(0)
})
