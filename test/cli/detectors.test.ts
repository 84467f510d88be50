import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { runDetectors } from '../../src/cli/detectors.ts'
import { detectorsHelp } from '../../src/cli/detectors-help.ts'
import { LogveilError } from '../../src/errors.ts'
import { bundledDetectors } from '../../src/index.ts'
import { checks } from '../../src/scan/checks/index.ts'
import { expand } from '../../src/scan/template.ts'
import { bash, main, run, temporaryDirectory } from './spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

/** In this process: starting one takes longer than all the tests. */
const detectors = (...args: string[]) => runDetectors(args)
const ids = bundledDetectors.map(({ id }) => id)

function write(name: string, changes: [string, string][] = []): string {
  const text = `provider: zork
references: [https://zork.test/tokens]
detectors:
  - id: zork-token
    name: Zork token
    severity: low
    keywords: [zork_]
    pattern: '(zork_[a-z]{8})'
    examples:
      - 'a=[[zork_{{lower:8}}]]'
      - 'b=[[zork_{{lower:8}}]]'
    counterExamples: ['zork_{{lower:7}}']
`
  mkdirSync(directory.path(name), { recursive: true })
  writeFileSync(
    directory.path(`${name}/zork.yaml`),
    changes.reduce((all, [from, to]) => all.replace(from, to), text)
  )
  return directory.path(name)
}

describe('logveil detectors', () => {
  test('helps', async () => {
    expect(await detectors('--help')).toEqual({ status: 0, text: detectorsHelp })
    expect(await detectors('list', '--help')).toEqual({ status: 0, text: detectorsHelp })
    expect(await detectors()).toEqual({ status: 2, text: detectorsHelp })
  })

  test.each([
    [['lst'], 'there is no command "detectors lst"; did you mean `logveil detectors list`?'],
    [['zzzzzz'], 'there is no command "detectors zzzzzz"; see `logveil detectors --help`'],
    [['list', '--jsn'], 'detectors list: an option is not known; see `logveil detectors --help`'],
    [['test', 'generic-pasword'], 'there is no detector generic-pasword; did you mean generic-password?'],
    [['test', 'zzzzzzzzzzzz'], 'there is no detector zzzzzzzzzzzz; see `logveil detectors list`'],
    [['explain'], 'detectors explain needs a line, or - for standard input'],
    [
      ['explain', '--c4n4ry'],
      'detectors explain: an option is not known; put -- in front of a line that begins with a hyphen'
    ]
  ])('refuses %j', async (args, message) => {
    await expect(detectors(...args)).rejects.toThrow(new LogveilError('USAGE_INVALID', message))
  })

  test('refuses a path that is not there', async () => {
    await expect(detectors('check', 'none.yaml')).rejects.toThrow(
      new LogveilError('INPUT_FAILED', 'cannot read none.yaml: no such file or directory')
    )
  })

  test('survives a reader that has seen enough', async () => {
    const { status, stderr } = await bash(
      `${process.execPath} ${main} detectors list | head -n 1 > /dev/null; exit \${PIPESTATUS[0]}`
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('list', () => {
  test('as a table', async () => {
    const { status, text } = await detectors('list')
    const rows = text.trimEnd().split('\n')
    expect(status).toBe(0)
    expect(rows[0]).toMatch(/^ID +SEVERITY +CONTEXT +CHECKS +KEYWORDS$/)
    expect(rows.slice(1).map((row) => row.split(' ')[0])).toEqual(ids)
  })

  test('as JSON, with all keywords', async () => {
    const { text } = await detectors('list', '--json')
    const expected = bundledDetectors.map(({ id, severity, context, checks, keywords }) => ({
      id,
      severity,
      context,
      checks,
      keywords
    }))
    expect(JSON.parse(text)).toEqual(expected)
  })

  test('with own ones', async () => {
    const { text } = await detectors('list', '--json', '--detectors', write('own'))
    expect(JSON.parse(text).at(-1)).toEqual({
      id: 'zork-token',
      severity: 'low',
      context: 'anywhere',
      checks: [],
      keywords: ['zork_']
    })
  })

  test('the checks', async () => {
    const { text } = await detectors('list', '--checks')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((row) => row.split(' ')[0])
    ).toEqual(['NAME', ...Object.keys(checks)])
  })
})

describe('check', () => {
  test('says that all is well', async () => {
    const path = write('well')
    expect(await detectors('check', path)).toEqual({
      status: 0,
      text: '1 file, 1 detector, 0 mistakes\n'
    })
    expect(await detectors('check', `${path}/zork.yaml`)).toEqual({
      status: 0,
      text: '1 file, 1 detector, 0 mistakes\n'
    })
  })

  const rows: [name: string, changes: [string, string][], mistake: string][] = [
    ['a rule', [['zork-token', 'zurk-token']], '4: zurk-token: id: must begin with zork-'],
    [
      'a pattern that matches too little',
      [['{8})', '{7})']],
      '10: zork-token: examples[1]: is not matched exactly between [[ and ]]: the pattern or the boundaries refuse it'
    ],
    [
      'a match that ends early',
      [["{8})'", "{7})'\n    boundaries: { right: '' }"]],
      '11: zork-token: examples[1]: is not matched exactly between [[ and ]]: the match is 1 bytes too early at the end'
    ],
    [
      'a match outside the marks',
      [['a=[[', 'zork_abcdefgh a=[[']],
      '10: zork-token: examples[1]: is also matched outside [[ ]]: mark it, or narrow the pattern'
    ],
    [
      'a keyword outside the match',
      [
        ['[zork_]', '[here]'],
        ['a=[[', 'here a=[['],
        ['b=[[', 'here b=[[']
      ],
      '10: zork-token: examples[1]: is matched without any keyword: each match must contain one'
    ],
    [
      'an allow pattern that drops an example',
      [['    examples', "    allow: ['^zork']\n    examples"]],
      '11: zork-token: examples[1]: marks what an allow pattern, entropy or a check drops'
    ],
    [
      'an allow pattern that is none',
      [['    examples', "    allow: ['(']\n    examples"]],
      '9: zork-token: allow[1]: is outside the dialect: position 0: the group has no closing )'
    ],
    [
      'a counter-example that is matched',
      [['{{lower:7}}', '{{lower:8}}']],
      '12: zork-token: counterExamples[1]: is matched: narrow the pattern, or move it to the examples'
    ],
    // Fine by the pattern alone; the scanner takes the value of a key as far as the grammar says.
    [
      'what only the scanner sees',
      [
        ["pattern: '(zork_[a-z]{8})'", "context: assigned\n    pattern: '([a-z]{8})'"],
        ['a=[[zork_{{lower:8}}]]', 'zork_x=ab [[{{lower:8}}]]'],
        ['b=[[zork_{{lower:8}}]]', 'zork_x=[[{{lower:8}}]]']
      ],
      '11: zork-token: examples[1]: is found at no place instead of 10-18'
    ]
  ]
  test.each(rows)('names %s', async (name, changes, mistake) => {
    const { status, text } = await detectors('check', write(name.replaceAll(' ', '-'), changes))
    const first = text.split('\n')[0]
    expect({ status, first: first.slice(first.indexOf('zork.yaml:')) }).toEqual({
      status: 1,
      first: `zork.yaml:${mistake}`
    })
  })
})

describe('test', () => {
  test('runs one detector', async () => {
    const { examples, counterExamples } = bundledDetectors.find(({ id }) => id === 'generic-password') ?? {
      examples: [],
      counterExamples: []
    }
    expect(await detectors('test', 'generic-password')).toEqual({
      status: 0,
      text: `generic-password: ${examples.length} examples, ${counterExamples.length} counter-examples: fine\n`
    })
  })

  test('runs all, with own ones', async () => {
    const { status, text } = await detectors('test', '--detectors', write('tested'))
    expect({ status, last: text.trimEnd().split('\n').at(-1), lines: text.trimEnd().split('\n').length }).toEqual({
      status: 0,
      last: 'zork-token: 2 examples, 1 counter-examples: fine',
      lines: ids.length + 1
    })
  })

  test('names what fails beside the others', async () => {
    const path = write('failing', [
      ['a=[[zork_{{lower:8}}]]', 'a=zork_{{lower:4}} [[zork_{{lower:8}}]]'],
      ["'zork_{{lower:7}}'", "'zork_{{lower:8}}'"]
    ])
    expect(await detectors('test', 'zork-token', '--detectors', path)).toEqual({
      status: 1,
      text: 'zork-token: counterExamples[1]: is found at 0-13\n'
    })
  })
})

describe('explain', () => {
  const token = expand('zork_{{lower:8}}', 1).text
  const line = `level=info ${token} zork_ab`

  test('tells what hit, what matched, what stayed', async () => {
    const { status, text } = await detectors('explain', line, '--detectors', write('explained'))
    expect({ status, text }).toEqual({
      status: 0,
      text: [
        '32 bytes; 1 found',
        '',
        'zork-token',
        '  11-24 (13 bytes)          finding   likely',
        '',
        'literals',
        '  11-16 (5 bytes)           zork_',
        '',
        'found',
        '  11-24 (13 bytes)          zork-token  likely, low, action label',
        ''
      ].join('\n')
    })
  })

  test('joins words, reads standard input, knows JSON', async () => {
    const path = write('piped')
    const quoted = await detectors('explain', '--json', line, '--detectors', path)
    const words = await detectors('explain', '--json', '--detectors', path, ...line.split(' '))
    const piped = await run(main, ['detectors', 'explain', '-', '--json', '--detectors', path], `${line}\n`)
    expect([words.text, piped.stdout]).toEqual([quoted.text, quoted.text])
    const { bytes, steps, findings } = JSON.parse(quoted.text)
    expect({
      bytes,
      findings: findings.map(({ detector, span }: { detector: string; span: number[] }) => [detector, span])
    }).toEqual({
      bytes: 32,
      findings: [['zork-token', [11, 24]]]
    })
    expect(steps.at(-1)).toEqual({ stage: 'finding', detector: 'zork-token', start: 11, end: 24, outcome: 'likely' })
  })

  test('says which check kept it, and the facts in it', async () => {
    const jwt = expand('{{jwt}}', 1).text
    const { text } = await detectors('explain', '--', `issued ${jwt}`)
    expect(text).toContain('check     jwt: pass')
    expect(text).toMatch(
      /jwt-\S+ {2}confirmed, \w+, action label iss=https:\/\/id\.example\.test expires=20\S+Z alg=HS256\n/
    )
  })

  test('never prints the text', async () => {
    const canary = expand('{{base62:24}}', 7).text
    for (const flag of ['--json', '--']) {
      const { text } = await detectors(
        'explain',
        flag,
        `password=${canary} token="${canary}" https://u:${canary}@h.test eyJ${canary}`
      )
      expect(text).not.toContain(canary.slice(4, 16))
      expect(text).toContain('generic-password')
    }
  })

  test('takes no more than a line', async () => {
    expect(await run(main, ['detectors', 'explain', '-'], 'x'.repeat((1 << 20) + 1))).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: detectors explain takes at most 1048576 bytes\n'
    })
  })
})

describe('npm run new:detector', () => {
  const script = fileURLToPath(new URL('../../scripts/new-detector.mjs', import.meta.url))
  const scaffold = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [script, ...args, '--directory', directory.path('new')],
      { encoding: 'utf8' }
    )
    return { status, stdout, stderr }
  }

  test('makes files that pass the check as they are', async () => {
    mkdirSync(directory.path('new'))
    expect(scaffold('ajax').status).toBe(0)
    expect(scaffold('bolt-cloud', '--prefix', 'b.k-9_').status).toBe(0)
    expect(scaffold('1word').status).toBe(0)
    expect(readFileSync(directory.path('new/bolt-cloud.yaml'), 'utf8')).toContain(
      "pattern: '(b\\.k-9_[A-Za-z0-9]{32})'"
    )
    expect(await detectors('check', directory.path('new'))).toEqual({
      status: 0,
      text: '3 files, 3 detectors, 0 mistakes\n'
    })
  })

  test.each([
    [['ajax'], 'ajax.yaml is there already: add the detector to it'],
    [['Ajax'], 'the provider is kebab-case: lower-case letters, digits, hyphens'],
    [['ajax2', '--prefix', 'ab'], 'the prefix has 3 to 40 letters, digits and any of _ . -'],
    [[], 'usage: npm run new:detector -- PROVIDER [--prefix PREFIX] [--directory DIR]']
  ])('refuses %j', (args, message) => {
    const { status, stderr } = scaffold(...args)
    expect({ status, message: stderr.slice(-message.length - 1) }).toEqual({ status: 1, message: `${message}\n` })
    expect(existsSync(directory.path('new/ajax2.yaml'))).toBe(false)
  })
})
