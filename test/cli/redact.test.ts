import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { bash, run, start, temporaryDirectory, toyMain } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

/** Writes a file of the test and gives its path. */
function file(name: string, text: string): string {
  writeFileSync(path(name), text, 'latin1')
  return path(name)
}

const redact = (args: readonly string[], input?: string, env?: NodeJS.ProcessEnv) => run(toyMain, args, input, env)
const startToy = (args: readonly string[], env?: NodeJS.ProcessEnv) => start(process.execPath, [toyMain, ...args], env)

describe.concurrent('bytes', () => {
  test.each([
    ['nothing', ''],
    ['one newline', '\n'],
    ['no newline at the end', 'a\nb'],
    ['CRLF', 'a\r\nb\r\n\r\n'],
    ['NUL bytes', 'a\0b\n\0\0\n'],
    ['invalid UTF-8', '\xff\xfe\x80\n\xc3'],
    ['many lines', 'some line\n'.repeat(100_000)]
  ])('%s passes as it is, through a pipe and from a file', async (name, text) => {
    expect(await redact([], text)).toEqual({ status: 0, stdout: text, stderr: '' })
    expect(await redact([file(name, text)])).toEqual({ status: 0, stdout: text, stderr: '' })
  })

  test('secrets are redacted, whatever stands around them', async () => {
    expect(await redact([], 'a SECRET1 b\r\n\xff SECRET2\0\nSECRET3')).toEqual({
      status: 0,
      stdout: 'a [REDACTED:toy] b\r\n\xff [REDACTED:toy]\0\n[REDACTED:toy]',
      stderr: ''
    })
  })

  test('output to a file is complete and in order', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}`).join('\n')
    const { status } = await bash('$redact "$1" > "$2"', [file('long', lines), path('long.out')])
    expect(status).toBe(0)
    expect(readFileSync(path('long.out'), 'latin1')).toBe(lines)
  })
})

describe('files', () => {
  test('are joined as cat joins them, `-` is standard input', async () => {
    const args = [file('a', 'a1\na2 SEC'), file('empty', ''), '-', file('c', 'c1\n')]
    expect(await redact(args, 'RET7\nb1\n')).toEqual({
      status: 0,
      stdout: 'a1\na2 [REDACTED:toy]\nb1\nc1\n',
      stderr: ''
    })
  })

  test('a missing one is reported, the others come', async () => {
    expect(await redact([path('missing'), file('a', 'a\n'), path('')])).toEqual({
      status: 2,
      stdout: 'a\n',
      stderr:
        `logveil: cannot read ${path('missing')}: no such file or directory\n` +
        `logveil: cannot read ${path('')}: illegal operation on a directory\n`
    })
  })

  test('the output is not read', async () => {
    const { status, stderr } = await bash('$redact "$1" >> "$1"', [file('both', 'a SECRET1\n')])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `logveil: ${path('both')} is the output as well: write to another file\n`
    })
    expect(readFileSync(path('both'), 'latin1')).toBe('a SECRET1\n')
  })

  test('may be named pipes and process substitutions', async () => {
    const script = 'mkfifo "$1"; (sleep 0.2; echo named SECRET1 > "$1") & $redact "$1" <(echo shell SECRET2)'
    expect(await bash(script, [path('fifo')])).toEqual({
      status: 0,
      stdout: 'named [REDACTED:toy]\nshell [REDACTED:toy]\n',
      stderr: ''
    })
  })
})

describe.concurrent('live', () => {
  test('complete lines leave while the input stays open, a partial line waits for its end', async () => {
    const running = startToy(['--findings', path('live.jsonl')])
    running.child.stdin.write('a SECRET1\nb SECR')
    await running.outputIs('a [REDACTED:toy]\n')
    expect(readFileSync(path('live.jsonl'), 'latin1').split('\n')).toHaveLength(2)
    await wait(100)
    expect(running.stdout()).toBe('a [REDACTED:toy]\n')
    running.child.stdin.write('ET2 c\nd')
    await running.outputIs('a [REDACTED:toy]\nb [REDACTED:toy] c\n')
    running.child.stdin.end()
    expect(await running.ended).toEqual({ status: 0, stdout: 'a [REDACTED:toy]\nb [REDACTED:toy] c\nd', stderr: '' })
  })

  test('a reader that leaves ends it quietly', async () => {
    expect(await bash('yes a SECRET1 | { $redact; echo "status $?" >&2; } | head -1')).toEqual({
      status: 0,
      stdout: 'a [REDACTED:toy]\n',
      stderr: 'status 0\n'
    })
  })

  test('a slow reader gets every byte', async () => {
    const { stdout, stderr } = await bash(
      'seq 1000000 > "$1"; $redact "$1" | (sleep 0.3; head -c 100000 > "$2"; sleep 0.3; cat >> "$2"); cmp "$1" "$2" && echo same',
      [path('seq'), path('seq.out')],
      { TOY: 'idle' }
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'same\n', stderr: '' })
  })

  test('a shared pipe is left as it was found', async () => {
    const script = '{ $redact < "$1"; cat "$1"; } | (sleep 0.5; wc -c)'
    const size = 300_000
    expect(await bash(script, [file('shared', `${'x'.repeat(99)}\n`.repeat(size / 100))])).toEqual({
      status: 0,
      stdout: `${2 * size}\n`,
      stderr: ''
    })
  })
})

describe.concurrent('signals', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: what was read is written, also the line without its end',
    async (signal) => {
      const running = startToy(['--findings', '-'])
      running.child.stdin.write('a\nlast SECRET9')
      await running.outputIs('a\n')
      running.child.kill(signal)
      const { status, stdout, stderr } = await running.ended
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'a\nlast [REDACTED:toy]' })
      expect(JSON.parse(stderr).line).toBe(2)
    }
  )

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130]
  ] as const)('a second %s ends it although nobody reads the output', async (signal, status) => {
    const running = startToy([])
    running.child.stdin.write('begun\n')
    await running.outputIs('begun\n')
    running.child.stdout.pause()
    await fill(running.child)
    // Until the end: two that come before the first was seen are one.
    for (; running.child.exitCode === null && running.child.signalCode === null; await wait(50))
      running.child.kill(signal)
    running.child.stdout.resume()
    expect((await running.ended).status).toBe(status)
  })

  test('ends a file in the middle, between lines', async () => {
    const running = startToy([file('endless', '0123456789\n'.repeat(2_000_000))])
    running.child.stdout.once('data', () => running.child.kill('SIGTERM'))
    const { status, stdout } = await running.ended
    expect(status).toBe(0)
    expect(stdout).toBe('0123456789\n'.repeat(2_000_000).slice(0, stdout.length))
  })
})

/** Writes until nothing is taken any more, because it waits itself and not because others have the processor. */
async function fill({ stdin, pid }: ChildProcessWithoutNullStreams): Promise<void> {
  for (let i = 0; i < 500; i++) stdin.write('0123456789\n'.repeat(5000))
  const asleep = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[2] === 'S'
  for (let before = 0, same = 0; same < 5; await wait(60)) {
    same = stdin.writableLength === before && asleep() ? same + 1 : 0
    before = stdin.writableLength
  }
  expect(stdin.writableLength).toBeGreaterThan(0)
}

describe('long lines', () => {
  test('over the limit are withheld with their end kept, up to it they are not', async () => {
    const [fits, long] = ['x'.repeat(100), 'y'.repeat(101)]
    const input = `${fits}\n${long}\n${fits}\r\n${long}\r\n${'z'.repeat(1_000_000)}\r\na SECRET1\n${'z'.repeat(1_000_000)}`
    const { status, stdout, stderr } = await redact(
      ['--max-record-bytes', '100', '--summary', '--no-fail-on-findings'],
      input
    )
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${fits}\n[WITHHELD:size]\n${fits}\r\n[WITHHELD:size]\r\n[WITHHELD:size]\r\na [REDACTED:toy]\n[WITHHELD:size]`
    })
    expect(stderr.split('\n').slice(1)).toEqual([
      'logveil: 1 finding',
      'logveil:   toy 1',
      'logveil: withheld parts: size 4',
      'logveil: lines: 7 in = 7 out + 0 dropped',
      ''
    ])
  })

  test('of 100 MB take bounded memory', async () => {
    const script =
      'head -c 100000000 /dev/zero | tr "\\0" x | $redact; echo; head -c 100000000 /dev/zero > "$1"; $redact "$1"'
    const { stdout, stderr } = await bash(script, [path('zeros')], { TOY_MEMORY: '1', TOY: 'idle' })
    expect(stdout).toBe('[WITHHELD:size]\n[WITHHELD:size]')
    const peaks = [...stderr.matchAll(/^logveil: (\d+) MiB$/gm)].map(([, peak]) => Number(peak))
    expect(peaks).toHaveLength(2)
    expect(Math.max(...peaks)).toBeLessThan(250)
  })

  // If it were not in linear time, the test would run out of it.
  test('of 15 MB pass', async () => {
    const script = 'head -c 15000000 /dev/zero | tr "\\0" x | $redact | sha256sum'
    const { stdout } = await bash(script, [], { TOY: 'idle' })
    expect(stdout).toBe(`${createHash('sha256').update('x'.repeat(15_000_000)).digest('hex')}  -\n`)
  })
})

describe.concurrent('findings', () => {
  const finding = (rest: object) => ({
    detector: 'toy',
    confidence: 'likely',
    severity: 'high',
    ...rest,
    path: '',
    fingerprint: null,
    action: 'label',
    hints: {}
  })
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('are JSON lines that place each secret in its file', async () => {
    const [a, b] = [file('fa', 'x\ny SECRET1\n'), file('fb', 'SECRET22 SECRET3\n')]
    const { status } = await redact(['--findings', path('f.jsonl'), a, b])
    expect(status).toBe(0)
    expect(lines(readFileSync(path('f.jsonl'), 'utf8'))).toEqual([
      finding({ file: a, line: 2, record: 1, span: [4, 11], length: 7 }),
      finding({ file: b, line: 1, record: 2, span: [0, 8], length: 8 }),
      finding({ file: b, line: 1, record: 2, span: [9, 16], length: 7 })
    ])
  })

  test('go to standard error with `-`', async () => {
    const { stdout, stderr } = await redact(['--findings', '-'], 'a\nSECRET1\n')
    expect(stdout).toBe('a\n[REDACTED:toy]\n')
    expect(lines(stderr)).toEqual([finding({ file: '-', line: 2, record: 1, span: [2, 9], length: 7 })])
  })

  test('set the exit status only when asked', async () => {
    expect((await redact([], 'SECRET1\n')).status).toBe(0)
    expect((await redact(['--fail-on-findings'], 'SECRET1\n')).status).toBe(1)
    expect((await redact(['--fail-on-findings'], 'a\n')).status).toBe(0)
    expect((await redact(['--fail-on-findings', path('missing'), '-'], 'SECRET1\n')).status).toBe(2)
  })
})

describe.concurrent('failures', () => {
  test('a record that the redactor cannot take is withheld, and its text is told nowhere', async () => {
    const { status, stdout, stderr } = await redact(
      ['--findings', path('e.jsonl'), '--summary'],
      'SECRET1\nBOOM hush\r\nSECRET2\nDROP\nBOOM hush'
    )
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '[REDACTED:toy]\n[WITHHELD:error]\r\n[REDACTED:toy]\n[WITHHELD:error]'
    })
    expect(stderr).toMatch(/^logveil: a bug in logveil, the records it met are withheld: TypeError\n {4}at /)
    expect(stderr).toMatch(/\nlogveil: withheld parts: error 2\nlogveil: lines: 5 in = 4 out \+ 1 dropped\n$/)
    expect(stderr).not.toContain('hush')
    const places = readFileSync(path('e.jsonl'), 'utf8').match(/"line":.*?"span":\[\d+,\d+\]/g)
    expect(places).toEqual([
      '"line":1,"record":0,"path":"","span":[0,7]',
      '"line":3,"record":2,"path":"","span":[19,26]'
    ])
  })

  test('output and findings that cannot be written', async () => {
    const input = file('full', 'a SECRET1\n')
    expect(await bash('$redact "$1" > /dev/full', [input])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: cannot write standard output: no space left on device\n'
    })
    expect(await redact(['--findings', '/dev/full', input])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: cannot write the findings: no space left on device\n'
    })
    expect(await redact(['--findings', path('no/dir'), input])).toEqual({
      status: 2,
      stdout: '',
      stderr: `logveil: cannot write ${path('no/dir')}: no such file or directory\n`
    })
  })

  test('that nobody reads standard error stops nothing', async () => {
    const script = '{ $redact --summary missing "$1" 3>&1 1>&4 2>&3 3>&- | exec true; } 4>&1'
    expect(await bash(script, [file('unheard', 'a SECRET1\n'.repeat(20_000))])).toEqual({
      status: 0,
      stdout: 'a [REDACTED:toy]\n'.repeat(20_000),
      stderr: ''
    })
  })

  test.each([
    [['--acton'], "Unknown option '--acton'; see `logveil redact --help`"],
    [['--action', 'shred'], '--action is one of label, mask, partial, hmac, encrypt, remove, drop, flag'],
    [['--codec', 'xml'], '--codec is one of auto, text, json'],
    [['--max-record-bytes', '0'], '--max-record-bytes is a whole number from 1 to 1073741824'],
    [['--key-file', '/dev/null'], '/dev/null holds no key: make one with `openssl rand -base64 32`']
  ])('%j is refused', async (args, message) => {
    expect(await redact(args, 'a\n')).toEqual({ status: 2, stdout: '', stderr: `logveil: ${message}\n` })
  })
})
