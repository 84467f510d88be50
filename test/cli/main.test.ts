import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mainHelp, redactHelp } from '../../src/cli/help.ts'
import { scanHelp } from '../../src/cli/scan-help.ts'
import { scrubHelp } from '../../src/cli/scrub-help.ts'
import { main, run } from './spawn.ts'

describe.concurrent('logveil', () => {
  test('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await run(main, ['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('helps', async () => {
    expect(await run(main, ['--help'])).toEqual({ status: 0, stdout: mainHelp, stderr: '' })
    expect(await run(main, [])).toEqual({ status: 2, stdout: '', stderr: mainHelp })
    expect(await run(main, ['redact', '--help'])).toEqual({ status: 0, stdout: redactHelp, stderr: '' })
    expect(await run(main, ['scan', '--help'])).toEqual({ status: 0, stdout: scanHelp, stderr: '' })
    expect(await run(main, ['scrub', '-h'])).toEqual({ status: 0, stdout: scrubHelp, stderr: '' })
  })

  test.each([
    ['redcat', 'there is no command "redcat"; did you mean `logveil redact`?'],
    ['detector', 'there is no command "detector"; did you mean `logveil detectors`?'],
    ['app.log', 'there is no command "app.log"; see `logveil --help`'],
    ['toString', 'there is no command "toString"; see `logveil --help`']
  ])('does not know %s', async (name, message) => {
    expect(await run(main, [name])).toEqual({ status: 2, stdout: '', stderr: `logveil: ${message}\n` })
  })
})

test('help keeps to 120 columns', () => {
  for (const line of `${mainHelp}${redactHelp}${scanHelp}${scrubHelp}`.split('\n'))
    expect(line.length).toBeLessThanOrEqual(120)
})
