import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { main, run, start, temporaryDirectory } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

const secret = ['hun7', 'er2', 'xyz'].join('')
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
const masked = '[REDACTED:environment:MY_TOKEN]'

const exec = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  run(main, ['exec', ...args], '', { MY_TOKEN: secret, ...more })

test('has the secrets of the environment in every form', async () => {
  const value = ['p&ss', 'w"rd/é', 'x'].join(' ')
  const script = `
    const v = process.env.APP_PASSWORD
    console.log('plain', v); console.log(JSON.stringify({ v })); console.log(encodeURIComponent(v))
    for (const lead of ['', '1', '22']) console.log(Buffer.from(lead + v).toString('base64'))
    console.log('\\x1b[32mkey\\x1b[0m=\\x1b[33m' + v + '\\x1b[0m')`
  const { stdout } = await exec(['--', process.execPath, '-e', script], { APP_PASSWORD: value })
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
  expect((await exec([...[], '--', 'sh', '-c', script], colour)).stdout).toBe(`${masked} crimson\n`)
  expect((await exec([...['--env', 'COLOUR'], '--', 'sh', '-c', script], colour)).stdout).toBe(
    `${masked} [REDACTED:environment:COLOUR]\n`
  )
  expect((await exec([...['--no-env'], '--', 'sh', '-c', script], colour)).stdout).toBe(`${secret} crimson\n`)
  expect((await exec([...['--no-env', '--env=COLOUR'], '--', 'sh', '-c', script], colour)).stdout).toBe(
    `${secret} [REDACTED:environment:COLOUR]\n`
  )
  expect(await exec(['--print-env', '--env', 'COLOUR'], colour)).toEqual({
    status: 0,
    stdout: 'COLOUR\nMY_TOKEN\n',
    stderr: ''
  })
})

test('findings, summary and their status', async () => {
  const script = `echo a; echo "b $MY_TOKEN"; printf 'c\\rd ${token}\\n' >&2`
  const { status, stderr } = await exec([
    '--findings',
    path('f.jsonl'),
    '--summary',
    '--fail-on-findings',
    '--',
    'sh',
    '-c',
    script
  ])
  expect(status).toBe(1)
  expect(stderr.split('\n')[0]).toBe('c\rd [REDACTED:github-pat-classic]')
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
  expect(await exec(['--fail-on-findings', '--', 'sh', '-c', 'exit 3'])).toMatchObject({ status: 3 })
  expect(`${findings}${stderr}`).not.toContain(secret)
})

/** What `npm ci && npm test && npm publish` writes, with colours, progress and the mistakes that leak. */
const build = `#!/bin/sh
printf '\\033[1G\\033[0K⠙'; printf '\\033[1G\\033[0K⠹'; printf '\\033[1G\\033[0K'
printf '\\nadded 123 packages, and audited 124 packages in 3s\\n\\n'
set -x
npm_config_userconfig=/tmp/npmrc curl -sH "Authorization: Bearer $NPM_TOKEN" https://registry.example.test/-/whoami >/dev/null 2>&1
set +x
echo "//registry.example.test/:_authToken=$NPM_TOKEN"
printf '\\033[32m✓\\033[0m connects to \\033[36mpostgres://app:%s@db:5432/app\\033[0m (12 ms)\\n' "$DB_PASSWORD"
printf '\\033[31m✗\\033[0m login as \\033[1m%s\\033[0m\\n' "$DB_PASSWORD"
printf '{"level":50,"msg":"boom","config":{"url":"https://x/?key=%s","n":1}}\\n' "$DB_PASSWORD"
printf 'auth %s\\n' "$(printf 'app:%s' "$DB_PASSWORD" | base64)"
for i in 1 2 3; do printf '\\rPublishing %s0%%' "$i"; sleep 0.06; done
printf '\\n'
head -c 300000 /dev/zero | tr '\\0' x; printf ' %s end\\n' "$NPM_TOKEN"
echo "npm error code E403" >&2
echo "npm error 403 Forbidden - PUT https://registry.example.test/pkg?token=$NPM_TOKEN" >&2
read go
exit 17
`

test('a build: live, the same but for the secrets, the same exit status', async () => {
  writeFileSync(path('build.sh'), build)
  chmodSync(path('build.sh'), 0o755)
  const npmToken = expand('[[npm_{{base62:30}}{{crc32-base62}}]]', 4).text
  const secrets = { NPM_TOKEN: npmToken, DB_PASSWORD: 'two-maples' }
  const bare = start(path('build.sh'), [], secrets)
  const running = start(process.execPath, [main, 'exec', '--', path('build.sh')], secrets)
  bare.child.stdin.end('\n')
  while (!running.stdout().endsWith(' end\n')) await once(running.child.stdout, 'data')
  running.child.stdin.end('\n')
  const [expected, ended] = await Promise.all([bare.ended, running.ended])
  expect([expected.status, ended.status]).toEqual([17, 17])
  const password = '[REDACTED:environment:DB_PASSWORD]'
  const replaced = (text: string) =>
    text
      .replaceAll(Buffer.from('app:two-maples').toString('base64'), password)
      .replaceAll('two-maples', password)
      .replaceAll(npmToken, '[REDACTED:npm-access-token]')
  expect(ended.stderr).toBe(replaced(expected.stderr))
  expect(ended.stdout.replaceAll('xxxx', '')).toBe(replaced(expected.stdout).replaceAll('xxxx', ''))
})
