import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { captureConsole } from '../../src/console.ts'
import { expand } from '../../src/scan/template.ts'
import { bash } from '../cli/spawn.ts'

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 5).text
const masked = '[REDACTED:github-pat-classic]'
const password = ['correct', 'horse', '7'].join('-')
const passwordMasked = '[REDACTED:generic-password]'

function keeping() {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    }
  })
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    take() {
      const taken = text
      text = ''
      return taken
    }
  }
}

/** A console of the test's own, captured. */
function capture(policy?: { default: 'drop' }) {
  const out = keeping()
  const err = keeping()
  const own = new Console({ stdout: out.stream, stderr: err.stream })
  const release = captureConsole({ console: own, stdout: out.stream, stderr: err.stream, ...(policy && { policy }) })
  return { own, out, err, release }
}

test('every method, each to its stream', async () => {
  const { own, out, err, release } = capture()
  own.log('a %s %d', token, 5, { password })
  own.info({ deep: { deeper: { password } } })
  own.debug(new Map([[token, 1]]))
  own.dir({ token }, { depth: 0 })
  own.table([{ user: 'ada', token }])
  own.group(`group ${token}`)
  own.log('in it')
  own.groupEnd()
  own.count(token)
  expect(out.take().split('\n')).toEqual([
    `a ${masked} 5 { password: '${passwordMasked}' }`,
    `{ deep: { deeper: { password: '${passwordMasked}' } } }`,
    `Map(1) { '${masked}' => 1 }`,
    `{ token: '${masked}' }`,
    '┌─────────┬───────┬─────────────────────────────────┐',
    '│ (index) │ user  │ token                           │',
    '├─────────┼───────┼─────────────────────────────────┤',
    `│ 0       │ 'ada' │ '${masked}' │`,
    '└─────────┴───────┴─────────────────────────────────┘',
    `group ${masked}`,
    '  in it',
    `${masked}: 1`,
    ''
  ])
  own.warn(token)
  own.error(new TypeError(`bad ${token}`, { cause: new Error(token) }))
  own.trace(token)
  own.assert(false, token)
  const text = err.take()
  expect(text).toMatch(/^\[REDACTED:github-pat-classic\]\nTypeError: bad \[REDACTED:.*\n {4}at /)
  expect(text).not.toContain(token)
  await release()
  own.log(token)
  expect(out.take()).toBe(`${token}\n`)
})

test('a value that formatting puts on the line behind its name', () => {
  const { own, out } = capture()
  const long = 'correct horse '.repeat(12).trim()
  own.log({ name: 'x'.repeat(60), password: long })
  expect(out.take()).toBe(`{\n  name: '${'x'.repeat(60)}',\n  password: '${passwordMasked}'\n}\n`)
})

test('clean output is the same, objects are not changed, nothing is thrown', () => {
  const plain = keeping()
  const { own, out } = capture()
  const circle: Record<string, unknown> = { n: 10n, list: [1, 'two', undefined, Symbol('s')], f() {}, d: new Date(0) }
  circle.self = circle
  const args = ['%o and %j', circle, { a: 1 }, new Error('x').message, null, undefined, class A {}]
  new Console({ stdout: plain.stream }).log(...args)
  own.log(...args)
  expect(out.take()).toBe(plain.take())
  const value = { token }
  own.log(value)
  expect([value.token, out.take()]).toEqual([token, `{ token: '${masked}' }\n`])
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  own.log(proxy, { ok: 1 })
  expect(out.take()).toBe('[WITHHELD:error] { ok: 1 }\n')
  let wide: unknown = 'x'
  for (let i = 0; i < 40; i++) wide = [wide, wide]
  own.log(wide)
  expect(out.take()).toContain('[Array]')
})

test('a dropped line is not written', () => {
  const { own, out } = capture({ default: 'drop' })
  own.log(token)
  own.log('x')
  expect(out.take()).toBe('x\n')
})

test('the console of a process, up to its end', async () => {
  const source = fileURLToPath(new URL('../../src/console.ts', import.meta.url))
  const script = `
    import { captureConsole } from ${JSON.stringify(source)}
    captureConsole()
    for (let i = 0; i < 2000; i++) console.log('line', i, process.env.TEST_VALUE)
    console.error({ password: process.env.TEST_VALUE })
    process.exit(3)`
  const command = `${process.execPath} --input-type=module -e "$1" | cat; exit "\${PIPESTATUS[0]}"`
  expect(await bash(command, [script], { TEST_VALUE: token })).toEqual({
    status: 3,
    stdout: Array.from({ length: 2000 }, (_, i) => `line ${i} ${masked}\n`).join(''),
    stderr: `{ password: '${masked}' }\n`
  })
})
