// The option `listed` of the entries that live in applications: secrets of an inventory, of which they know fingerprints only.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { createFingerprint } from '../../src/inventory/prints.ts'
import { readListed } from '../../src/listed.ts'
import { RedactingLogRecordProcessor } from '../../src/otel.ts'
import { type PlacedFinding, streamWrite } from '../../src/pino.ts'
import { listingKeys } from '../../src/redact/fingerprint.ts'
import { redact } from '../../src/winston.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { key } from '../inventory/listing.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

const secret = ['lantern', 'Meadow7', 'porcupine'].join('-')
const file = directory.path('inventory.json')
const versions = [createFingerprint(listingKeys([key]))(Buffer.from(secret))]
writeFileSync(file, JSON.stringify({ secrets: [{ name: 'pay/db', owner: 'team-pay', versions }] }))
const findings: PlacedFinding[] = []
const options = { keys: [key], listed: readListed(file) }
const said = (text: string) => text.replace(/k1\.[\w-]{16}/g, 'F')
const placeholder = '[REDACTED:known-secret:F]'

test('pino: streamWrite, with the entry in its findings', () => {
  const write = streamWrite({ ...options, findings: { callback: (found) => findings.push(...found) } })
  expect(said(write(`{"msg":"a\\n${secret}"}\n`))).toBe(`{"msg":"a\\n${placeholder}"}\n`)
  expect(findings.map(({ confidence, hints }) => [confidence, hints])).toEqual([
    ['confirmed', { inventory: 'pay/db', version: 'current', owner: 'team-pay' }]
  ])
})

test('pino: the transport, in pino’s worker', () => {
  const out = directory.path('transport.log')
  const [target, listed] = ['pino.ts', 'listed.ts'].map((name) =>
    fileURLToPath(new URL(`../../src/${name}`, import.meta.url))
  )
  const program = `
    import pino from 'pino'
    import { readListed } from '${listed}'
    const keys = [{ id: 'k1', key: new Uint8Array(32).fill(7) }]
    const options = { destination: '${out}', keys, listed: readListed('${file}') }
    pino({ base: null, timestamp: false }, pino.transport({ target: '${target}', options })).info('likes ${secret}')`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect([status, stderr, said(readFileSync(out, 'utf8'))]).toEqual([
    0,
    '',
    `{"level":30,"msg":"likes ${placeholder}"}\n`
  ])
})

test('otel and winston', () => {
  const record = { body: `likes ${secret}`, attributes: { at: encodeURIComponent(secret) } }
  new RedactingLogRecordProcessor(options).onEmit(record as never)
  expect(JSON.parse(said(JSON.stringify(record)))).toEqual({
    body: `likes ${placeholder}`,
    attributes: { at: placeholder }
  })
  const { message } = redact(options).transform({ level: 'info', message: `likes ${secret}` }) as { message: string }
  expect(said(message)).toBe(`likes ${placeholder}`)
})
