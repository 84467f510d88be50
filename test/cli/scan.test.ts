import { chmodSync, createWriteStream, symlinkSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, createGzip, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { scanCommand } from '../../src/cli/scan.ts'
import { keyOf, type Project, passwordOf, reported, tellsMemory, timeless, useProjects } from './scan-project.ts'
import { bash, main, run } from './spawn.ts'

const project = useProjects()

const secret = passwordOf(1)
const leak = `password=${secret}\n`
const remedy =
  'logveil: take each out and rotate it; a false alarm: write `logveil:allow REASON` into its line, or use --baseline\n'

async function scan(project: Project, args: readonly string[], input = '') {
  const { status, stdout, stderr } = await project.logveil(['scan', ...args], { input })
  return { status, stdout, stderr: timeless(stderr) }
}

/** Without the summary. */
const quiet = (project: Project, args: readonly string[], input = '') => scan(project, ['--no-summary', ...args], input)

describe.concurrent('what is scanned', () => {
  test('folders, in the order of their names, compressed files by their content', async () => {
    const files = project({
      'b/deep/er.log': `one\n${leak}`,
      'b/a.log': 'clean\n',
      'a.gz': gzipSync(leak),
      'a.old': zstdCompressSync(leak),
      'a.txt.br': brotliCompressSync(leak),
      'a.twice': Buffer.concat([gzipSync('one\n'), gzipSync(leak)]),
      '.env': leak,
      empty: ''
    })
    expect(await scan(files, ['.'])).toEqual({
      status: 1,
      stdout: ['.env:1:10', 'a.gz:1:10', 'a.old:1:10', 'a.twice:2:10', 'a.txt.br:1:10', 'b/deep/er.log:2:10']
        .map(reported)
        .join(''),
      stderr: `logveil: 6 new findings\nlogveil: 8 files, 194 B in N s\n${remedy}`
    })
  })

  test('files, each once, and standard input', async () => {
    const files = project({ 'a.log': leak, 'b/c.log': leak })
    expect(await quiet(files, ['b', './a.log', 'a.log', 'b/c.log', '-'], `x\r\n${leak}`)).toEqual({
      status: 1,
      stdout: ['b/c.log:1:10', 'a.log:1:10', 'standard input:2:10'].map(reported).join(''),
      stderr: ''
    })
  })

  test('names of other folders are as they were given', async () => {
    const files = project({ 'a/b.log': leak, 'c/d.log': '' })
    const given = (...paths: string[]) => files.logveil(['scan', '--no-summary', ...paths], { below: 'c' })
    expect((await given('../a')).stdout).toBe(reported('../a/b.log:1:10'))
    expect((await given(files.path('a'))).stdout).toBe(reported(`${files.path('a/b.log')}:1:10`))
  })

  test('nothing in it', async () => {
    expect(await scan(project({ 'a.log': 'clean\n' }), ['.'])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'logveil: 0 new findings\nlogveil: 1 file, 6 B in N s\n'
    })
  })

  test('links only where they are named; pipes not at all', async () => {
    const files = project({ 'real/a.log': leak })
    symlinkSync('real', files.path('folder'))
    symlinkSync('..', files.path('real/up'))
    symlinkSync('real/a.log', files.path('file'))
    await bash('mkfifo "$1"', [files.path('pipe')])
    expect(await scan(files, ['.'])).toEqual({
      status: 1,
      stdout: reported('real/a.log:1:10'),
      stderr: `logveil: 1 new finding\nlogveil: 1 file, 30 B in N s\nlogveil: passed over: 3 links, 1 special file\n${remedy}`
    })
    expect((await quiet(files, ['folder', 'file'])).stdout).toBe(
      ['folder/a.log:1:10', 'file:1:10'].map(reported).join('')
    )
  })

  test('binary files only when asked for; zeros in front are none', async () => {
    const files = project({ binary: `\0\x01\0${leak}`, 'cut.log': `${'\0'.repeat(500)}${leak}` })
    expect(await scan(files, ['.'])).toEqual({
      status: 1,
      stdout: reported('cut.log:1:510').replace(': password', `: ...${'\\u0000'.repeat(70)}password`),
      stderr: `logveil: 1 new finding\nlogveil: 1 file, 530 B in N s\nlogveil: passed over: 1 binary file\n${remedy}`
    })
    expect((await quiet(files, ['--binary', 'binary'])).status).toBe(1)
  })

  test('--exclude: names anywhere, paths from the beginning', async () => {
    const files = project({ 'a/x.log': leak, 'b/x.log': leak, 'b/y.txt': leak, 'b/c/z.log': leak })
    const found = async (...excluded: string[]) =>
      (await quiet(files, ['.', ...excluded.flatMap((one) => ['--exclude', one])])).stdout
    expect(await found('x.log', 'c')).toBe(reported('b/y.txt:1:10'))
    expect(await found('b/*')).toBe(reported('a/x.log:1:10'))
    expect(await found('*.log', 'b/c')).toBe(reported('b/y.txt:1:10'))
  })

  test('several threads find the same, in the same order', async () => {
    const files = project({ 'acme.yaml': ownDetector })
    for (let i = 0; i < 70; i++) files.write(`logs/${i}.log`, `${'x\n'.repeat(i)}${leak}acme_${'7'.repeat(20)}\n`)
    const args = ['--detectors', 'acme.yaml', 'logs']
    const one = await quiet(files, ['--workers', '1', ...args])
    expect(one.stdout.split('\n')).toHaveLength(141)
    expect(await quiet(files, ['--workers', '3', ...args])).toEqual(one)
  })
})

const ownDetector = `
provider: acme
name: Acme
references: [https://acme.test]
detectors:
  - id: acme-token
    name: Acme token
    severity: low
    keywords: [acme_]
    pattern: '(acme_[0-9]{20})'
    examples: ['a [[acme_{{digits:20}}]]', 'b [[acme_{{digits:20}}]]']
    counterExamples: ['acme_{{digits:19}}']
`

describe.concurrent('what is found', () => {
  test('of very many in one file the first are listed, all counted', async () => {
    const files = project({ 'a.log': leak.repeat(10_003), 'b.log': leak })
    expect(await scan(files, ['--format', 'junit', '--summary', '.'])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('tests="10001" failures="10001" errors="0" skipped="0"'),
      stderr:
        'logveil: a.log has 3 more findings, taken for new: counted, not listed\n' +
        `logveil: 10,004 new findings\nlogveil: 2 files, 300.1 kB in N s\n${remedy}`
    })
  })

  test('a private key over many lines is one', async () => {
    const key = keyOf(12, 5)
    const files = project({ 'key.log': `clean\n${key}\nclean\n${leak}`, 'two.log': `${keyOf(3, 6)}\n${keyOf(3, 7)}\n` })
    const { status, stdout } = await quiet(files, ['--format', 'json', '.'])
    const places = JSON.parse(stdout).findings.map(({ file, detector, line, endLine }: Record<string, unknown>) => [
      file,
      detector,
      line,
      endLine
    ])
    expect([status, places]).toEqual([
      1,
      [
        ['key.log', 'private-key-pem', 2, 14],
        ['key.log', 'generic-password', 17, 17],
        ['two.log', 'private-key-pem', 1, 4],
        ['two.log', 'private-key-pem', 6, 9]
      ]
    ])
  })

  test('columns count as editors do, also behind a byte order mark', async () => {
    const files = project({ 'a.log': `\ufeff${leak}é\u{1f511} ${leak}` })
    const { stdout } = await quiet(files, ['.'])
    expect(Buffer.from(stdout, 'latin1').toString()).toBe(
      reported('a.log:1:10') + reported('a.log:2:14').replace(': password', ': é\u{1f511} password')
    )
  })

  test('--pack, --disable', async () => {
    const files = project({ 'a.log': `${leak}card 4111 1111 1111 1111\n` })
    expect((await quiet(files, ['--disable', 'generic-password', '.'])).stdout).toBe('')
    expect((await quiet(files, ['--pack', 'pii', '--disable', 'generic-password', '.'])).stdout).toMatch(
      /^a\.log:2:6: \w+ pii-card-number[^\n]*\n$/
    )
  })

  test('logveil:allow with a reason, for all detectors or for some', async () => {
    const line = (comment: string) => `password=${secret} # logveil:allow${comment}\n`
    const lines = [' made up', '', '[generic-password] made up', '[github-pat-classic] made up']
    const files = project({ 'a.env': lines.map(line).join('') })
    expect(await scan(files, ['.'])).toEqual({
      status: 1,
      stdout:
        'a.env:2:10: high generic-password (possible) (its allow comment gives no reason): ' +
        'password=[REDACTED:generic-password] # logveil:allow\n' +
        'a.env:4:10: high generic-password (possible): password=[REDACTED:generic-password] # ' +
        'logveil:allow[github-pat-classic] made up\n',
      stderr: `logveil: 2 new findings, 2 allowed\nlogveil: 1 file, 246 B in N s\n${remedy}`
    })
    expect((await quiet(files, ['--no-allow-comments', '.'])).stdout.split('\n')).toHaveLength(5)
  })
})

describe.concurrent('what cannot be scanned', () => {
  test('is told, and the rest is scanned', async () => {
    const files = project({ 'a.log': leak, 'cut.gz': gzipSync(`${leak}${passwordOf(3)}\n`).subarray(0, -9) })
    symlinkSync('loop', files.path('loop'))
    expect(await scan(files, ['missing', 'loop', 'cut.gz', 'a.log'])).toEqual({
      status: 2,
      stdout: reported('cut.gz:1:10') + reported('a.log:1:10'),
      stderr:
        'logveil: cannot read missing: no such file or directory\n' +
        'logveil: cannot read loop: too many symbolic links encountered\n' +
        'logveil: cannot read all of cut.gz: the gzip data in it is cut off or broken\n' +
        'logveil: 2 new findings\nlogveil: 4 files, 81 B in N s\n' +
        `logveil: NOT SCANNED, or not all of it: 3 places, see above\n${remedy}`
    })
  })

  test('a disk that fails', async () => {
    // Reading the beginning of a process's memory is an i/o error.
    expect(await quiet(project(), ['/proc/self/mem'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: cannot read /proc/self/mem: i/o error\n'
    })
  })

  test('what somebody may not read', async () => {
    const files = project({ 'open.log': leak, 'shut.log': leak, 'closed/a.log': leak })
    for (const [name, mode] of [
      ['.', 0o755],
      ['shut.log', 0],
      ['closed', 0]
    ] as const)
      chmodSync(files.path(name), mode)
    // Root may read everything, and another user perhaps not our sources: they are loaded before.
    const scanModule = fileURLToPath(new URL('../../src/cli/scan.ts', import.meta.url))
    files.write(
      'as-nobody.mjs',
      `import { scanCommand } from ${JSON.stringify(scanModule)}
       process.chdir(${JSON.stringify(files.path('.'))})
       if (process.getuid() === 0) process.seteuid(65534)
       process.exitCode = await scanCommand(['--no-summary', '.'])`
    )
    expect(await run(files.path('as-nobody.mjs'), [])).toEqual({
      status: 2,
      stdout: reported('open.log:1:10'),
      stderr: 'logveil: cannot read closed: permission denied\nlogveil: cannot read shut.log: permission denied\n'
    })
    chmodSync(files.path('closed'), 0o700)
  })

  test('lines over the limit', async () => {
    const files = project({ 'a.log': `${'x'.repeat(200)}\n${leak}` })
    expect(await quiet(files, ['--max-record-bytes', '100', '.'])).toEqual({
      status: 2,
      stdout: reported('a.log:2:10'),
      stderr: 'logveil: parts of a.log were not scanned, as redacting withholds them: size 1\n'
    })
  })

  test.each([
    [[], 'say what to scan: files, folders, "-", --staged or --diff REF'],
    [['--format', 'xml', '.'], '--format is one of text, json, sarif, junit'],
    [['--formt', 'json'], "Unknown option '--formt'; see `logveil scan --help`"],
    [['--staged', '--diff', 'main'], '--staged and --diff exclude each other'],
    [['--diff=-x'], '--diff takes a revision, such as origin/main'],
    [['--workers', '0', '.'], '--workers is auto or a number from 1 to 99'],
    [['--write-baseline', '.'], '--write-baseline needs --baseline FILE: where to write it'],
    [['--write-baseline', '--baseline', 'b', '--staged'], '--write-baseline needs all files, not only what has changed']
  ])('%j', async (args, message) => {
    await expect(scanCommand(args)).rejects.toMatchObject({ code: 'USAGE_INVALID', message })
  })

  test('as it is asked for', async () => {
    const files = project({ 'a.log': leak })
    const said = async (...args: string[]) => await quiet(files, [...args, '.'])
    const failed = (message: string) => ({ status: 2, stdout: '', stderr: `logveil: ${message}\n` })
    expect(await said('--formt')).toEqual(failed("Unknown option '--formt'; see `logveil scan --help`"))
    expect(await said('--format', 'sarif', '--disable', 'nothing')).toEqual(
      failed('no detector has the id "nothing"; see `logveil detectors list`')
    )
    expect(await said('--baseline', 'none')).toEqual(
      failed('cannot read none: no such file or directory; --write-baseline makes one')
    )
  })
})

describe.concurrent('how it runs', () => {
  test('a bar only on a terminal, or when asked for', async () => {
    const files = project({ 'a.log': leak, 'b.log': leak })
    // As time allows the second one is drawn as well.
    const bar = '\r\x1b[K[############            ] 1/2 files, 1 findings\r\x1b[K'
    expect((await quiet(files, ['.'])).stderr).toBe('')
    expect((await quiet(files, ['--progress', '.'])).stderr).toContain(bar)
    const inTerminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
    const script = 'cd "$1"; exec python3 -c "$2" "$3" "$4" scan --no-summary .'
    const { status, stdout } = await bash(script, [files.path('.'), inTerminal, process.execPath, main])
    expect([status, stdout.includes(bar)]).toEqual([1, true])
  })

  test('a reader that leaves is told, and nothing else is scanned', async () => {
    const files = project({ 'a.log': leak, 'b.log': leak })
    const script = 'cd "$1"; { "$2" "$3" scan --no-summary .; echo "$?" >&2; } | true'
    const { stderr } = await bash(script, [files.path('.'), process.execPath, main])
    expect(stderr).toBe('logveil: stopped after 1 of 2 files\n2\n')
  })

  test('memory does not grow with the file', async () => {
    const files = project()
    const megabyte = Buffer.from('2026-11-25 12:00:00 INFO worker took a job of nobody in particular\n'.repeat(15_650))
    const megabytes = Array.from({ length: 300 }, () => megabyte)
    await pipeline(megabytes, createGzip({ level: 1 }), createWriteStream(files.path('large.gz')))
    const { status, stdout } = await files.logveil(['scan', '--no-summary', 'large.gz'], { env: tellsMemory() })
    expect(status).toBe(0)
    expect(Number(stdout)).toBeLessThan(220)
  })
})
