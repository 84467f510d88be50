import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  detectorFilesIn,
  loadDetectorDirectory,
  loadDetectorFiles,
  mergeDetectors,
  readDetectorFiles
} from '../../src/config/detector-files.ts'
import { LogveilError } from '../../src/errors.ts'
import type { Detector } from '../../src/model.ts'
import type { LoadedDetector } from '../../src/scan/load/load.ts'
import { temporaryDirectory } from '../cli/spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

function write(name: string, text: string): string {
  const path = directory.path(name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

const acme = (id: string, more = '') => `provider: acme
references: [https://acme.test/tokens]
detectors:
  - id: ${id}
    name: Acme token
    severity: high
    keywords: [acme_]
    pattern: '(acme_[a-z]{8})'
    examples:
      - 'a=[[acme_{{lower:8}}]]'
      - 'b=[[acme_{{lower:8}}]]'
    counterExamples: ['acme_']
${more}`

function thrown(action: () => unknown): { code: string; message: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof LogveilError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('files', () => {
  test('are loaded, with their defaults', () => {
    const loaded = loadDetectorFiles([write('one/acme.yaml', acme('acme-token'))])
    expect(loaded.map(({ id, provider, maxLength, override }) => ({ id, provider, maxLength, override }))).toEqual([
      { id: 'acme-token', provider: 'acme', maxLength: 13, override: false }
    ])
  })

  test('name the line of every mistake', () => {
    const path = write(
      'lines/acme.yaml',
      acme(
        'acme-token',
        '  - id: acme-other\n    name: Other\n    severtiy: high\n    keywords:\n      - acme_\n      - ab\n'
      )
    )
    const { placed, mistakes } = readDetectorFiles([path])
    expect(placed.map(({ detector }) => detector.id)).toEqual(['acme-token'])
    expect(mistakes.map(({ line, field }) => [line, field])).toEqual([
      [13, 'severity'],
      [13, 'examples'],
      [13, 'counterExamples'],
      [15, 'severtiy']
    ])
  })

  test('name the line of an entry in a list, over several lines and behind comments', () => {
    const text = acme('acme-token')
      .replace('    keywords: [acme_]', '    # why\n    keywords: [acme_,\n      ab]')
      .replace("'b=[[", "'b=[[[[")
    const { mistakes } = readDetectorFiles([write('entries/acme.yaml', text)])
    expect(mistakes.map(({ line, field }) => [line, field])).toEqual([[9, 'keywords[2]']])
  })

  test.each([
    ['a tab', 'provider: acme\ndetectors:\n\t- id: x\n', 3, 'indent with spaces instead of tabs'],
    ['a key that stands there twice', 'provider: acme\nprovider: acme\n', 2, 'the key stands there twice'],
    [
      'an open quote',
      "provider: 'acme\n",
      2,
      'a quote, bracket or colon is missing (put patterns and examples in single quotes)'
    ],
    [
      'a backslash in double quotes',
      'provider: acme\npattern: "\\d"\n',
      2,
      'a backslash in double quotes (put patterns and examples in single quotes)'
    ]
  ])('that are no YAML for %s are named without quoting them', (_, text, line, message) => {
    const { mistakes } = readDetectorFiles([write('yaml/acme.yaml', text)])
    expect(mistakes[0]).toMatchObject({ line, detector: null, field: '', message: `is no valid YAML: ${message}` })
  })

  test('that are large are not parsed', () => {
    const { mistakes } = readDetectorFiles([write('large/acme.yaml', `# ${'x'.repeat(1 << 20)}\n`)])
    expect(mistakes.map(({ line, message }) => [line, message])).toEqual([[0, 'is larger than 1 MiB']])
  })

  test('with aliases that multiply are refused', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefg'
      .split('')
      .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[i]}`).join(', ')}]`)
      .join('\n')}\n`
    const path = write('bomb/acme.yaml', bomb)
    expect(thrown(() => readDetectorFiles([path]))).toEqual({
      code: 'INPUT_FAILED',
      message: expect.stringMatching(/acme\.yaml: is no valid YAML$/)
    })
  })

  test('that are missing are named, with the reason', () => {
    expect(thrown(() => loadDetectorFiles([directory.path('none.yaml')]))).toEqual({
      code: 'INPUT_FAILED',
      message: `detectors: cannot read ${directory.path('none.yaml')} (ENOENT)`
    })
  })

  test('of the same id are refused', () => {
    const paths = [write('first/acme.yaml', acme('acme-token')), write('second/acme.yaml', acme('acme-token'))]
    expect(thrown(() => loadDetectorFiles(paths))).toEqual({
      code: 'DETECTOR_INVALID',
      message: `${paths[1]}:4: acme-token: id: is taken by a detector in ${paths[0]}: choose another one`
    })
  })
})

describe('a directory', () => {
  test('is read in the order of its names, and no deeper', () => {
    write('all/zeta.yaml', acme('zeta-token').replace('provider: acme', 'provider: zeta'))
    write('all/acme.yaml', acme('acme-token'))
    write('all/README.md', '# Not a detector')
    write('all/deeper/nope.yaml', 'nope')
    expect(loadDetectorDirectory(directory.path('all')).map(({ id }) => id)).toEqual(['acme-token', 'zeta-token'])
  })

  test('without a detector file is an error: it would switch detection off', () => {
    write('empty/README.md', 'x')
    expect(thrown(() => loadDetectorDirectory(directory.path('empty')))).toEqual({
      code: 'DETECTOR_INVALID',
      message: `${directory.path('empty')}: holds no detector file (*.yaml, *.toml)`
    })
  })

  test('with a file that would be overlooked is an error', () => {
    const path = write('misnamed/acme.yml', acme('acme-token'))
    expect(thrown(() => detectorFilesIn(directory.path('misnamed')))).toEqual({
      code: 'DETECTOR_INVALID',
      message: `${path}: rename it to .yaml, or it is not loaded`
    })
  })

  test('that is not there is an error', () => {
    expect(thrown(() => loadDetectorDirectory(directory.path('none')))).toEqual({
      code: 'INPUT_FAILED',
      message: `detectors: cannot read the directory ${directory.path('none')} (ENOENT)`
    })
  })
})

describe('merging', () => {
  const [own] = loadDetectorFiles([write('merge/acme.yaml', acme('acme-token'))])
  const detector = (id: string): Detector => {
    const { override: _, ...rest } = own
    return { ...rest, id }
  }
  const loaded = (id: string, override = false): LoadedDetector => ({ ...detector(id), name: 'Mine', override })
  const base = [detector('github-pat'), detector('npm-token')]

  test('adds', () => {
    const merged = mergeDetectors(base, [loaded('acme-token')], { disable: [] })
    expect(merged).toEqual([...base, { ...detector('acme-token'), name: 'Mine' }])
  })

  test('replaces in place what says so', () => {
    const merged = mergeDetectors(base, [loaded('github-pat', true)], { disable: [] })
    expect(merged).toEqual([{ ...detector('github-pat'), name: 'Mine' }, base[1]])
  })

  test('leaves out what is disabled, also of the own ones', () => {
    expect(mergeDetectors(base, [loaded('acme-token')], { disable: ['npm-token', 'acme-token'] })).toEqual([base[0]])
  })

  test('names every mistake', () => {
    const extra = [loaded('github-pat'), loaded('gihtub-pat', true), loaded('zzzzzz-zzzzzz', true)]
    expect(thrown(() => mergeDetectors(base, extra, { disable: ['npm-tokn', 'xxxxxxxxxx'] }))).toEqual({
      code: 'DETECTOR_INVALID',
      message: [
        'github-pat: there is a detector of this id already: choose another id, or set override: true to replace it',
        'gihtub-pat: override: true, but there is no detector to replace: did you mean github-pat?',
        'zzzzzz-zzzzzz: override: true, but there is no detector to replace: `logveil detectors list` shows them all',
        'disable: there is no detector npm-tokn: did you mean npm-token?',
        'disable: there is no detector xxxxxxxxxx: `logveil detectors list` shows them all'
      ].join('\n')
    })
  })
})
