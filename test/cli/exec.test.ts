import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { bash, type Ended, run, start, temporaryDirectory } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

const toyExec = fileURLToPath(new URL('./toy-exec.ts', import.meta.url))
const env = { MY_TOKEN: 'SECRET1' }
const masked = '[REDACTED:toy]'

const exec = (args: readonly string[], input = '') => run(toyExec, ['--no-env', ...args], input, env)
/** Runs a shell script under `logveil exec`. */
const sh = (script: string, options: readonly string[] = []): Promise<Ended> =>
  exec([...options, '--', 'sh', '-c', script])
const startSh = (script: string) => start(process.execPath, [toyExec, '--no-env', '--', 'sh', '-c', script], env)

describe.concurrent('what the command writes', () => {
  test('is redacted, each output apart', async () => {
    expect(await sh('echo "out $MY_TOKEN"; echo "err $MY_TOKEN" >&2; echo more')).toEqual({
      status: 0,
      stdout: `out ${masked}\nmore\n`,
      stderr: `err ${masked}\n`
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
    const { stdout } = await bash(`${process.execPath} ${toyExec} --no-env -- sh -c '${script}' 2>&1`)
    expect(stdout).toBe(Array.from({ length: 300 }, (_, i) => `o${i}\ne${i}\n`).join(''))
  })

  test('can be opened by name', async () => {
    expect(await sh('echo "a $MY_TOKEN" > /dev/stdout; echo "b $MY_TOKEN" | tee /dev/stderr')).toEqual({
      status: 0,
      stdout: `a ${masked}\nb ${masked}\n`,
      stderr: `b ${masked}\n`
    })
  })

  test('comes through sockets where the system has no named pipes', async () => {
    const args = [toyExec, '--no-env', '--', '/bin/sh', '-c', 'echo "a $MY_TOKEN"; echo "b $MY_TOKEN" >&2; exit 6']
    const { ended } = start(process.execPath, args, { ...env, PATH: '/nowhere' })
    expect(await ended).toEqual({ status: 6, stdout: `a ${masked}\n`, stderr: `b ${masked}\n` })
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
    const script = `seq 300000 > "$1"; ${process.execPath} ${toyExec} --no-env -- seq 300000 | (sleep 0.5; cat > "$2"); cmp "$1" "$2" && echo same`
    const { stdout, stderr } = await bash(script, [path('seq'), path('seq.out')])
    expect({ stdout, stderr }).toEqual({ stdout: 'same\n', stderr: '' })
  })
})

describe.concurrent('what has no line end yet', () => {
  test('stays together with its end, and is never written twice', async () => {
    const running = startSh('printf "Name: "; read name; printf "hello "; sleep 0.2; echo "$name $MY_TOKEN"')
    await running.outputIs('Name: ')
    running.child.stdin.end('ada\n')
    expect(await running.ended).toEqual({ status: 0, stdout: `Name: hello ada ${masked}\n`, stderr: '' })
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

  test('output that cannot be written is told, and no success', async () => {
    const script = `${process.execPath} ${toyExec} --no-env -- sh -c 'trap "" PIPE; echo x; sleep 0.2; exit 0' > /dev/full`
    expect(await bash(script)).toEqual({
      status: 125,
      stdout: '',
      stderr: 'logveil: cannot write standard output: no space left on device\n'
    })
  })

  test('a reader that leaves ends the command', async () => {
    const script = `${process.execPath} ${toyExec} --no-env -- sh -c 'while :; do echo "x $MY_TOKEN"; done' | head -2; echo "\${PIPESTATUS[0]}"`
    expect(await bash(script, [], env)).toEqual({
      status: 0,
      stdout: `x ${masked}\nx ${masked}\n141\n`,
      stderr: ''
    })
  })

  test('what the command leaves behind does not hold it up', async () => {
    // It would hold it up for longer than a test may take.
    const script = 'sleep 600 & echo "$! started $MY_TOKEN"; exit 4'
    const { status, stdout, stderr } = await sh(script, ['--linger', '0.2'])
    const sleeping = Number.parseInt(stdout, 10)
    process.kill(sleeping)
    expect({ status, stdout, stderr }).toEqual({ status: 4, stdout: `${sleeping} started ${masked}\n`, stderr: '' })
  })

  test('what is left behind can still write for a while', async () => {
    const { stdout } = await sh('(sleep 0.3; echo "late $MY_TOKEN") & echo first', ['--linger', '60'])
    expect(stdout).toBe(`first\nlate ${masked}\n`)
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
      [['--findings', '/no/such/folder/f', '--', 'ls'], 'cannot write /no/such/folder/f: no such file or directory']
    ]
    for (const [args, message] of expected)
      expect(await exec(args)).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining(message) })
    const { status, stdout } = await exec(['--help'])
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'Usage: logveil exec [OPTION...] -- COMMAND [ARGUMENT...]'])
  })
})

test('standard input is the command’s', async () => {
  expect(await exec(['--', 'cat'], 'a SECRET1\nb')).toEqual({ status: 0, stdout: `a ${masked}\nb`, stderr: '' })
})

/** util-linux has one that runs a command on a terminal of its own. */
const hasScript = spawnSync('script', ['--version']).status === 0

test.skipIf(!hasScript)(
  'on a terminal: it is the command’s input, and what the keyboard sends counts once',
  async () => {
    writeFileSync(
      path('asks.sh'),
      `trap 'n=$((n+1))' INT; test -t 0 && echo in; test -t 1 || echo "no out $MY_TOKEN"; while [ -z "$n" ]; do sleep 0.05; done; sleep 0.2; echo "$n times"`
    )
    const command = `exec ${process.execPath} ${toyExec} --no-env -- sh ${path('asks.sh')}`
    const running = start('script', ['-qefc', command, '/dev/null'], env)
    await running.outputIs(`in\r\nno out ${masked}\r\n`)
    running.child.stdin.write('\x03')
    const { status, stdout } = await running.ended
    expect({ status, stdout }).toEqual({ status: 0, stdout: `in\r\nno out ${masked}\r\n^C1 times\r\n` })
  }
)
