import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { runDetectors } from '../../src/cli/detectors.ts'
import { main, run, temporaryDirectory } from './spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

const path = directory.path('gitleaks.toml')
writeFileSync(
  path,
  `[[rules]]
id = "zork"
regex = '''zork_([a-z]{8})'''
[[rules]]
id = "near"
regex = '''[0-9]{12}'''
keywords = ["grue"]
[[rules]]
id = "file"
path = '''x'''
`
)

describe('a gitleaks configuration', () => {
  test('is checked, with all that it cannot bring along', async () => {
    expect(await runDetectors(['check', path])).toEqual({
      status: 0,
      text: [
        `${path}:4: near: changed: is looked for within 40 bytes behind a keyword only: the regex itself holds no literal of 3 bytes`,
        `${path}:8: file: left out: path without regex: it looks for files by name, and logs have none`,
        '1 file, 2 detectors, 0 mistakes, 1 left out, 1 changed',
        ''
      ].join('\n')
    })
  })

  test('is checked as part of a folder', async () => {
    expect(await runDetectors(['check', directory.path('.')])).toMatchObject({ status: 0 })
  })

  test('redacts, and says what it leaves out', async () => {
    const input = 'zork_abcdefgh grue 123456789012 Authorization: none\n'
    expect(await run(main, ['redact', '--no-summary', '--detectors', path], input)).toEqual({
      status: 0,
      stdout: 'zork_[REDACTED:gitleaks-zork] grue [REDACTED:gitleaks-near] Authorization: none\n',
      stderr: [
        `logveil: ${path}:8: file: left out: path without regex: it looks for files by name, and logs have none`,
        `logveil: ${path}: 1 rule finds more or less than in gitleaks: \`logveil detectors check ${path}\` tells what`,
        ''
      ].join('\n')
    })
  })

  test('that is no TOML is refused', async () => {
    const broken = directory.path('broken.toml')
    writeFileSync(broken, 'title = "x\n')
    expect(await run(main, ['redact', '--detectors', broken], '')).toEqual({
      status: 2,
      stdout: '',
      stderr: `logveil: ${broken}:1: is no valid TOML: control characters are not allowed in strings\n`
    })
  })
})
