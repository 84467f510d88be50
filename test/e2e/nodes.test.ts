// The entries that live in applications, as they are published, on every line of Node: alone in a folder, with nothing of what the daemon depends
// on. `npm run nodes` fetches the lines beside our own; without them their tests are skipped.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from '../hooks/pino-secrets.ts'
import { detectors } from '../own-detectors.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = temporaryDirectory()
afterAll(directory.remove)

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** What reads an inventory needs what the daemon depends on. */
const entries = Object.keys(manifest.exports).filter((name) => !['./package.json', './inventory'].includes(name))

beforeAll(async () => {
  const logveil = directory.path('node_modules/logveil')
  const dist = join(logveil, 'dist')
  mkdirSync(dist, { recursive: true })
  // A package of its own, whatever stands in the folders above.
  writeFileSync(directory.path('package.json'), JSON.stringify({ name: 'application', private: true }))
  writeFileSync(join(logveil, 'package.json'), JSON.stringify({ type: 'module', exports: manifest.exports }))
  cpSync(join(root, 'src/generated'), join(dist, 'generated'), { recursive: true })
  // @ts-expect-error: a script without types
  const { bundleEntries } = await import('../../scripts/bundle.mjs')
  await bundleEntries(manifest.exports, dist)
  // Found by its real path, so that what it depends on is not found by others.
  symlinkSync(join(root, 'node_modules/pino'), directory.path('node_modules/pino'))
})

const fetched = (line: number) => join(root, `node_modules/.cache/logveil/nodes/node_modules/node-${line}/bin/node`)
const lines = [
  { line: 22, node: fetched(22) },
  { line: 24, node: process.execPath },
  { line: 26, node: fetched(26) }
]

function run(node: string, program: string): { status: number | null; stdout: string; stderr: string } {
  const args = ['--input-type=module', '-e', program, secretOf(1)]
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: directory.path(''), encoding: 'utf8' })
  return { status, stdout, stderr }
}

const placeholder = '[REDACTED:github-pat-classic]'

describe.each(lines)('Node $line', ({ line, node }) => {
  beforeEach((context) => {
    if (!existsSync(node)) context.skip(`no Node ${line}: npm run nodes fetches it`)
  })

  test.each(entries)('%s loads, and says nothing', (entry) => {
    const specifier = entry.replace('.', 'logveil')
    const program = `const loaded = await import('${specifier}'); console.log(process.versions.node.split('.')[0], Object.keys(loaded).length > 0)`
    expect(run(node, program)).toEqual({ status: 0, stdout: `${line} true\n`, stderr: '' })
  })

  test('finds the same in every example of every detector', () => {
    const path = directory.path('examples.log')
    const text = Buffer.from(
      detectors
        .flatMap(({ examples, counterExamples }) => [...examples, ...counterExamples])
        .map((template) => expand(template, 7).text)
        .join('\n')
    )
    writeFileSync(path, text)
    const program = `
      import { createHash } from 'node:crypto'
      import { readFileSync } from 'node:fs'
      import { createRedactor } from 'logveil'
      const { payload, findings } = createRedactor().redact(readFileSync('${path}'))
      console.log(findings.length, createHash('sha256').update(payload).digest('hex'))`
    const { payload, findings } = createRedactor().redact(text)
    expect(findings.length).toBeGreaterThan(detectors.length)
    const stdout = `${findings.length} ${createHash('sha256').update(payload).digest('hex')}\n`
    expect(run(node, program)).toEqual({ status: 0, stdout, stderr: '' })
  })

  test('redacts in streamWrite', () => {
    const program = `
      import pino from 'pino'
      import { streamWrite } from 'logveil/pino'
      const log = pino({ base: null, timestamp: false, hooks: { streamWrite: streamWrite() } })
      log.info({ token: process.argv[1] }, 'cloning https://x:%s@example.test', process.argv[1])`
    expect(run(node, program)).toEqual({
      status: 0,
      stdout: `{"level":30,"token":"${placeholder}","msg":"cloning https://x:${placeholder}@example.test"}\n`,
      stderr: ''
    })
  })

  test.each([
    ['alone', `{ target: 'logveil/pino' }`],
    ['before another', `{ pipeline: [{ target: 'logveil/pino' }, { target: 'pino/file' }] }`]
  ])('redacts in a transport %s', (_, target) => {
    const program = `
      import pino from 'pino'
      const log = pino({ base: null, timestamp: false }, pino.transport(${target}))
      log.info({ token: process.argv[1] }, 'a')`
    expect(run(node, program)).toEqual({
      status: 0,
      stdout: `{"level":30,"token":"${placeholder}","msg":"a"}\n`,
      stderr: ''
    })
  })
})
