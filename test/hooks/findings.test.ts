import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { openFindings, type PlacedFinding } from '../../src/hooks/findings.ts'
import type { Finding } from '../../src/model.ts'
import { temporaryDirectory } from '../cli/spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

const finding = (path: string): Finding => ({
  detector: 'acme-token',
  confidence: 'likely',
  severity: 'high',
  record: 0,
  path,
  span: [0, 9],
  length: 9,
  fingerprint: 'k1.abc',
  action: 'label',
  hints: { expires: '2001-01-01T00:00:00Z' }
})

/** Answers with these statuses, then with 202; keeps the bodies. */
async function receiver(...statuses: number[]) {
  const requests: { body: string; type: string | undefined; auth: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    requests.push({ body, type: request.headers['content-type'], auth: request.headers.authorization })
    response.writeHead(statuses.shift() ?? 202).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/findings`
  const paths = () =>
    requests.flatMap(({ body }) =>
      body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).path)
    )
  return { url, requests, paths, close: () => server.close() }
}

async function warned(act: () => Promise<void> | void): Promise<string[]> {
  const seen: string[] = []
  const listen = ({ name, message }: Error) => void (name === 'LogveilWarning' && seen.push(message))
  process.on('warning', listen)
  await act()
  await sleep(5)
  process.off('warning', listen)
  return seen
}

test('every way at once, each finding with its place', async () => {
  const { url, requests, close } = await receiver()
  const file = directory.path('findings.jsonl')
  const called: PlacedFinding[] = []
  const findings = openFindings(
    { file, url, headers: { authorization: 'Bearer t' }, callback: (found) => void called.push(...found) },
    'pino',
    'shop'
  )
  findings.report([finding('a'), finding('b')])
  findings.report([])
  await findings.close()
  close()
  expect(called).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      placement: 'pino',
      service: 'shop',
      detector: 'acme-token',
      confidence: 'likely',
      severity: 'high',
      path: 'a',
      length: 9,
      fingerprint: 'k1.abc',
      action: 'label',
      hints: { expires: '2001-01-01T00:00:00Z' },
      expired: true
    },
    expect.objectContaining({ path: 'b' })
  ])
  const text = called.map((one) => `${JSON.stringify(one)}\n`).join('')
  expect(readFileSync(file, 'utf8')).toBe(text)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(requests).toEqual([{ body: text, type: 'application/x-ndjson', auth: 'Bearer t' }])
})

describe('posting', () => {
  test('gathers what comes within a moment', async () => {
    const { url, requests, paths, close } = await receiver()
    const findings = openFindings({ url }, 'otel', null)
    for (const path of ['a', 'b', 'c']) findings.report([finding(path)])
    await expect.poll(paths).toEqual(['a', 'b', 'c'])
    close()
    expect(requests).toHaveLength(1)
  })

  test('sends again what is not taken, in order', async () => {
    const { url, paths, close } = await receiver(503, 429)
    const findings = openFindings({ url }, 'otel', null)
    findings.report([finding('a')])
    await expect.poll(paths).toEqual(['a'])
    findings.report([finding('b')])
    expect(await warned(findings.close)).toEqual([])
    await findings.close()
    await findings.close()
    close()
    expect(paths()).toEqual(['a', 'a', 'b', 'a', 'b'])
  })

  test('gives up what is refused, and says so', async () => {
    const { url, paths, close } = await receiver(400)
    const findings = openFindings({ url }, 'otel', null)
    findings.report([finding('a')])
    const { host } = new URL(url)
    expect(await warned(findings.close)).toEqual([`${host} refuses findings: they are lost`])
    findings.report([finding('b')])
    await findings.close()
    close()
    expect(paths()).toEqual(['a', 'b'])
  })

  test('keeps the newest 10,000, and says that there were more', async () => {
    const findings = openFindings({ url: 'http://127.0.0.1:1/' }, 'otel', null)
    const seen = await warned(() => {
      for (let i = 0; i < 106; i++) findings.report(Array.from({ length: 100 }, (_, k) => finding(`${i * 100 + k}`)))
    })
    expect(seen).toEqual(['127.0.0.1:1 does not take findings: the oldest are lost'])
  })

  test('nobody waits for one who does not answer', async () => {
    let given = false
    const server = createServer((request) => request.on('close', () => (given = true)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const findings = openFindings({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, 'otel', null)
    findings.report([finding('a')])
    await findings.close()
    // Before the request itself is given up.
    expect(given).toBe(false)
    server.closeAllConnections()
    server.close()
  })
})

describe('what goes wrong', () => {
  test('an address that is none, a file that cannot be opened', () => {
    expect(() => openFindings({ url: 'ftp://x' }, 'pino', null)).toThrow('findings.url is no http(s) address')
    expect(() => openFindings({ file: directory.path('no/such') }, 'pino', null)).toThrow('no/such: ENOENT')
  })

  test('a callback that throws is told once', async () => {
    const findings = openFindings(
      {
        callback: () => {
          throw new TypeError('secret?')
        }
      },
      'pino',
      null
    )
    const seen = await warned(() => {
      findings.report([finding('a')])
      findings.report([finding('a')])
    })
    expect(seen).toEqual(['findings do not reach their callback: TypeError'])
  })
})
