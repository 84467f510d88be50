import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { bash, type Ended, main, run, start, temporaryDirectory } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

const secret = ['hun7', 'er2', 'xyz'].join('')
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
const env = { MY_TOKEN: secret }
const masked = '[REDACTED:environment:MY_TOKEN]'

const exec = (args: readonly string[], input = '', more: NodeJS.ProcessEnv = {}) =>
  run(main, ['exec', ...args], input, { ...env, ...more })
/** Runs a shell script under `logveil exec`. */
const sh = (script: string, options: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  exec([...options, '--', 'sh', '-c', script], '', more)
const startSh = (script: string, options: readonly string[] = []) =>
  start(process.execPath, [main, 'exec', ...options, '--', 'sh', '-c', script], env)

describe.concurrent('what the command writes', () => {
  test('is redacted, each output apart', async () => {
    const script = `echo "out $MY_TOKEN"; echo "err ${token}" >&2; echo password=abc123xyz`
    expect(await sh(script)).toEqual({
      status: 0,
      stdout: `out ${masked}\npassword=[REDACTED:generic-password]\n`,
      stderr: 'err [REDACTED:github-pat-classic]\n'
    })
  })

  test('passes as it is without a secret, whatever the bytes are', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 7 + (i >> 8)) & 0xff))
    writeFileSync(path('bytes'), bytes)
    expect(await sh(`cat ${path('bytes')}; cat ${path('bytes')} >&2`)).toEqual({
      status: 0,
      stdout: bytes.toString('latin1'),
      stderr: bytes.toString('latin1')
    })
  })

  test('passes without any line end, if it is no text', async () => {
    const { stdout } = await sh('head -c 1000000 /dev/zero', ['--max-record-bytes', '200000'])
    expect(stdout).toBe('\0'.repeat(1_000_000))
  })

  test('comes in order into one pipe when both outputs are one', async () => {
    const script = `i=0; while [ $i -lt 300 ]; do echo "o$i"; echo "e$i" >&2; i=$((i+1)); done`
    const { stdout } = await bash(`${process.execPath} ${main} exec -- sh -c '${script}' 2>&1`)
    expect(stdout).toBe(Array.from({ length: 300 }, (_, i) => `o${i}\ne${i}\n`).join(''))
  })

  test('can be opened by name', async () => {
    expect(await sh('echo "a $MY_TOKEN" > /dev/stdout; echo "b $MY_TOKEN" | tee /dev/stderr')).toEqual({
      status: 0,
      stdout: `a ${masked}\nb ${masked}\n`,
      stderr: `b ${masked}\n`
    })
  })

  test('has the secrets of the environment in every form', async () => {
    const value = ['p&ss', 'w"rd/é', 'x'].join(' ')
    const script = `
      const v = process.env.APP_PASSWORD
      console.log('plain', v); console.log(JSON.stringify({ v })); console.log(encodeURIComponent(v))
      for (const lead of ['', '1', '22']) console.log(Buffer.from(lead + v).toString('base64'))
      console.log('\\x1b[32mkey\\x1b[0m=\\x1b[33m' + v + '\\x1b[0m')`
    const { stdout } = await exec(['--', process.execPath, '-e', script], '', { APP_PASSWORD: value })
    const placeholder = '[REDACTED:environment:APP_PASSWORD]'
    expect(stdout.split('\n')).toEqual([
      `plain ${placeholder}`,
      `{"v":"${placeholder}"}`,
      ...Array(4).fill(placeholder),
      `\x1b[32mkey\x1b[0m=\x1b[33m${placeholder}\x1b[0m`,
      ''
    ])
  })

  test('has only those secrets of the environment that are asked for', async () => {
    const script = 'echo "$MY_TOKEN $COLOUR"'
    const colour = { COLOUR: 'crimson' }
    expect((await sh(script, [], colour)).stdout).toBe(`${masked} crimson\n`)
    expect((await sh(script, ['--env', 'COLOUR'], colour)).stdout).toBe(`${masked} [REDACTED:environment:COLOUR]\n`)
    expect((await sh(script, ['--no-env'], colour)).stdout).toBe(`${secret} crimson\n`)
    expect((await sh(script, ['--no-env', '--env=COLOUR'], colour)).stdout).toBe(
      `${secret} [REDACTED:environment:COLOUR]\n`
    )
    expect(await exec(['--print-env', '--env', 'COLOUR'], '', colour)).toEqual({
      status: 0,
      stdout: 'COLOUR\nMY_TOKEN\n',
      stderr: ''
    })
  })

  test('is withheld where a line is too long, the rest comes', async () => {
    const script = `echo a; head -c 100000 /dev/urandom | base64 -w0; echo; printf 'b\\r\\n'; head -c 3000 /dev/zero | tr '\\0' x`
    expect((await sh(script, ['--max-record-bytes', '1000'])).stdout).toBe('a\n[WITHHELD:size]\nb\r\n[WITHHELD:size]')
  })

  test('is all there when the command ends at once', async () => {
    const { stdout } = await sh('seq 200000')
    expect(stdout).toBe(`${Array.from({ length: 200_000 }, (_, i) => i + 1).join('\n')}\n`)
  })

  test('waits for a slow reader, who gets every byte', async () => {
    const script = `seq 300000 > "$1"; ${process.execPath} ${main} exec -- seq 300000 | (sleep 0.5; cat > "$2"); cmp "$1" "$2" && echo same`
    const { stdout, stderr } = await bash(script, [path('seq'), path('seq.out')])
    expect({ stdout, stderr }).toEqual({ stdout: 'same\n', stderr: '' })
  })
})

describe.concurrent('what has no line end yet', () => {
  test.each([
    ['a prompt', 'printf "Password: "', 'Password: '],
    ['a question', 'printf "Continue? (y/n)"', 'Continue? (y/n)'],
    ['progress', `printf '\\r\\033[Kfetching  45%%'`, '\r\x1b[Kfetching  45%'],
    ['a spinner', `printf '\\033[1G⠙'`, Buffer.from('\x1b[1G⠙').toString('latin1')],
    ['all but the last word', 'printf "uploading the arti"', 'uploading the '],
    ['all but a known secret', 'printf "it is %s" hun7', 'it is '],
    ['not what follows a finding', 'printf "user=ada password=abc123xyz more words "', 'user=ada ']
  ])('%s is shown soon', async (_, script, shown) => {
    const running = startSh(`${script}; read x`)
    await running.outputIs(shown)
    running.child.stdin.end('\n')
    await running.ended
  })

  test('stays together with its end, and is never written twice', async () => {
    const running = startSh('printf "Name: "; read name; printf "hello "; sleep 0.2; echo "$name $MY_TOKEN"')
    await running.outputIs('Name: ')
    running.child.stdin.end('ada\n')
    expect(await running.ended).toEqual({ status: 0, stdout: `Name: hello ada ${masked}\n`, stderr: '' })
  })

  test.each([
    ['a token', `x ${token}`],
    ['a value', 'login password=correct-horse-7 done'],
    ['a value behind a space', 'password: correct-horse-7'],
    ['a header', `Authorization: Bearer ${token}`],
    ['a URL', 'to https://ada:correct-horse-7@host/ ok'],
    ['JSON', '{"value": "correct-horse-7", "name": "DB_PASSWORD"}'],
    ['a secret of the environment', `it is ${secret}, yes`],
    ['a secret of several words', 'say maple syrup on toast please']
  ])('does not give away %s that is cut anywhere', async (_, line) => {
    const script = `
      const line = ${JSON.stringify(line)}
      const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      const { writeSync } = require('node:fs')
      writeSync(1, line + '\\n')
      for (let i = 1; i < line.length; i++) { writeSync(1, line.slice(0, i)); pause(4); writeSync(1, line.slice(i) + '\\n') }
      for (const c of line) { writeSync(1, c); pause(12) }
      writeSync(1, '\\n')`
    const args = ['exec', '--', process.execPath, '-e', script]
    const more = { ...env, PHRASE_PASSWORD: 'maple syrup on toast', LOGVEIL_HOLD_MS: '2' }
    const { stdout } = await run(main, args, '', more)
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/\[REDACTED:/)
    expect(lines).toEqual([...Array(line.length + 1).fill(lines[0]), ''])
  })

  test('ends at a lone carriage return', async () => {
    const running = startSh(`printf 'one %s\\rtwo %s\\rthree' "$MY_TOKEN" "$MY_TOKEN"; read x; printf '\\r\\n'`)
    await running.outputIs(`one ${masked}\rtwo ${masked}\r`)
    running.child.stdin.end('\n')
    expect((await running.ended).stdout).toBe(`one ${masked}\rtwo ${masked}\rthree\r\n`)
  })
})

describe.concurrent('how it ends', () => {
  test.each([0, 1, 2, 42, 125, 127, 255])('exit status %i is the command’s', async (status) => {
    expect(await sh(`echo x; exit ${status}`)).toEqual({ status, stdout: 'x\n', stderr: '' })
  })

  test('without such a command, 127; with one that cannot be run, 126', async () => {
    writeFileSync(path('text'), 'echo hi\n')
    expect(await exec(['--', 'no-such-command-here'])).toEqual({
      status: 127,
      stdout: '',
      stderr: 'logveil: cannot run no-such-command-here: no such file or directory\n'
    })
    expect(await exec(['--', path('text')])).toEqual({
      status: 126,
      stdout: '',
      stderr: `logveil: cannot run ${path('text')}: permission denied\n`
    })
  })

  test.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGKILL', 'SIGKILL'],
    ['SIGINT', 'SIGINT'],
    ['SIGABRT', 'SIGABRT']
  ])('killed by %s, it dies of the same', async (signal, expected) => {
    const { child } = startSh(`echo x; kill -${signal.slice(3)} $$`)
    expect(await once(child, 'close')).toEqual([null, expected])
  })

  test('signals that Node cannot die of become a status', async () => {
    expect((await sh('kill -PIPE $$')).status).toBe(128 + 13)
    expect((await sh('kill -USR1 $$')).status).toBe(128 + 10)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const)(
    '%s is passed on',
    async (signal) => {
      const running = startSh(`trap 'echo got; exit 7' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`)
      await running.outputIs('ready\n')
      running.child.kill(signal)
      expect(await running.ended).toEqual({ status: 7, stdout: 'ready\ngot\n', stderr: '' })
    }
  )

  test('a command that ignores a signal goes on, and so do we', async () => {
    const running = startSh(`trap '' TERM; echo ready; read x; echo "end $MY_TOKEN"`)
    await running.outputIs('ready\n')
    running.child.kill('SIGTERM')
    await wait(100)
    running.child.stdin.end('\n')
    expect(await running.ended).toEqual({ status: 0, stdout: `ready\nend ${masked}\n`, stderr: '' })
  })

  test('a reader that leaves ends the command', async () => {
    const script = `${process.execPath} ${main} exec -- sh -c 'while :; do echo "x $MY_TOKEN"; done' | head -2; echo "\${PIPESTATUS[0]}"`
    expect(await bash(script, [], env)).toEqual({
      status: 0,
      stdout: `x ${masked}\nx ${masked}\n141\n`,
      stderr: ''
    })
  })

  test('what the command leaves behind does not hold it up', async () => {
    const begin = performance.now()
    const script = 'sleep 20 & echo "started $MY_TOKEN"; exit 4'
    expect(await sh(script, ['--linger', '0.2'])).toEqual({ status: 4, stdout: `started ${masked}\n`, stderr: '' })
    expect(performance.now() - begin).toBeLessThan(10_000)
  })

  test('what is left behind can still write for a while', async () => {
    expect((await sh('(sleep 0.3; echo "late $MY_TOKEN") & echo first')).stdout).toBe(`first\nlate ${masked}\n`)
  })

  test('nor does what is left behind and writes without end', async () => {
    const { status, stdout } = await sh('yes "y $MY_TOKEN" & echo first; exit 5', ['--linger', '0.2'])
    expect(status).toBe(5)
    expect(new Set(stdout.split('\n').slice(0, -1))).toEqual(new Set(['first', `y ${masked}`]))
  })

  test('options are understood, or 125', async () => {
    const expected: [string[], string][] = [
      [[], 'there is no command: write `logveil exec -- COMMAND`'],
      [['ls'], "Unexpected argument 'ls'; see `logveil exec --help`"],
      [['--linger', 'x', '--', 'ls'], '--linger is a number of seconds'],
      [['--disable', 'nothing', '--', 'ls'], 'no detector has the id "nothing"; see `logveil detectors list`'],
      [['--findings', '/no/such/folder/f', '--', 'ls'], 'cannot write /no/such/folder/f: no such file or directory']
    ]
    for (const [args, message] of expected)
      expect(await exec(args)).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining(message) })
    const { status, stdout } = await exec(['--help'])
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'Usage: logveil exec [OPTION...] -- COMMAND [ARGUMENT...]'])
  })
})

test('standard input is the command’s', async () => {
  expect(await exec(['--', 'cat'], `a ${secret}\nb`)).toEqual({ status: 0, stdout: `a ${masked}\nb`, stderr: '' })
})

test('findings, summary and their status', async () => {
  const script = `echo a; echo "b $MY_TOKEN"; printf 'c\\rd ${token}\\n' >&2`
  const { status, stderr } = await sh(script, ['--findings', path('f.jsonl'), '--summary', '--fail-on-findings'])
  expect(status).toBe(1)
  expect(stderr.replace(/ in [\d.]+ s, .*$/m, '')).toBe(
    `c\rd [REDACTED:github-pat-classic]\nlogveil: 3 lines, ${'…'}`.replace('…', '') +
      stderr.slice(stderr.indexOf('3 lines, ') + 9).replace(/ in [\d.]+ s, .*$/m, '')
  )
  expect(stderr).toContain('logveil: 2 findings\nlogveil:   environment:MY_TOKEN 1\nlogveil:   github-pat-classic 1\n')
  expect(stderr).toContain('logveil: lines: 3 in = 3 out + 0 dropped\n')
  const findings = readFileSync(path('f.jsonl'), 'utf8').trimEnd().split('\n')
  expect(
    findings
      .map((line) => JSON.parse(line))
      .map(({ detector, file, line }) => [detector, file, line])
      .sort()
  ).toEqual([
    ['environment:MY_TOKEN', 'output', 2],
    ['github-pat-classic', 'error', 1]
  ])
  expect(await sh('exit 3', ['--fail-on-findings'])).toMatchObject({ status: 3 })
  expect(`${findings}${stderr}`).not.toContain(secret)
})
