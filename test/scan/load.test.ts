import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { assertNoMistakes, type DetectorSource, formatMistake, loadDetectors } from '../../src/scan/load/load.ts'

type Entry = Record<string, unknown>

const acmeToken: Entry = {
  id: 'acme-token',
  name: 'Acme token',
  severity: 'high',
  keywords: ['acme_'],
  pattern: '(acme_[a-z0-9]{10,12})',
  examples: ['t=[[acme_{{alnum-lower:10-12}}]]', '{"a":"[[acme_{{alnum-lower:12}}]]"}'],
  counterExamples: ['acme_{{alnum-lower:9}}']
}

const acmeFile: Entry = {
  provider: 'acme',
  references: ['https://acme.test/tokens'],
  rotation: 'https://acme.test/rotate'
}

/** A file with the entries, each a change to a detector without mistakes; `undefined` takes a member out. */
function source(changes: Entry[], head: Entry = {}, file = 'detectors/acme.yaml'): DetectorSource {
  const detectors = changes.map((change) => ({ ...acmeToken, ...change }))
  const content = JSON.parse(JSON.stringify({ ...acmeFile, detectors, ...head }))
  return { file, content, lineOf: (path) => path.length }
}

function mistakesOf(...sources: DetectorSource[]): string[] {
  return loadDetectors(sources).mistakes.map(({ detector, field, message }) =>
    [detector, field, message].filter(Boolean).join(': ')
  )
}

test('fills in the defaults', () => {
  const { placed, mistakes } = loadDetectors([source([{}])])
  expect(mistakes).toEqual([])
  expect(placed.map(({ detector }) => detector)).toEqual([
    {
      ...acmeToken,
      provider: 'acme',
      context: 'anywhere',
      caseInsensitive: false,
      maxLength: 17,
      boundaries: { left: 'A-Za-z0-9', right: '0-9a-z' },
      checks: [],
      value: null,
      matcher: 'pattern',
      allow: [],
      references: ['https://acme.test/tokens'],
      rotation: 'https://acme.test/rotate',
      override: false
    }
  ])
})

test('keeps what is said', () => {
  const said = {
    context: 'near',
    caseInsensitive: true,
    maxLength: 17,
    boundaries: { left: '', right: 'a-z' },
    checks: ['jwt'],
    value: 'opaque',
    allow: ['EXAMPLE$'],
    references: ['https://acme.test/other'],
    rotation: 'https://acme.test/elsewhere',
    override: true
  }
  expect(loadDetectors([source([said])]).placed[0].detector).toMatchObject(said)
})

describe('the default right boundary is the class of the last character', () => {
  test.each([
    ['(acme_[A-Za-z0-9_-]{10})', '\\-0-9A-Z_a-z'],
    ['(acme_[A-F0-9]{10})', '0-9A-F'],
    ['(acme_[a-z]{10}AA)', 'A-Za-z0-9'],
    ['acme_([a-z]{10})!', 'a-z'],
    ['(acme_[a-z]{9}(?:[0-9]|[A-F]))', '0-9A-F'],
    ['(acme_[^\\s"]{10})', '^\\x09\\x0a\\x0c\\x0d\\x20"'],
    ['(acme_[\\]^\\\\a]{10})', '\\\\-\\^a'],
    ['(acme_[\\s\\S]{10})', 'A-Za-z0-9']
  ])('%s', (pattern, right) => {
    expect(loadDetectors([source([{ pattern }])]).placed[0].detector.boundaries).toEqual({ left: 'A-Za-z0-9', right })
  })
})

test.each([
  [
    { pattern: undefined, value: 'any', context: 'assigned' },
    { pattern: '', maxLength: 4096 }
  ],
  [
    { pattern: undefined, matcher: 'pem' },
    { pattern: '', maxLength: 65_536 }
  ]
])('needs no pattern: %j', (change, expected) => {
  expect(loadDetectors([source([change])]).placed[0].detector).toMatchObject(expected)
})

describe('refuses', () => {
  const members: [string, Entry, string][] = [
    ['a mistyped member', { keyword: ['acme_'] }, 'keyword: is not known: did you mean keywords?'],
    [
      'an unknown member',
      { zzzzzz: 1 },
      `zzzzzz: is not known: known are ${'id, name, severity, keywords, reason, context, pattern, caseInsensitive, maxLength, boundaries, checks, value, matcher, allow, entropy, examples, counterExamples, references, rotation, override'}`
    ],
    ['a mistyped side', { boundaries: { rigth: '' } }, 'boundaries.rigth: is not known: did you mean right?'],
    ['a severity that is none', { severity: 'urgent' }, 'severity: must be one of critical, high, medium, low'],
    ['a name that is none', { name: 7 }, 'name: must be a text'],
    ['no name', { name: undefined }, 'name: is missing: a text is expected'],
    ['no keywords', { keywords: undefined }, 'keywords: is missing: a list is expected'],
    ['one example', { examples: ['t=[[acme_{{lower:12}}]]'] }, 'examples: needs at least 2 entries'],
    ['no counter-example', { counterExamples: [] }, 'counterExamples: needs at least 1 entries'],
    ['a reference that is no address', { references: ['docs'] }, 'references[1]: must be an http(s) address']
  ]
  const rules: [string, Entry, string][] = [
    [
      'a short keyword',
      { keywords: ['acme_', 'ac'] },
      'keywords[2]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern, or say why it must be in reason:'
    ],
    [
      'a short keyword that does not begin the pattern',
      { keywords: ['ac'], reason: 'It must be there.', pattern: '(a[bc][a-z0-9_]{15})' },
      'keywords[1]: has fewer than 3 bytes and would be everywhere: begin the pattern with it as a literal ((?:AB|AC) for A[BC]), and 16 certain bytes behind it'
    ],
    [
      'a wide tail of which a match may not be the beginning',
      { keywords: ['_'], pattern: '(acme_[A-Za-z0-9_-]{43})' },
      'keywords[1]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern'
    ],
    [
      'a wide tail without capitals, which the kernel passes by',
      { keywords: ['_'], pattern: '(acme_[a-z0-9_-]{43})', boundaries: { left: 'A-Za-z0-9_-' } },
      'keywords[1]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern'
    ],
    [
      'a wide tail behind two joints',
      { keywords: ['_'], pattern: '(acme_eu_[A-Za-z0-9_-]{43})', boundaries: { left: 'A-Za-z0-9_-' } },
      'keywords[1]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern'
    ],
    [
      'a keyword of one byte',
      { keywords: ['acme_', 'a'], reason: 'It must be there.' },
      'keywords[2]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern'
    ],
    [
      'a joint that no tail follows',
      { keywords: ['_'], pattern: '(acme_[A-Za-z0-9]{29})' },
      'keywords[1]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern'
    ],
    [
      'a joint among others that tails may follow',
      { keywords: ['_'], pattern: '(acme[_-][A-Za-z0-9]{30})' },
      'keywords[1]: has fewer than 3 bytes and would be everywhere: take a longer literal of the pattern'
    ],
    ['no pattern', { pattern: undefined }, 'pattern: is missing'],
    [
      'neither pattern nor value',
      { pattern: undefined, context: 'assigned' },
      'pattern: and value are missing: give one'
    ],
    [
      'near without pattern',
      { pattern: undefined, context: 'near', value: 'any' },
      'pattern: is missing: near looks for it behind the keyword; or set context to assigned'
    ],
    [
      'a value anywhere',
      { value: 'any' },
      'value: needs a key in front: set context to assigned or near, or leave it out'
    ],
    ['a pattern for pem', { matcher: 'pem' }, 'pattern: is not used by matcher pem: leave it out'],
    [
      'assigned pem',
      { matcher: 'pem', pattern: undefined, context: 'assigned' },
      'context: must be anywhere with matcher pem'
    ],
    [
      'no group',
      { pattern: 'acme_[a-z0-9]{10,12}' },
      'pattern: has 0 capture groups: put ( ) around what is redacted and (?: ) around the rest'
    ],
    [
      'two groups',
      { pattern: '(acme_)([a-z0-9]{10,12})' },
      'pattern: has 2 capture groups: put ( ) around what is redacted and (?: ) around the rest'
    ],
    [
      'a pattern without end',
      { pattern: '(acme_[a-z0-9]+)' },
      'pattern: has no longest match: position 14: + has no upper bound; write {n,m}'
    ],
    [
      'a huge pattern',
      { pattern: `(acme_${'[a-z0-9]{1000}'.repeat(70)})` },
      'pattern: matches up to 70005 bytes: 65536 are the limit'
    ],
    [
      'look-ahead',
      { pattern: '(acme_(?=x)[a-z]{10})' },
      'pattern: is outside the dialect: position 6: look-around does not exist in RE2; boundaries test the neighbours'
    ],
    ['another length', { maxLength: 12 }, 'maxLength: must be 17, the longest match of the pattern: leave it out'],
    [
      'a boundary that is no class',
      { boundaries: { left: 'z-a' } },
      'boundaries.left: is no character class: position 0: the range is out of order'
    ],
    [
      'a mistyped check',
      { checks: ['jwt', 'github-crc'] },
      'checks[2]: there is no check github-crc: did you mean github-crc32?'
    ],
    [
      'an unknown check',
      { checks: ['telepathy'] },
      'checks[1]: there is no check telepathy: `logveil detectors list --checks` lists them'
    ],
    [
      'an example without mark',
      { examples: ['acme_{{lower:12}}', 't=[[acme_{{lower:12}}]]'] },
      'examples[1]: marks no secret: put [[ ]] around it'
    ],
    [
      'an example without keyword',
      { examples: ['t=[[acme_{{lower:12}}]]', 't=[[{{lower:12}}]]'] },
      'examples[2]: contains none of the keywords'
    ],
    [
      'a malformed example',
      { examples: ['t=[[acme_{{lower:12}}', 't=[[acme_{{lower:12}}]]'] },
      'examples[1]: [[ is not closed: end the secret with ]]'
    ],
    [
      'a malformed counter-example',
      { counterExamples: ['acme_{{lowr:9}}'] },
      'counterExamples[1]: {{ }} holds no part that is known: did you mean {{lower}}?'
    ],
    [
      'a marked counter-example',
      { counterExamples: ['[[acme_{{lower:9}}]]'] },
      'counterExamples[1]: marks a secret: take the [[ ]] out'
    ],
    [
      'a secret over maxLength',
      { pattern: undefined, value: 'any', context: 'assigned', maxLength: 12 },
      'examples[1]: holds a secret of 17 bytes: maxLength must be at least that'
    ]
  ]
  test.each([...members, ...rules])('%s', (_, change, message) => {
    expect(mistakesOf(source([change]))).toContain(`acme-token: ${message}`)
  })

  test('an id of another provider', () => {
    expect(mistakesOf(source([{ id: 'acne-token' }]))).toEqual(['acne-token: id: must begin with acme-'])
  })

  test('an id that is not kebab-case', () => {
    expect(mistakesOf(source([{ id: 'acme_Token' }]))).toEqual([
      'acme_Token: id: must be kebab-case: lower-case letters, digits and single hyphens'
    ])
  })

  test('a second detector of an id, in another file', () => {
    expect(mistakesOf(source([{}]), source([{}], {}, 'mine/acme.yaml'))).toEqual([
      'acme-token: id: is taken by a detector in detectors/acme.yaml: choose another one'
    ])
  })

  test('a file of another name', () => {
    expect(mistakesOf(source([{}], {}, 'detectors/acne.yaml'))).toEqual([
      'provider: is acme, so the file must be named acme.yaml'
    ])
  })

  test('no reference, neither in the detector nor in the file', () => {
    expect(mistakesOf(source([{}], { references: [] }))).toEqual([
      'acme-token: references: is missing: link the page that describes the format, here or for the whole file'
    ])
  })

  test.each([
    ['no mapping', 'text', 'must be a mapping'],
    ['an empty file', null, 'must be a mapping'],
    ['no detectors', { ...acmeFile }, 'detectors: is missing: a list is expected'],
    ['an empty list of detectors', { ...acmeFile, detectors: [] }, 'detectors: needs at least 1 entries'],
    ['a detector that is none', { ...acmeFile, detectors: [null] }, 'detector 1: must be a mapping']
  ])('%s', (_, content, message) => {
    expect(mistakesOf({ file: 'acme.yaml', content, lineOf: () => 0 })).toEqual([message])
  })
})

test('collects every mistake of every detector and file, and leaves out the detectors that have one', () => {
  const first = source(
    [{ id: 'acme-a', severity: 'hgih' }, { id: 'acme-b', checks: ['jtw'], keywords: ['xyz_'] }, {}],
    { refrences: [] }
  )
  const second = source([{ id: 'zeta-a', allow: [1] }, { id: 'zeta-b' }], { provider: 'zeta' }, 'zeta.yaml')
  const { placed, mistakes } = loadDetectors([first, second])
  expect(placed.map(({ detector }) => detector.id)).toEqual(['zeta-b'])
  expect(mistakes.map(formatMistake)).toEqual([
    'detectors/acme.yaml:1: refrences: is not known: did you mean references?',
    'detectors/acme.yaml:3: acme-a: severity: must be one of critical, high, medium, low',
    'detectors/acme.yaml:4: acme-b: checks[1]: there is no check jtw: did you mean jwt?',
    'detectors/acme.yaml:4: acme-b: examples[1]: contains none of the keywords',
    'detectors/acme.yaml:4: acme-b: examples[2]: contains none of the keywords',
    'zeta.yaml:4: zeta-a: allow[1]: must be a text'
  ])
})

test('throws all mistakes at once', () => {
  const { mistakes } = loadDetectors([
    source([
      { id: 'acme-a', severity: 'x' },
      { id: 'acme-b', severity: 'y' }
    ])
  ])
  const all = (() => {
    try {
      return assertNoMistakes(mistakes)
    } catch (error) {
      return error
    }
  })()
  expect(all).toBeInstanceOf(LogveilError)
  expect(all).toMatchObject({
    code: 'DETECTOR_INVALID',
    message:
      'detectors/acme.yaml:3: acme-a: severity: must be one of critical, high, medium, low\n' +
      'detectors/acme.yaml:3: acme-b: severity: must be one of critical, high, medium, low'
  })
  expect(assertNoMistakes([])).toBe(undefined)
})

test('never quotes an example', () => {
  const canary = 'c4n4ry'
  const change = {
    examples: [`[[${canary}`, `{{${canary}:`],
    counterExamples: [`[[${canary}]]`, `{{base62:${canary}}}`, `{{${canary}}}`]
  }
  const found = mistakesOf(source([change]))
  expect(found).toHaveLength(5)
  expect(found.join('\n')).not.toContain(canary)
})
