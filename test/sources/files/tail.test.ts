// Which file is which, and what the state tells of its text.
import { createHash, createHmac } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createRedactor } from '../../../src/index.ts'
import { expand } from '../../../src/scan/template.ts'
import { type Checkpoints, openCheckpoints } from '../../../src/sources/files/checkpoints.ts'
import type { Sealer } from '../../../src/sources/files/seal.ts'
import { type Layout, openTail } from '../../../src/sources/files/tail.ts'
import { temporaryDirectory } from '../../cli/spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
const redactor = createRedactor()
const sealer: Sealer = {
  rules: 'one',
  redact: (text) => Buffer.from(redactor.redact(Buffer.from(text)).payload).toString()
}
const layout: Layout = { format: () => 'plain', whole: (lines) => lines.length, openParts: () => [], cut: () => 0 }
const filler = `${'a word or two, '.repeat(8)}\n`
let count = 0
let log: string
let state: string
beforeEach(() => {
  mkdirSync(path(String(count)))
  log = path(`${count}/app.log`)
  state = path(`${count++}/state`)
})

const open = (): Checkpoints =>
  openCheckpoints(
    state,
    () => () => {},
    () => {}
  )
const tailOf = (checkpoints: Checkpoints, rules = sealer) =>
  openTail(
    { path: log, id: null, checkpoints, sealer: () => rules, layout, chunkBytes: 65_536, maxLineBytes: 1 << 20 },
    () => 0
  )

/** Reads the file to its end in a life of its own; returns what was read. */
async function live(rules = sealer): Promise<string> {
  const checkpoints = open()
  const tail = tailOf(checkpoints, rules)
  let text = ''
  for (let chunk = tail.read(); chunk !== null; chunk = tail.read()) {
    if (chunk === 'truncated') {
      tail.restart()
      text += '<again>'
      continue
    }
    text += String(chunk.payload)
    tail.confirm(chunk)
  }
  tail.close()
  await checkpoints.close()
  return text
}

const stored = () => readdirSync(state).map((name) => readFileSync(`${state}/${name}`))

const whisky = 'kilo-7-whisky'
const keyLine = expand('{{base64:64}}', 1).text
test.each([
  ['a short file', whisky, `pin is 4711 password=${whisky}\n`],
  ['a long one', whisky, `${filler}password=${whisky} pin\n${filler.repeat(20)}`],
  ['a beginning that is cut within a line', whisky, `${filler.repeat(2)}${' '.repeat(1790)}password=${whisky}\n`],
  ['the rest of a private key', keyLine, `${keyLine}\n${filler}`]
])('nothing in the state lets a guess at a secret be verified: %s', async (_, secret, text) => {
  writeFileSync(log, text)
  await live()
  const files = stored()
  const key = readFileSync(`${state}/key`)
  expect(files.length).toBeGreaterThan(1)
  const haystack = files.map((bytes) => bytes.toString('latin1')).join('\n')
  const at = text.indexOf(secret)
  for (const from of [0, text.lastIndexOf('\n', at) + 1, at]) {
    for (let to = at + 4; to <= Math.min(text.length, 4096); to++) {
      const guess = text.slice(from, to)
      for (const digest of [
        createHmac('sha256', key).update(guess).digest(),
        createHash('sha256').update(guess).digest()
      ])
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          if (haystack.includes(digest.toString(encoding).slice(0, 16))) throw new Error(`bytes ${from} to ${to}`)
    }
  }
})

test('files that differ in nothing but a secret have the same state', async () => {
  const seals = []
  for (const secret of [whisky, 'lima-8-bourbon']) {
    log = `${log}.1`
    writeFileSync(log, `${filler}password=${secret}\n${filler}`)
    const checkpoints = open()
    const tail = tailOf(checkpoints)
    const { hash, bytes } = tail.seal
    seals.push([hash, bytes - secret.length])
    tail.close()
    await checkpoints.close()
  }
  expect(seals[0][0]).toMatch(/^[\w-]{43}$/)
  expect(seals[0]).toEqual(seals[1])
})

test('a short file is the same in the next life', async () => {
  writeFileSync(log, 'one\n')
  expect(await live()).toBe('one\n')
  appendFileSync(log, 'two\n')
  expect(await live()).toBe('two\n')
})

test('an inode that another file has now: it is read from its beginning', async () => {
  writeFileSync(log, 'one\n')
  await live()
  const journal = `${state}/positions.jsonl`
  writeFileSync(journal, readFileSync(journal, 'utf8').replace(/"born":[\d.]+/, '"born":1'))
  writeFileSync(log, 'other\n')
  expect(await live()).toBe('<again>other\n')
})

test('emptied, and filled with something longer while nobody looked', async () => {
  writeFileSync(log, filler)
  await live()
  truncateSync(log)
  const other = `the ${filler}${filler}`
  appendFileSync(log, other)
  expect(await live()).toBe(`<again>${other}`)
})

test('other detectors: what is sealed cannot be compared, and the file is still the same', async () => {
  writeFileSync(log, `${filler}${filler}`)
  await live()
  appendFileSync(log, 'more\n')
  expect(await live({ rules: 'two', redact: (text) => text.toUpperCase() })).toBe('more\n')
  appendFileSync(log, 'yet more\n')
  expect(await live({ rules: 'two', redact: (text) => text.toUpperCase() })).toBe('yet more\n')
})
