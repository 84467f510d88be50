import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barOf } from '../../src/cli/scan-progress.ts'
import { createSearch } from '../canary-search.ts'
import { createProject, keyOf, passwordOf } from './scan-project.ts'
import { type Element, parseXml } from './xml.ts'

const password = passwordOf(1)
const allowed = passwordOf(2)
const key = keyOf(4, 3)
const secretsIn = createSearch({
  password,
  allowed,
  ...Object.fromEntries(
    key
      .split('\n')
      .slice(1, -1)
      .map((line, i) => [`key line ${i}`, line])
  )
})
const strangeName = 'a <b>&"\u00e9\n\x01%.log'
const files = createProject()
const outside = createProject()

beforeAll(() => {
  files.write('a.log', `x\nuser=ada \u{1f511} password=${password} <&"]]>\x1b[0m\n${key}\n`)
  files.write('b/c.env', `password=${allowed} # logveil:allow made up & "said"\npassword=${password}\n`)
  files.write(strangeName, `password=${password}`)
  files.write('cut.gz', gzipSync('x\n'.repeat(99)).subarray(0, -9))
  outside.write('d.log', `password=${password}\n`)
})
afterAll(() => {
  files.remove()
  outside.remove()
})

async function report(format: string, ...more: string[]) {
  const paths = ['a.log', 'b', strangeName, 'cut.gz', outside.path('d.log')]
  const { status, stdout, stderr } = await files.logveil(['scan', '--format', format, ...more, ...paths])
  const text = Buffer.from(stdout, 'latin1').toString()
  expect(secretsIn(text + stderr)).toEqual([])
  expect(stderr).toBe('logveil: cannot read all of cut.gz: the gzip data in it is cut off or broken\n')
  return { status, text }
}

const broken = 'cannot read all of cut.gz: the gzip data in it is cut off or broken'
const placeholder = '[REDACTED:generic-password]'

test('JSON', async () => {
  const { status, text } = await report('json')
  const { logveil, findings, errors, summary } = JSON.parse(text)
  expect(status).toBe(2)
  expect(logveil).toMatch(/^\d+\.\d+\.\d+/)
  const finding = (file: string, status: string, line: number, column: number, span: number[], snippet: string) => ({
    status,
    detector: 'generic-password',
    confidence: 'possible',
    severity: 'high',
    file,
    line,
    column,
    endLine: line,
    endColumn: column + 20,
    path: '',
    span,
    length: 20,
    fingerprint: null,
    // Estimates are left out when they would take too long.
    hints: expect.toSatisfy((hints) => ['{}', '{"strength":"strong"}'].includes(JSON.stringify(hints))),
    rotation: expect.stringMatching(/^https:/),
    snippet
  })
  expect(findings).toEqual([
    finding('a.log', 'new', 2, 22, [25, 45], `user=ada \u{1f511} password=${placeholder} <&"]]>\x1b[0m`),
    expect.objectContaining({ file: 'a.log', detector: 'private-key-pem', line: 3, endLine: 7, column: 1 }),
    {
      ...finding('b/c.env', 'allowed', 1, 10, [9, 29], `password=${placeholder} # logveil:allow made up & "said"`),
      allowed: 'made up & "said"'
    },
    finding('b/c.env', 'new', 2, 10, [72, 92], `password=${placeholder}`),
    finding(strangeName, 'new', 1, 10, [9, 29], `password=${placeholder}`),
    finding(outside.path('d.log'), 'new', 1, 10, [9, 29], `password=${placeholder}`)
  ])
  expect(errors).toEqual([{ file: 'cut.gz', message: broken }])
  expect(summary).toEqual({
    files: 5,
    bytes: expect.any(Number),
    leaks: { new: 5, known: 0, allowed: 1 },
    unlisted: 0,
    passed: { binary: 0, links: 0, special: 0 },
    seconds: expect.any(Number)
  })
})

describe('SARIF', () => {
  test('2.1.0, as its schema and code scanning want it', async () => {
    const { status, text } = await report('sarif')
    const sarif = JSON.parse(text)
    expect(status).toBe(2)
    expect(Object.keys(sarif).sort()).toEqual(['$schema', 'runs', 'version'])
    expect(sarif.version).toBe('2.1.0')
    expect(sarif.runs).toHaveLength(1)
    const [{ tool, results, columnKind, invocations }] = sarif.runs
    expect(columnKind).toBe('utf16CodeUnits')
    expect(tool.driver.name).toBe('logveil')
    expect(tool.driver.semanticVersion).toMatch(/^\d+\.\d+\.\d+$/)
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['generic-password', 'private-key-pem'])
    for (const rule of tool.driver.rules) {
      expect(rule).toEqual({
        id: rule.id,
        shortDescription: { text: expect.stringMatching(/\S/) },
        fullDescription: { text: expect.stringMatching(/\.$/) },
        help: { text: expect.stringMatching(/\S/), markdown: expect.stringMatching(/\S/) },
        helpUri: expect.stringMatching(/^https:\/\//),
        defaultConfiguration: { level: 'error' },
        properties: { tags: ['security', 'secret'], 'security-severity': expect.stringMatching(/^\d\.\d$/) }
      })
    }
    const place = (artifactLocation: object, region: number[], snippet: string) => ({
      physicalLocation: {
        artifactLocation,
        region: { startLine: region[0], startColumn: region[1], endLine: region[2], endColumn: region[3] },
        contextRegion: { startLine: region[0], endLine: region[0], snippet: { text: snippet } }
      }
    })
    const inRoot = (uri: string) => ({ uri, uriBaseId: '%SRCROOT%' })
    const result = (rule: number, location: object) => ({
      ruleId: ['generic-password', 'private-key-pem'][rule],
      ruleIndex: rule,
      level: 'error',
      message: { text: expect.stringMatching(/ \((possible|likely|confirmed)\)$/) },
      locations: [location],
      partialFingerprints: { primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/) },
      properties: { confidence: expect.stringMatching(/^(possible|likely|confirmed)$/) }
    })
    const line = `password=${placeholder}`
    const allowedLine = `${line} # logveil:allow made up & "said"`
    expect(results).toEqual([
      result(0, place(inRoot('a.log'), [2, 22, 2, 42], `user=ada \u{1f511} ${line} <&"]]>\x1b[0m`)),
      result(1, place(inRoot('a.log'), [3, 1, 7, expect.any(Number) as unknown as number], expect.any(String))),
      {
        ...result(0, place(inRoot('b/c.env'), [1, 10, 1, 30], allowedLine)),
        suppressions: [{ kind: 'inSource', justification: 'made up & "said"' }]
      },
      result(0, place(inRoot('b/c.env'), [2, 10, 2, 30], line)),
      result(0, place(inRoot('a%20%3Cb%3E%26%22%C3%A9%0A%01%25.log'), [1, 10, 1, 30], line)),
      result(0, place({ uri: `file://${outside.path('d.log')}` }, [1, 10, 1, 30], line))
    ])
    expect(invocations).toEqual([
      {
        executionSuccessful: false,
        exitCode: 2,
        toolExecutionNotifications: [
          {
            level: 'error',
            message: { text: broken },
            locations: [{ physicalLocation: { artifactLocation: inRoot('cut.gz') } }]
          }
        ]
      }
    ])
  })

  test('a folder beside the one we run in is no part of it', async () => {
    files.write('beside/x/keep', '')
    const { stdout } = await files.logveil(['scan', '--format', 'sarif', '../../b'], { below: 'beside/x' })
    const [{ results }] = JSON.parse(stdout).runs
    const [{ physicalLocation }] = results[1].locations
    expect(physicalLocation.artifactLocation).toEqual({ uri: `file://${files.path('b/c.env')}` })
  })

  test('the identity of a result stays when its line moves, and tells its repetitions apart', async () => {
    const identities = async (text: string): Promise<string[]> => {
      files.write('moved/x.log', text)
      const { stdout } = await files.logveil(['scan', '--format', 'sarif', 'moved'])
      return JSON.parse(stdout).runs[0].results.map(
        ({ partialFingerprints }: { partialFingerprints: Record<string, string> }) =>
          partialFingerprints.primaryLocationLineHash
      )
    }
    const [first, ...rest] = await identities(`a password=${password}\n`)
    expect(rest).toEqual([])
    const [hash] = first.split(':')
    expect(await identities(`\n\n  a password=${password}\nb password=${password}\na password=${allowed}\n`)).toEqual([
      first,
      expect.not.stringContaining(hash),
      `${hash}:2`
    ])
  })

  test('nothing found', async () => {
    files.write('clean/x.log', 'x\n')
    const { status, stdout } = await files.logveil(['scan', '--format', 'sarif', 'clean'])
    const [{ tool, results, invocations }] = JSON.parse(stdout).runs
    expect([status, tool.driver.rules, results, invocations]).toEqual([
      0,
      [],
      [],
      [{ executionSuccessful: true, exitCode: 0, toolExecutionNotifications: [] }]
    ])
  })
})

describe('JUnit', () => {
  const casesOf = (text: string): { counts: Record<string, string>; cases: Element[] } => {
    const root = parseXml(text)
    expect(root.name).toBe('testsuites')
    const [suite] = root.children.filter((child) => typeof child === 'object')
    const { time, ...counts } = suite.attributes
    expect(time).toMatch(/^\d+\.\d{3}$/)
    expect(root.attributes).toEqual({ ...suite.attributes, name: 'logveil' })
    return { counts, cases: suite.children.filter((child) => typeof child === 'object') }
  }

  test('a test for each finding and each error', async () => {
    const { counts, cases } = casesOf((await report('junit')).text)
    expect(counts).toEqual({ name: 'logveil scan', tests: '7', failures: '5', errors: '1', skipped: '1' })
    expect(cases.map(({ name, attributes }) => [name, attributes.file, attributes.name])).toEqual([
      ['testcase', 'a.log', 'generic-password in line 2, column 22'],
      ['testcase', 'a.log', 'private-key-pem in line 3, column 1'],
      ['testcase', 'b/c.env', 'generic-password in line 1, column 10'],
      ['testcase', 'b/c.env', 'generic-password in line 2, column 10'],
      // XML has no way to write the control character.
      ['testcase', 'a <b>&"\u00e9\n\ufffd%.log', 'generic-password in line 1, column 10'],
      ['testcase', outside.path('d.log'), 'generic-password in line 1, column 10'],
      ['testcase', undefined, 'scan']
    ])
    expect(cases[0].children).toEqual([
      {
        name: 'failure',
        attributes: { type: 'generic-password', message: 'high, possible: a.log:2:22' },
        children: [
          expect.stringMatching(
            /^a\.log:2:22\nuser=ada .* password=\[REDACTED:[a-z-]+\] <&"\]\]>\ufffd\[0m\nrotate it: https/
          )
        ]
      }
    ])
    expect(cases[2].children).toEqual([
      { name: 'skipped', attributes: { message: 'allowed: made up & "said"' }, children: [] }
    ])
    expect(cases[6].children).toEqual([{ name: 'error', attributes: { message: broken }, children: [] }])
  })

  test('nothing found is a test that passed', async () => {
    files.write('clean/x.log', 'x\n')
    const { status, stdout } = await files.logveil(['scan', '--format', 'junit', 'clean'])
    const { counts, cases } = casesOf(stdout)
    expect(status).toBe(0)
    expect(counts).toEqual({ name: 'logveil scan', tests: '1', failures: '0', errors: '0', skipped: '0' })
    expect(cases).toEqual([
      { name: 'testcase', attributes: { classname: 'logveil', name: 'no secret in 1 file' }, children: [] }
    ])
  })
})

test('the bar', () => {
  expect([barOf(0, 3, 0), barOf(2, 3, 5), barOf(3, 3, 5), barOf(0, 0, 0)]).toEqual([
    '[                        ] 0/3 files, 0 findings',
    '[################        ] 2/3 files, 5 findings',
    '[########################] 3/3 files, 5 findings',
    '[########################] 0/0 files, 0 findings'
  ])
})
