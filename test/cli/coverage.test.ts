import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { runDetectors } from '../../src/cli/detectors.ts'
import { type Coverage, coverageOf } from '../../src/cli/detectors-coverage.ts'
import { bundledDetectors } from '../../src/index.ts'
import type { Detector } from '../../src/model.ts'
import { checks } from '../../src/scan/checks/index.ts'
import { temporaryDirectory } from './spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

mkdirSync(directory.path('own'))
writeFileSync(
  directory.path('own/zork.yaml'),
  `provider: zork
references: [https://zork.test]
detectors:
  - id: zork-token
    name: Zork token
    severity: low
    keywords: [zork_]
    pattern: '(zork_{jwt})'
    examples: ['a=[[x]]', 'b=[[x]]']
    counterExamples: ['zork_']
`
    .replace("'(zork_{jwt})'", "'(zork_[a-z]{8})'")
    .replaceAll('[[x]]', '[[zork_{{lower:8}}]]')
)

const covered = async (...args: string[]): Promise<Coverage[]> =>
  JSON.parse((await runDetectors(['coverage', '--json', ...args])).text)

describe('coverage', () => {
  test('counts every detector and every proof once', async () => {
    const rows = await covered()
    const proven = bundledDetectors.filter((one) => one.checks.some((name) => checks[name].filter !== true))
    expect(rows.map(({ provider }) => provider)).toEqual(
      [...new Set(bundledDetectors.map(({ provider }) => provider))].sort()
    )
    expect(rows.reduce((sum, row) => sum + row.detectors, 0)).toBe(bundledDetectors.length)
    expect(rows.flatMap((row) => row.proven).sort()).toEqual(proven.map(({ id }) => id).sort())
  })

  test('knows the hints of the examples', async () => {
    const rows = await covered()
    const hintsOf = (provider: string) => rows.find((row) => row.provider === provider)?.hints ?? []
    expect(hintsOf('aws')).toContain('account')
    expect(hintsOf('jwt')).toEqual(expect.arrayContaining(['alg', 'expires', 'iss']))
    expect(hintsOf('generic')).toEqual(['strength'])
    expect(hintsOf('url')).toContain('strength')
    expect(hintsOf('ably')).toEqual([])
  })

  test('is that of packs and own files', async () => {
    expect(await covered('--pack', 'pii')).toEqual([
      { provider: 'pii', detectors: 3, proven: [], checks: [], hints: ['country', 'network'] }
    ])
    expect((await covered('--pack', 'pii', '--detectors', directory.path('own'))).at(-1)).toEqual({
      provider: 'zork',
      detectors: 1,
      proven: [],
      checks: [],
      hints: []
    })
  })

  test('as a table', async () => {
    expect(await runDetectors(['coverage', '--pack', 'strict,pii'])).toEqual({
      status: 0,
      text: [
        'PROVIDER  DETECTORS  PROVEN  CHECKS  HINTS',
        'generic   3          0       -       -',
        'pii       3          0       -       country network',
        '2 providers, 6 detectors, 0 with an offline proof',
        ''
      ].join('\n')
    })
  })

  test('of detectors with a proof', () => {
    const jwt = bundledDetectors.find(({ id }) => id.startsWith('jwt-')) as Detector
    const own: Detector = { ...jwt, examples: ['at [[{{jwt}}]] end'] }
    expect(coverageOf([own, { ...own, id: 'jwt-other', checks: [] }])).toMatchObject([
      { provider: 'jwt', detectors: 2, proven: [own.id], checks: ['jwt'] }
    ])
  })
})
