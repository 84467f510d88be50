// `logveil exec --tty`, with script(1) of util-linux: as what makes the terminal of the command, and as whoever sits at ours.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { run, start } from './spawn.ts'

const toyExec = fileURLToPath(new URL('./toy-exec.ts', import.meta.url))
const env = { MY_TOKEN: 'SECRET1', TERM: 'xterm' }
const masked = '[REDACTED:toy]'

const inTerminal = (args: readonly string[], input = '', more: NodeJS.ProcessEnv = {}) =>
  run(toyExec, ['--no-env', '--tty', '--', ...args], input, { ...env, ...more })

test('without script(1) it says what to do instead, and runs nothing', async () => {
  expect(await inTerminal(['/bin/echo', 'x'], '', { PATH: '' })).toEqual({
    status: 125,
    stdout: '',
    stderr:
      'logveil: --tty needs script(1) of util-linux, which is not here: leave it out, and for colours set FORCE_COLOR=1 or the like\n'
  })
})

describe.concurrent('a command in a terminal', () => {
  beforeEach((context) => {
    const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' })
    if (!(stdout ?? '').includes('util-linux')) context.skip('no script(1) of util-linux here')
  })

  test('has it for input and output; what it writes is redacted, its status is ours', async () => {
    const script = 'test -t 0 && test -t 1 && test -t 2 && echo "is one $MY_TOKEN"; echo "err $MY_TOKEN" >&2; exit 7'
    expect(await inTerminal(['sh', '-c', script])).toEqual({
      status: 7,
      stdout: `is one ${masked}\r\nerr ${masked}\r\n`,
      stderr: ''
    })
  })

  test('gets its arguments and environment as they are', async () => {
    const args = ['a b', `it's "$x"`, '', '*', '\\n', 'é!']
    const script = 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.SHELL ?? null]))'
    const { stdout } = await inTerminal([process.execPath, '-e', script, '--', ...args], '', { SHELL: '/bin/my shell' })
    expect(JSON.parse(Buffer.from(stdout, 'latin1').toString())).toEqual([args, '/bin/my shell'])
    expect((await inTerminal([process.execPath, '-e', script])).stdout).toBe('[[],null]')
  })

  test('what comes through a pipe is its input, and does not come back', async () => {
    expect(await inTerminal(['sed', 's/^/got /'], 'one\nSECRET1\n')).toEqual({
      status: 0,
      stdout: `got one\r\ngot ${masked}\r\n`,
      stderr: ''
    })
  })

  test('there is no such command: 127', async () => {
    expect((await inTerminal(['no-such-command-here'])).status).toBe(127)
  })

  test('its signals reach it', async () => {
    const trap = `trap 'echo got; exit 3' TERM; echo ready; while :; do sleep 0.05; done`
    const running = start(process.execPath, [toyExec, '--no-env', '--tty', '--', 'sh', '-c', trap], env)
    await running.outputIs('ready\r\n')
    running.child.kill('SIGTERM')
    expect(await running.ended).toEqual({ status: 3, stdout: 'ready\r\ngot\r\n', stderr: '' })
  })

  test('killed by a signal: 128 and its number', async () => {
    expect((await inTerminal(['sh', '-c', 'kill -TERM $$'])).status).toBe(128 + 15)
  })

  test('at a terminal of ours, what is typed reaches it: keys as well as signals', async () => {
    const script = `trap 'echo interrupted; exit 4' INT; printf 'name? '; read x; echo "hello $x"; while :; do sleep 0.05; done`
    const command = `'${process.execPath}' '${toyExec}' --no-env --tty -- sh -c '${script.replaceAll("'", `'\\''`)}'`
    const running = start('script', ['-qefc', command, '/dev/null'], { ...env, SHELL: '/bin/sh' })
    await running.outputIs('name? ')
    running.child.stdin.write('SECRET1\r')
    // The echo of what was typed, and the answer.
    await running.outputIs(`name? ${masked}\r\nhello ${masked}\r\n`)
    running.child.stdin.write('\x03')
    const { status, stdout } = await running.ended
    expect([status, stdout.replaceAll('^C', '')]).toEqual([4, `name? ${masked}\r\nhello ${masked}\r\ninterrupted\r\n`])
  })
})
