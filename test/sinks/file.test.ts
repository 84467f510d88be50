import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { Envelope } from '../../src/model.ts'
import { createFileSink } from '../../src/sinks/file.ts'
import { start, temporaryDirectory } from '../cli/spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

function envelope(format: Envelope['format'], text: string): Envelope {
  const signal = format === 'lines' ? null : 'logs'
  return { payload: Buffer.from(text), format, signal, encoded: null, deadline: 0, stream: null }
}

test('adds every batch as whole lines, whatever its format, to a file of its owner', async () => {
  const file = path('out.log')
  const sink = createFileSink({ path: file, maxBytes: null, keep: 1, toJson: () => '{"as":"json"}' })
  await sink.write(envelope('lines', 'a\nb\n'))
  await Promise.all([
    sink.write(envelope('otlp-json', '{\n  "x": 1\n}')),
    sink.write(envelope('otlp-proto', '\x0a\x00'))
  ])
  await sink.close()
  expect(readFileSync(file, 'utf8')).toBe('a\nb\n{   "x": 1 }\n{"as":"json"}\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a file that is full gets another name, behind a whole batch; so many stay', async () => {
  const file = path('turned.log')
  const sink = createFileSink({ path: file, maxBytes: 10, keep: 2, toJson: () => '' })
  for (const text of ['1234\n', '56789\n', 'abcdefghijkl\n', 'mnopqrstuvw\n', 'x\n'])
    await sink.write(envelope('lines', text))
  await sink.close()
  const read = (name: string) => readFileSync(path(name), 'utf8')
  expect(['turned.log', 'turned.log.1', 'turned.log.2'].map(read)).toEqual(['x\n', 'mnopqrstuvw\n', 'abcdefghijkl\n'])
  expect(existsSync(path('turned.log.3'))).toBe(false)
})

test('behind a line that a full disk cut off, the next batch begins a line', async () => {
  const file = path('torn.log')
  const script = fileURLToPath(new URL('torn-file.ts', import.meta.url))
  const limited = 'trap "" XFSZ; ulimit -S -f 1; exec "$@"'
  const { ended } = start('sh', ['-c', limited, 'sh', process.execPath, script, file])
  expect(await ended).toMatchObject({ status: 0, stdout: `cannot write ${file} (EFBIG)\n` })
  expect(readFileSync(file, 'utf8')).toBe('xxx\nwhole\nnext\n')
})

test('behind a line that the program before could not end, too', async () => {
  const file = path('killed.log')
  writeFileSync(file, 'a\nb')
  const sink = createFileSink({ path: file, maxBytes: null, keep: 1, toJson: () => '' })
  await sink.write(envelope('lines', 'c\n'))
  await sink.close()
  expect(readFileSync(file, 'utf8')).toBe('a\nb\nc\n')
})
