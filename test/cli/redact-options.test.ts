import { writeFileSync } from 'node:fs'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { redactCommand } from '../../src/cli/redact.ts'
import { parseRedactArguments } from '../../src/cli/redact-options.ts'
import type { RedactorOptions } from '../../src/index.ts'
import { temporaryDirectory } from './spawn.ts'
import { toyRedactor } from './toy-redactor.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
afterEach(() => vi.unstubAllEnvs())

/** What the redactor is made of under these arguments; the input is empty. */
async function optionsUnder(...args: string[]): Promise<{ options: RedactorOptions; paths: readonly string[] }> {
  const seen: { options: RedactorOptions; paths: readonly string[] }[] = []
  const status = await redactCommand([...args, '--no-summary', '/dev/null'], async (options, paths) => {
    seen.push({ options, paths })
    return toyRedactor()
  })
  expect(status).toBe(0)
  return seen[0]
}

const key = (fill: number) => new Uint8Array(32).fill(fill)
const hex = (fill: number) => Buffer.from(key(fill)).toString('hex')

test('defaults', () => {
  expect(parseRedactArguments([])).toEqual({
    files: ['-'],
    tickets: {},
    findings: null,
    codec: 'auto',
    action: 'label',
    detectors: [],
    disable: [],
    packs: [],
    keyFile: null,
    inventory: null,
    encryptTo: null,
    maxRecordBytes: 16777216,
    failOnFindings: false,
    summary: null,
    help: false
  })
})

test('options reach the redactor', async () => {
  vi.stubEnv('LOGVEIL_KEY', '')
  const args = [
    '--codec',
    'json',
    '--action',
    'mask',
    '--disable',
    'a',
    '--disable',
    'b',
    '--detectors',
    'x',
    '--detectors',
    'y'
  ]
  const { options, paths } = await optionsUnder(...args)
  expect(options).toEqual({
    codec: 'json',
    policy: { default: 'mask' },
    disable: ['a', 'b'],
    packs: [],
    onError: expect.any(Function)
  })
  expect(paths).toEqual(['x', 'y'])
})

test('keys come from the environment, or rather from a file', async () => {
  vi.stubEnv('LOGVEIL_KEY', `env:${hex(1)}`)
  expect((await optionsUnder()).options.keys).toEqual([{ id: 'env', key: Buffer.from(key(1)) }])
  writeFileSync(path('keys'), `file:${hex(2)}\n`)
  expect((await optionsUnder('--key-file', path('keys'))).options.keys).toEqual([
    { id: 'file', key: Buffer.from(key(2)) }
  ])
})

test('encryption has a key of its own', async () => {
  vi.stubEnv('LOGVEIL_KEY', '')
  writeFileSync(path('seal'), hex(3))
  const { options } = await optionsUnder('--action', 'encrypt', '--encrypt-to', path('seal'))
  expect(options.keys).toEqual([])
  expect(options.encryptor?.seal(key(4))).toMatch(/^[\w-]{100,}$/)
})
