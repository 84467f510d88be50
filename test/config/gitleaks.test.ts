import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import { formatRemark, importGitleaks } from '../../src/config/gitleaks.ts'
import { parseGoRegex } from '../../src/config/go-regex.ts'
import { createRedactor } from '../../src/index.ts'
import type { Detector } from '../../src/model.ts'
import { expand } from '../../src/scan/template.ts'
import fc from '../property.ts'
import { sampleOf, seeded } from './go-regex-samples.ts'

/** What gitleaks' generator writes behind a secret, and around a key's name. */
const end = String.raw`(?:[\x60'"\s;]|\\[nr]|$)`
const keyed = (name: string, value: string) =>
  String.raw`(?i)[\w.-]{0,50}?(?:${name})(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}(${value})${end}`

const rule = (id: string, regex: string, more = '') => `[[rules]]\nid = "${id}"\nregex = '''${regex}'''\n${more}\n`

function load(text: string): { detectors: Detector[]; remarks: string[]; mistakes: string[] } {
  const { detectors, remarks, mistakes } = importGitleaks('g.toml', text)
  return {
    detectors: detectors.map(({ detector: { override, ...detector } }) => detector),
    remarks: remarks.map(formatRemark),
    mistakes: mistakes.map(({ line, field, message }) => `${line}: ${field}: ${message}`)
  }
}

describe('a rule', () => {
  test('becomes a detector', () => {
    const { detectors, remarks } = load(
      rule(
        'Acme_Key',
        String.raw`\b(acme_[a-f0-9]{32})` + end,
        `description = "An Acme  key."\nentropy = 3\nkeywords = ["acme_"]`
      )
    )
    expect(remarks).toEqual([])
    expect(detectors).toEqual([
      {
        id: 'gitleaks-acme-key',
        name: 'An Acme key.',
        provider: 'gitleaks',
        severity: 'medium',
        keywords: ['acme_'],
        context: 'anywhere',
        pattern: '(acme_[0-9a-f]{32})',
        caseInsensitive: false,
        maxLength: 37,
        boundaries: { left: '\\w', right: '0-9a-f' },
        checks: [],
        value: null,
        matcher: 'pattern',
        allow: [],
        entropy: 3,
        examples: [],
        counterExamples: [],
        references: [],
        rotation: null
      }
    ])
  })

  const rows: [what: string, regex: string, more: string, expected: Partial<Detector>][] = [
    [
      "that looks for a key's value",
      keyed('adafruit', '[a-z0-9_-]{32}'),
      '',
      { context: 'assigned', keywords: ['adafruit'], pattern: '([\\-0-9A-Z_a-z]{32})', caseInsensitive: false }
    ],
    [
      'with names that are spelled in several ways',
      keyed('(?-i:[Oo]kta|OKTA)|message[_-]?bird', '00[\\w=\\-]{40}'),
      '',
      { context: 'assigned', keywords: ['okta', 'messagebird', 'message-bird', 'message_bird'] }
    ],
    [
      'with a key in quotes',
      String.raw`(?i)["']secret_key["']\s*=>\s*["'](sk_[\S]{29})["']`,
      '',
      {
        context: 'assigned',
        keywords: ['secret_key'],
        pattern: '(sk_[^\\x09\\x0a\\x0c\\x0d ]{29})',
        caseInsensitive: true
      }
    ],
    [
      'with the value in a later group',
      String.raw`(?i)((key|token)[a-z0-9_ .\-,]{0,25})(=|>|:=|\|\|:|<=|=>|:).{0,5}['\"]([0-9a-z]{3,100})['\"]`,
      'secretGroup = 4',
      { context: 'assigned', keywords: ['key', 'token'], pattern: '([0-9A-Za-z]{3,100})' }
    ],
    ['without a group', 'zk_[a-z]{20,}', '', { pattern: '(zk_[a-z]{20,320})', boundaries: { left: '', right: '' } }],
    [
      'whose group is not all of it',
      String.raw`https?://([a-f0-9]{8}:[a-f0-9]{8})@gems\.test`,
      '',
      { pattern: 'https?://([0-9a-f]{8}:[0-9a-f]{8})@gems\\.test', keywords: ['@gems.test'] }
    ],
    ['with two letters and a long body', 'SK[0-9a-fA-F]{32}', '', { keywords: ['SK'], context: 'anywhere' }],
    [
      'with a digit and little else',
      String.raw`(?:^|[\\'"\s>=:(,)])([a-z]{3}\dQ~[a-z]{31})(?:$|[\\'"\s<),])`,
      '',
      {
        keywords: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `${digit}Q~`),
        boundaries: { left: 'A-Za-z0-9', right: 'a-z' }
      }
    ],
    [
      'whose letters are folded in classes only',
      `\\b(p8e-(?i)[a-z0-9]{32})${end}`,
      '',
      { pattern: '(p8e-[0-9A-Za-z]{32})', caseInsensitive: false, keywords: ['p8e-'] }
    ],
    [
      'with stop words',
      'zk_[a-z]{20}',
      '[[rules.allowlists]]\nstopwords = ["a.b", "c"]',
      { allow: ['(?i)(?:a\\.b|c)'] }
    ],
    ['with allowed secrets', 'zk_[a-z]{20}', "[rules.allowlist]\nregexes = ['x$']\npaths = ['p']", { allow: ['x$'] }],
    [
      'with an allowed match that is the secret',
      'zk_[a-z]{20}',
      `[[rules.allowlists]]\nregexTarget = "match"\nregexes = ['x$']`,
      { allow: ['x$'] }
    ],
    ['with members in other letters', 'zk_[a-z]{20}', 'Entropy = 2\nKeyWords = ["zk"]', { entropy: 2 }]
  ]
  test.each(rows)('%s', (_, regex, more, expected) => {
    const { detectors, remarks } = load(rule('a', regex, more))
    expect(remarks.filter((remark) => !remark.startsWith('g.toml: paths and commits'))).toEqual([])
    expect(detectors).toMatchObject([expected])
  })

  test('with alternatives of their own becomes several', () => {
    const { detectors, remarks } = load(rule('two', `\\bxx_([a-z]{9})\\b|yy_([a-z]{9})z`))
    expect(remarks).toEqual([])
    expect(detectors.map(({ id, pattern }) => [id, pattern])).toEqual([
      ['gitleaks-two', '\\bxx_([a-z]{9})'],
      ['gitleaks-two-2', 'yy_([a-z]{9})z']
    ])
  })
})

describe('remarks', () => {
  const changed: [message: string, regex: string, more: string][] = [
    [
      'is looked for within 40 bytes behind a keyword only: the regex itself holds no literal of 3 bytes',
      '[0-9]{16}',
      'keywords = ["face"]'
    ],
    ['all of the match is redacted: no group is in every match exactly once', 'abc(?:(d)|e)', ''],
    ['all of the match is redacted: group 1 is not in every match exactly once', 'abc(?:(d)|e)', 'secretGroup = 1'],
    ['all of the match is redacted: no group is in every match exactly once', 'abc(?:-([a-z]{4})){3}', ''],
    ['group 2, the value, is redacted instead of the first', keyed('sonar[_.-]?(login|token)', '[a-z]{40}'), ''],
    ['letter case does not matter anywhere in it', '(?i:acme)_([A-Z]{9})', ''],
    ['path is not asked for: logs have none', 'abc[a-z]{9}', "path = 'x'"],
    ['required rules are not asked for', 'abc[a-z]{9}', '[[rules.required]]\nid = "b"'],
    [
      'an allowlist is left out: it looks at the whole line (regexTarget)',
      'abc[a-z]{9}',
      `[[rules.allowlists]]\nregexTarget = "line"\nregexes = ['x']`
    ],
    [
      'an allowlist is left out: it looks at the whole match (regexTarget)',
      'abc([a-z]{9})',
      `[[rules.allowlists]]\nregexTarget = "match"\nregexes = ['x']`
    ],
    [
      'an allowlist is left out: it asks for paths or commits as well (condition AND): logs have none',
      'abc[a-z]{9}',
      `[[rules.allowlists]]\ncondition = "AND"\npaths = ['x']\nregexes = ['x']`
    ],
    [
      'an allowlist is left out: it asks for a regex and a stopword at once (condition AND)',
      'abc[a-z]{9}',
      `[[rules.allowlists]]\ncondition = "and"\nregexes = ['x']\nstopwords = ['y']`
    ],
    ["1 of its allowlists' regexes cannot be read: left out", 'abc[a-z]{9}', `[[rules.allowlists]]\nregexes = ['(']`]
  ]
  test.each(changed)('%s: %s', (message, regex, more) => {
    const { detectors, remarks } = load(rule('a', regex, more))
    expect(detectors).toHaveLength(1)
    expect(remarks.filter((remark) => !remark.startsWith('g.toml: paths and commits'))).toEqual([
      `g.toml:1: a: changed: ${message}`
    ])
  })

  const leftOut: [message: string, text: string][] = [
    ['g.toml:1: left out: has no id', rule('', 'abc')],
    ['g.toml:1: a: left out: skipReport: gitleaks does not report it either', rule('a', 'abc', 'skipReport = true')],
    [
      'g.toml:1: a: left out: path without regex: it looks for files by name, and logs have none',
      '[[rules]]\nid = "a"\npath = "x"'
    ],
    [
      'g.toml:1: a: left out: has no regex: it changes a default rule of gitleaks, which logveil does not have',
      '[[rules]]\nid = "a"\nentropy = 3'
    ],
    [
      'g.toml:1: a: left out: regex: secretGroup is 2, but the regex has 1 groups',
      rule('a', 'ab(c)', 'secretGroup = 2')
    ],
    [
      'g.toml:1: a: left out: regex: nothing leads to a match: the regex holds no literal of 3 bytes, and there is no keyword of 3',
      rule('a', '[0-9a-f]{64}', 'keywords = ["ab"]')
    ],
    [
      'g.toml:1: a: left out: regex: position 0: look-around, and other groups that Go does not know',
      rule('a', '(?=abc)abc')
    ],
    [
      'g.toml:1: a: left out: regex: repeats are nested so that RE2 would count more than 1000',
      rule('a', 'abc(?:d{500,}){3}')
    ],
    [
      'g.toml:1: a: left out: regex: matches up to 81923 bytes: 65536 are the limit',
      rule('a', `abc${'[^a]*'.repeat(80)}`)
    ]
  ]
  test.each(leftOut)('%s', (message, text) => {
    expect(load(text)).toEqual({ detectors: [], remarks: [message], mistakes: [] })
  })

  test('on a second rule of one id, by line', () => {
    const { detectors, remarks } = load(`title = "x"\n${rule('a', 'abcd')}${rule('A', 'efgh')}`)
    expect(detectors.map(({ pattern }) => pattern)).toEqual(['(abcd)'])
    expect(remarks).toEqual(['g.toml:6: A: left out: its id is taken by a rule before it'])
  })

  test('on the file', () => {
    const text = `title = "x"
colour = 1
[extend]
useDefault = true
disabledRules = ["x"]
[[allowlists]]
regexTarget = "line"
regexes = ['x']
paths = ['y']
${rule('a', 'abcd', 'tags = ["t"]\nflavour = 2')}`
    expect(load(text).remarks).toEqual([
      "g.toml: extend.useDefault: logveil's own detectors take the place of gitleaks' default rules",
      'g.toml: extend.disabledRules is left out: it names rules of gitleaks; use --disable',
      'g.toml: paths and commits of allowlists are left out: logs have none',
      'g.toml: tags are left out: findings have none',
      'g.toml: an allowlist is left out: it looks at the whole line (regexTarget)',
      'g.toml: colour is not known and left out',
      'g.toml: rules.flavour is not known and left out'
    ])
    expect(load(`[extend]\npath = "p"\n${rule('a', 'abcd')}`).remarks).toEqual([
      'g.toml: extend.path is left out: give that file to --detectors as well'
    ])
    expect(load(`[extend]\nurl = "u"\n${rule('a', 'abcd')}`).remarks).toEqual([
      'g.toml: extend.url is left out: logveil fetches nothing; give the file to --detectors as well'
    ])
  })
})

describe('allowlists of the file', () => {
  test('hold for every rule, or for those they name', () => {
    const text = `[[allowlists]]\nregexes = ['x']\n[[allowlists]]\ntargetRules = ["b"]\nstopwords = ['y']\n${rule('a', 'abcd')}${rule('b', 'efgh')}`
    expect(load(text).detectors.map(({ allow }) => allow)).toEqual([['x'], ['x', '(?i)(?:y)']])
  })
})

describe('mistakes', () => {
  test.each([
    ['title = "x', '1: : is no valid TOML: unfinished string'],
    [
      'title = "x"\n[[rules]]\nid = "a"\nid = "b"\n',
      '4: : is no valid TOML: trying to redefine an already defined table or value'
    ],
    ['title = "x"\n', '0: rules: is missing: a gitleaks file holds at least one [[rules]]'],
    [`${rule('a', 'abcd')}[[rules]]\nregex = 5\n`, '0: rules[2].regex: Invalid input: expected string, received number']
  ])('of %j', (text, mistake) => {
    expect(load(text)).toEqual({ detectors: [], remarks: [], mistakes: [mistake] })
  })

  test('never quote the file', () => {
    const canary = expand('{{base62:24}}', 5).text
    const { mistakes } = load(`a = "b"\nkey = "${canary}`)
    expect(mistakes.join()).not.toContain(canary.slice(0, 8))
  })
})

describe('what is found', () => {
  const redacted = (text: string, ...lines: string[]) => {
    const { redact } = createRedactor({ detectors: load(text).detectors })
    return lines.map((line) => Buffer.from(redact(Buffer.from(line)).payload).toString())
  }
  const value = expand('{{alnum-lower:32}}', 3).text

  test("a key's value, wherever logs write one", () => {
    const marked = '[REDACTED:gitleaks-adafruit]'
    expect(
      redacted(
        rule('adafruit', keyed('adafruit', '[a-z0-9_-]{32}')),
        `ADAFRUIT_IO_KEY=${value}`,
        `{"adafruitKey":"${value}","n":1}`,
        `{"msg":"{\\"adafruit\\":\\"${value}\\"}"}`,
        `adafruit => '${value}', next`,
        `adafruit_key=${value}0`,
        `other_key=${value}`
      )
    ).toEqual([
      `ADAFRUIT_IO_KEY=${marked}`,
      `{"adafruitKey":"${marked}","n":1}`,
      `{"msg":"{\\"adafruit\\":\\"${marked}\\"}"}`,
      `adafruit => '${marked}', next`,
      `adafruit_key=${value}0`,
      `other_key=${value}`
    ])
  })

  test('no secret that is too even, allowed, or holds a stop word', () => {
    const text = rule(
      'z',
      'zk_([a-f0-9]{16})',
      "entropy = 3.2\n[[rules.allowlists]]\nregexes = ['^dead']\nstopwords = ['CAFE']"
    )
    expect(
      redacted(
        text,
        'zk_0123456789abcdef',
        'zk_0011223344556677',
        'zk_dead456789abc012',
        'zk_0123cafe89ab4567',
        'zk_00112233445566778'
      )
    ).toEqual([
      'zk_[REDACTED:gitleaks-z]',
      'zk_0011223344556677',
      'zk_dead456789abc012',
      'zk_0123cafe89ab4567',
      'zk_00112233445566778'
    ])
  })

  test('within reach of a keyword, where the regex has no literal', () => {
    const digits = expand('{{digits:16}}', 1).text
    expect(
      redacted(rule('f', String.raw`\b([0-9]{16})\b`, 'keywords = ["facebook"]'), `facebook app ${digits}`, digits)
    ).toEqual(['facebook app [REDACTED:gitleaks-f]', digits])
  })

  const regexes: [id: string, regex: string][] = [
    ['plain', 'AGE-TEST-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'],
    ['word', `\\b(dapi[a-f0-9]{32}(?:-\\d)?)${end}`],
    ['alternatives', `\\b((?:fo1_[\\w-]{43}|fm1[ar]_[a-zA-Z0-9+\\/]{100,}={0,3}))${end}`],
    ['inner flags', String.raw`\b((?:sc|ext)_(?i)[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.(?-i:acc)[_-][a-z0-9-]{10,32})` + end],
    ['digits', String.raw`xox[os]-\d+-\d+-\d+-[a-fA-F\d]+`],
    ['dots', '(?:https?://)?hooks.acme.test/(?:services|workflows)/[A-Za-z0-9+/]{43,56}'],
    ['folded', '(?i)CLOJARS_[a-z0-9]{60}'],
    ['prefix', 'SK[0-9a-fA-F]{32}'],
    [
      'group inside',
      String.raw`(?i)\bhttps?://([a-f0-9]{8}:[a-f0-9]{8})@(?:gems.acme.test|enterprise.acme.test)(?:[\/|\#|\?|:]|$)`
    ],
    ['repeated group', String.raw`https://[a-z0-9]+\.acme\.test/[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}`]
  ]
  test.each(regexes)('what gitleaks finds: %s', (id, regex) => {
    const { detectors } = load(rule(id, regex))
    const { redact } = createRedactor({ detectors })
    const original = new RE2(regex, 'd')
    const node = parseGoRegex(regex)
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const line = Buffer.from(`at ${sampleOf(node, seeded(seed))} end`)
        const found = original.exec(line)
        // What may stand behind a secret, or nothing: nothing was drawn, and something stands there.
        fc.pre(found !== null)
        const [whole, group] = found?.indices ?? []
        const { findings } = redact(line)
        // Of what only delimits, the line holds more than the match; of a repeated group, gitleaks would take the last round.
        expect(findings.map(({ span }) => span)).toContainEqual(id === 'repeated group' ? whole : (group ?? whole))
      }),
      { seed: 11, numRuns: 40 }
    )
  })
})
