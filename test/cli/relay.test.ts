import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { relayConfig } from '../../src/cli/relay.ts'
import { fillDefaults } from '../../src/config/config-load.ts'
import { main, run, temporaryDirectory } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
const options = (more: object) => ({ to: ['http://backend:4318'], ...more }) as Parameters<typeof relayConfig>[0]

describe('logveil relay', () => {
  test('is a configuration of one pipeline', () => {
    const sinks = [{ type: 'otlp' as const, url: 'http://backend:4318' }]
    expect(relayConfig(options({}))).toEqual(
      fillDefaults({ pipelines: [{ name: 'relay', source: { type: 'otlp' }, sinks }] })
    )
  })

  test('options find their places', () => {
    const to = ['http://a:1', 'grpcs://b:2']
    const more = { to, http: 'off', grpc: '0.0.0.0:9', admin: 'off', workers: 'auto', durable: 'queue' }
    const sinks = [{ url: 'http://a:1' }, { url: 'grpcs://b:2' }]
    expect(relayConfig(options(more))).toMatchObject({
      admin: null,
      workers: 'auto',
      pipelines: [{ source: { http: null, grpc: '0.0.0.0:9' }, durable: { directory: 'queue' }, sinks }]
    })
  })

  test.each([
    [{ to: [] }, 'say where to: `logveil relay --to http://backend:4318`'],
    [{ to: ['backend'] }, '--to: is no URL of an OTLP backend: http://, https://, grpc:// or grpcs://'],
    [{ http: '4318' }, '--http: is no address: write HOST:PORT, for all interfaces 0.0.0.0:PORT'],
    [{ admin: 'x' }, '--admin: is no address: write HOST:PORT, for all interfaces 0.0.0.0:PORT'],
    [{ console: true, admin: 'off' }, '--console: needs an address to be seen at: admin is null'],
    [
      { console: true, admin: '0.0.0.0:9464' },
      '--console: needs tokens (tickets.api.tokens), as others than this machine reach admin'
    ],
    [{ durable: '' }, '--durable: Too small: expected string to have >=1 characters']
  ])('%j is refused', (more, message) => {
    expect(() => relayConfig(options(more))).toThrow(expect.objectContaining({ code: 'USAGE_INVALID', message }))
  })

  test('--console with --tickets: who looks needs the token in their directory', () => {
    const tickets = path('tickets')
    const made = relayConfig(options({ console: true, admin: '0.0.0.0:9464', tickets }))
    const token = readFileSync(`${tickets}/api.token`, 'utf8').trim()
    expect([made.console, made.tickets?.api]).toEqual([true, { tokens: [{ name: 'api', token, access: 'change' }] }])
    expect(token).toMatch(/^[\w-]{43}$/)
  })

  test('--print-config is a file that `logveil run` takes and prints as the same', async () => {
    const printed = await run(main, ['relay', '--to', 'grpc://b:4317', '--print-config'])
    writeFileSync(path('relay.yaml'), printed.stdout)
    const again = await run(main, ['run', '--config', path('relay.yaml'), '--print-config'])
    expect(again).toEqual(printed)
    expect(parse(printed.stdout)).toMatchObject({ pipelines: [{ name: 'relay', sinks: [{ url: 'grpc://b:4317' }] }] })
  })
})

describe('logveil config', () => {
  test('check', async () => {
    writeFileSync(path('good.yaml'), 'gracePeriodMs: 1\nredaction: { packs: [pii], disable: [generic-password] }\n')
    const { status, stdout } = await run(main, ['config', 'check', path('good.yaml')])
    expect([status, stdout]).toEqual([0, expect.stringMatching(/good\.yaml: good, 1 pipeline\(s\), \d+ detectors\n$/)])
    writeFileSync(path('bad.yaml'), 'redaction: { disable: [nothing-like-that] }\n')
    expect(await run(main, ['config', 'check', path('bad.yaml')])).toMatchObject({
      status: 2,
      stderr: 'logveil: redaction.disable: there is no detector "nothing-like-that"\n'
    })
  })

  test('schema', async () => {
    const { stdout } = await run(main, ['config', 'schema'])
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', additionalProperties: false })
  })

  test('anything else', async () => {
    expect(await run(main, ['config', 'what'])).toMatchObject({
      status: 2,
      stderr: 'logveil: say `logveil config check FILE`, `print [FILE]`, `schema` or `import KIND FILE`\n'
    })
  })
})
