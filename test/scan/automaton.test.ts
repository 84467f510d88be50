import { describe, expect, test } from 'vitest'
import { buildAutomaton, type Guard, type Literal } from '../../src/scan/automaton.ts'
import { growth } from '../growth.ts'
import fc from '../property.ts'
import { findAll, type Pair } from './automaton-oracle.ts'

const none: Guard = { kind: 'none' }
const assign: Guard = { kind: 'assign', whole: false }
const wholeWord: Guard = { kind: 'assign', whole: true }
const tail: Guard = { kind: 'tail', wide: false }
const wide: Guard = { kind: 'tail', wide: true }
const userinfo: Guard = { kind: 'userinfo' }
const word = byteClass(/[\w-]/)

function byteClass(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0))
}

function run(min: number, options: { exactCase?: boolean; before?: Uint8Array | null } = {}): Guard {
  return { kind: 'run', min, after: word, before: options.before ?? null, exactCase: options.exactCase ?? false }
}

function plain(...texts: string[]): Literal[] {
  return texts.map((text) => ({ text, guard: none }))
}

/** Hits in latin-1 text. */
function scan(literals: readonly Literal[], text: string, start?: number, end?: number): Pair[] {
  return pairsOf(buildAutomaton(literals).scan(Buffer.from(text, 'latin1'), start, end))
}

function pairsOf({ count, pairs }: { count: number; pairs: Int32Array }): Pair[] {
  return Array.from({ length: count }, (_, i) => [pairs[2 * i], pairs[2 * i + 1]])
}

function guarded(guard: Guard, literal: string, text: string): boolean {
  return scan([{ text: literal, guard }], text).length > 0
}

describe('literals', () => {
  test('overlapping and nested ones are all found, longer ones first', () => {
    expect(scan(plain('pass', 'password', 'word', 'rd', 'passport'), 'PassWord passport')).toEqual([
      [0, 4],
      [1, 8],
      [2, 8],
      [3, 8],
      [0, 13],
      [4, 17]
    ])
  })

  test('ASCII letters match in either case, other bytes exactly', () => {
    expect(scan(plain('clé@['), Buffer.from('CLé@[ clÉ@[ clé`{').toString('latin1'))).toEqual([[0, 6]])
  })

  test('a range is scanned as if nothing were around it', () => {
    const literals: Literal[] = [{ text: 'key', guard: run(2, { before: word }) }]
    expect(scan(literals, 'akeyabc', 1, 6)).toEqual([[0, 4]])
    expect(scan(literals, 'akeyabc', 1, 5)).toEqual([])
    expect(scan(literals, 'akeyabc', 2, 7)).toEqual([])
  })

  test('limits are enforced when the automaton is built', () => {
    expect(() => buildAutomaton(plain('a'))).toThrow(RangeError)
    for (const text of ['a', '7', '_-', 'é'])
      expect(() => buildAutomaton([{ text, guard: tail }]), text).toThrow('no single mark of ASCII')
    const marks = [...'!"#$%&()*+,-./:;<'].map((text): Literal => ({ text, guard: tail }))
    expect(() => buildAutomaton(marks)).toThrow('17 joints')
    expect(() => buildAutomaton(plain('é'.repeat(33)))).toThrow(RangeError)
    expect(() => buildAutomaton([{ text: 'ab', guard: run(33) }])).toThrow(RangeError)
    expect(() => buildAutomaton(plain('ab')).scan(Buffer.from('ab'), 1, 3)).toThrow(RangeError)
  })

  test('hits stay valid while other texts are scanned', () => {
    const automaton = buildAutomaton(plain('ab', 'cd'))
    const first = automaton.scan(Buffer.from('ab cd'))
    automaton.scan(Buffer.from('cdcdcdcd'))
    expect(pairsOf(first)).toEqual([
      [0, 2],
      [1, 5]
    ])
    expect(automaton.scan(Buffer.from('x'))).toBe(automaton.scan(Buffer.from('y')))
  })

  test('a state per position of a literal, and one class for bytes in no literal', () => {
    expect(buildAutomaton(plain('abc', 'ABD', 'bc')).stats).toEqual({ states: 7, classes: 5, tableBytes: 168 })
  })
})

describe('against the oracle', () => {
  // Few letters make many overlaps; escapes and separators exercise the guards; bytes of all kinds may stand anywhere.
  const letters = fc.constantFrom('a', 'b', 'A', 'k', 'é', '\0', '-')
  const literalText = fc.string({ unit: letters, minLength: 2, maxLength: 8 })
  const guard: fc.Arbitrary<Guard> = fc.oneof(
    fc.constantFrom(none, assign, wholeWord, userinfo),
    fc.record({
      kind: fc.constant('run' as const),
      min: fc.nat(6),
      after: fc.constantFrom(word, byteClass(/[ab]/)),
      before: fc.constantFrom(null, word),
      exactCase: fc.boolean()
    })
  )
  const fragment = fc.oneof(
    literalText.map((text) => Buffer.from(text).toString('latin1')),
    fc.constantFrom(...' ="\'\\,:;>|<-[](){}@%.~!\t\n\x12'.split('')),
    fc.constantFrom('%3D', '%2522', '\\"', '\\\\\\"', '\\u003d', '\\x22', '&quot;', '&amp;#34;', '&lt;', '\\n', '\\t'),
    fc.constantFrom(
      ' is ',
      'for ',
      'of ',
      'set to ',
      '=>',
      '->',
      ':=',
      '--',
      '","',
      "', '",
      '"value":',
      '</',
      '%40',
      '\x1b[31m',
      '\x1b[K',
      '[1;3m',
      '\\e[0m',
      '\\033[m',
      '\\u001b[0m',
      '^[[0m',
      '#033[0m',
      'a1'.repeat(9),
      'bA'.repeat(14),
      'x'.repeat(31),
      'aB3_'.repeat(4),
      'Zq-7'.repeat(11),
      '[REDACTED:a]'
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 3 }),
    fc.constantFrom('\x80', '\xff', 'a'.repeat(45), ' '.repeat(50))
  )
  const joint = fc.oneof(
    fc.record({ text: fc.constantFrom('-', '_', ':'), guard: fc.constant(tail) }),
    fc.record({ text: fc.constantFrom('-', '_'), guard: fc.constant(wide) })
  )
  const literals = fc.array(fc.oneof({ arbitrary: fc.record({ text: literalText, guard }), weight: 6 }, joint), {
    minLength: 1,
    maxLength: 12
  })

  test('random texts of 0 to 2000 bytes', () => {
    const text = fc.array(fragment, { maxLength: 400, size: 'max' }).map((parts) => parts.join('').slice(0, 2000))
    fc.assert(
      fc.property(literals, text, (some, content) => {
        expect(scan(some, content)).toEqual(findAll(some, content))
      }),
      { numRuns: 1500 }
    )
  })

  test('the same text at every distance from the edges of pieces and streams', () => {
    const text = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(''))
    const edge = fc.constantFrom(65536, 131072, Math.ceil(65536 / 5), Math.ceil(65536 / 5) * 4)
    fc.assert(
      fc.property(literals, text, edge, fc.nat(), fc.nat(400), (some, content, at, shift, more) => {
        const lead = '\n'.repeat(Math.max(at - (shift % (content.length + 300)), 0))
        const whole = `${lead}${content}${'\n'.repeat(more)}`
        expect(scan(some, whole)).toEqual(findAll(some, whole))
      }),
      { numRuns: 300 }
    )
  })

  test('guards see as far as they need to across the edge of a piece', () => {
    const some: Literal[] = [
      { text: 'key', guard: assign },
      { text: '://', guard: userinfo },
      { text: 't'.repeat(64), guard: run(32, { before: word, exactCase: true }) }
    ]
    const automaton = buildAutomaton(some)
    const texts = [
      `://${'a'.repeat(253)}%40`,
      `key${'a'.repeat(40)}${')'.repeat(46)} ${'a'.repeat(95)}1`,
      `key${'a'.repeat(40)}"${' '.repeat(40)},      "${'a'.repeat(40)}" : V`,
      `key=${' '.repeat(64)}V`,
      `--${'a'.repeat(123)}key v`,
      `-${'a'.repeat(127)}key v`,
      `[38;2;255;255;255m${'t'.repeat(64)}${'a'.repeat(32)}`
    ]
    for (const text of texts) {
      const alone = findAll(some, `\n${text}`)
      for (let lead = 65536 - text.length - 2; lead <= 65536 + 2; lead++) {
        const hits = pairsOf(automaton.scan(Buffer.from(`${'\n'.repeat(lead)}${text}${'\n'.repeat(400)}`)))
        expect(hits).toEqual(alone.map(([literal, end]) => [literal, end + lead - 1]))
      }
    }
  })

  test('every length up to 700, so that every stream edge moves over the hits', () => {
    const some: Literal[] = [
      ...plain('abab', 'b'.repeat(64), 'ba'),
      { text: 'key', guard: assign },
      { text: '://', guard: userinfo },
      { text: 'ab', guard: run(3, { before: word, exactCase: true }) }
    ]
    const whole = `ababkey="ab://u:p@h ABaaa %3Dabxyz ${'b'.repeat(66)}`.repeat(8)
    const automaton = buildAutomaton(some)
    for (let length = 0; length <= 700; length++) {
      const text = whole.slice(0, length)
      expect(pairsOf(automaton.scan(Buffer.from(text, 'latin1')))).toEqual(findAll(some, text))
    }
  })

  test('5 MiB, more hits than one piece can have bytes', () => {
    const some: Literal[] = [...plain('aa', 'aaa', 'xyz'), { text: 'key', guard: assign }]
    const text = `${'a'.repeat(300_000)}${'key=v xyz key, '.repeat(330_000)}`
    const found = buildAutomaton(some).scan(Buffer.from(text, 'latin1'))
    expect(found.count).toBe(299_999 + 299_998 + 330_000 + 330_000)
    const sample = 'key=v xyz key, '.repeat(10)
    const last = findAll(some, sample).map(([literal, end]): Pair => [literal, end + text.length - sample.length])
    expect(pairsOf(found).slice(-last.length)).toEqual(last)
  })

  test('all 256 bytes in literals', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte)
    const characters = bytes.map((byte) => String.fromCodePoint(byte * 7))
    const some = plain(...characters.map((character) => `${character}${character}.`))
    const text = Buffer.from(characters.map((character) => `x${character}${character}.`).join('')).toString('latin1')
    expect(scan(some, text)).toEqual(findAll(some, text))
  })
})

describe('run guard', () => {
  const guard = run(4, { before: byteClass(/[A-Za-z0-9]/), exactCase: true })

  test.each([
    ['tk_abcd', true],
    ['tk_abc', false],
    ['tk_abc.d', false],
    ['TK_abcd', false],
    [' tk_abcd', true],
    ['_tk_abcd', true],
    ['xtk_abcd', false],
    ['9tk_abcd', false],
    ['%3Dtk_abcd', true],
    ['%253Dtk_abcd', true],
    ['3Dtk_abcd', false],
    ['\\ntk_abcd', true],
    ['\\ttk_abcd', true],
    ['\\ftk_abcd', true],
    ['\\dtk_abcd', false],
    ['\\u003dtk_abcd', true],
    ['u003dtk_abcd', false],
    ['\\x3dtk_abcd', true],
    ['\x1b[1;31mtk_abcd', true],
    ['\\u001b[0mtk_abcd', true],
    ['\x1b[38;2;255;255;255mtk_abcd', true],
    ['1;31mtk_abcd', false],
    // OTLP: tag and length of AnyValue.string_value; two bytes of length
    ['\x0aAtk_abcd', true],
    ['\x0a\xc8atk_abcd', true]
  ])('%j: %s', (text, expected) => expect(guarded(guard, 'tk_', text)).toBe(expected))
})

describe('tail guard', () => {
  const body = 'aB3'.repeat(10)

  test.each([
    [`_${body}`, [1]],
    [`acme_${body}.`, [5]],
    [`acme_${body.slice(1)}`, []],
    [`acme_${body}xyz${body}`, [5]],
    [`acme_${body.slice(0, 20)}_${body}`, [26]],
    [`acme=${body}`, []],
    [`acme_${'é'.repeat(30)}`, []],
    [`_${body}-_${body}`, [1, 33]]
  ])('%j: %j', (text, ends) => {
    const literals: Literal[] = [{ text: '_', guard: tail }]
    expect(scan(literals, Buffer.from(text).toString('latin1'))).toEqual(ends.map((end) => [0, end]))
  })

  test('a joint comes behind the literals that end where it does, whatever its number', () => {
    const literals: Literal[] = [{ text: '_', guard: tail }, ...plain('acme_', 'e_')]
    expect(scan(literals, `acme_${body}acme_`)).toEqual([
      [1, 5],
      [2, 5],
      [0, 5],
      [1, 40],
      [2, 40]
    ])
  })

  test('at every place of a piece and across its edges, and nothing outside the range is looked at', () => {
    const automaton = buildAutomaton([{ text: '-', guard: tail }, ...plain('xy')])
    for (let lead = 65_460; lead <= 65_560; lead++)
      expect(pairsOf(automaton.scan(Buffer.from(`${' '.repeat(lead)}-${body}`)))).toEqual([[0, lead + 1]])
    const text = Buffer.from(`-${body}${' '.repeat(40)}`)
    expect(pairsOf(automaton.scan(text, 0, 31))).toEqual([[0, 1]])
    expect(automaton.scan(text, 0, 30).count).toBe(0)
    expect(automaton.scan(text, 1).count).toBe(0)
  })

  test('as many as fit, in order among other hits', () => {
    const literals: Literal[] = [{ text: '-', guard: tail }, ...plain('-a')]
    const text = `-${'a'.repeat(30)}`.repeat(9000)
    expect(scan(literals, text)).toEqual(
      Array.from({ length: 9000 }, (_, i): Pair[] => [
        [0, 31 * i + 1],
        [1, 31 * i + 2]
      ]).flat()
    )
  })
})

describe('wide tail guard', () => {
  const body = `${'aB3'.repeat(6)}_${'x-'.repeat(12)}`

  test.each([
    [`acme_${body}`, [5]],
    [`acme-${body}.`, []],
    [`acme_${body.slice(1)}`, []],
    [`acme_b_${body}`, [5, 7]],
    [`a_b_c_${body}`, [2, 4]],
    [`_${body}`, [1]],
    [`${'a'.repeat(23)}_${body}`, [24]],
    [`${'a'.repeat(24)}_${body}`, []],
    [`acme_${'_'.repeat(43)}`, []],
    [`acme_${body.replaceAll('B', 'b')}`, []],
    [`acme_${body.replaceAll('3', 'b')}`, []],
    [`acme_${body.toUpperCase()}`, []],
    [`acme_${body} acme_${body}`, [5, 54]]
  ])('%j: %j', (text, ends) => {
    expect(scan([{ text: '_', guard: wide }], text)).toEqual(ends.map((end) => [0, end]))
  })

  test('other marks join nothing to it', () => {
    expect(() => buildAutomaton([{ text: '.', guard: wide }])).toThrow('is neither _ nor -')
  })

  test('comes before the other tail that its joint joins, whatever its number', () => {
    const literals: Literal[] = [{ text: '_', guard: tail }, { text: '_', guard: wide }, ...plain('e_')]
    expect(scan(literals, `acme_${'aB3'.repeat(15)}`)).toEqual([
      [2, 5],
      [1, 5],
      [0, 5]
    ])
  })

  test('at every place of a piece and across its edges, and nothing outside the range is looked at', () => {
    const automaton = buildAutomaton([{ text: '-', guard: wide }, ...plain('xy')])
    for (let lead = 65_440; lead <= 65_560; lead++)
      expect(pairsOf(automaton.scan(Buffer.from(`${' '.repeat(lead)}ac-${body}`)))).toEqual([[0, lead + 3]])
    const text = Buffer.from(`-${body}${' '.repeat(40)}`)
    expect(pairsOf(automaton.scan(text, 0, 44))).toEqual([[0, 1]])
    expect(automaton.scan(text, 0, 43).count).toBe(0)
    expect(automaton.scan(text, 1).count).toBe(0)
  })

  test('as many as fit, for as many literals as are told apart', () => {
    const literals: Literal[] = [wide, tail, wide, tail].map((guard) => ({ text: '-', guard }))
    const text = `--${'aB3'.repeat(15).slice(0, 43)} `
    const each = findAll(literals, text)
    expect(each).toHaveLength(6)
    expect(scan(literals, text.repeat(9000))).toEqual(
      Array.from({ length: 9000 }, (_, i) =>
        each.map(([literal, end]): Pair => [literal, end + i * text.length])
      ).flat()
    )
  })
})

describe('userinfo guard', () => {
  test.each([
    ['http://user:pass@host', true],
    ['http://u@host', true],
    ['http://user:p/a?s#s@host', true],
    ['http://user:pass%40host', true],
    ['http://@host', false],
    ['http://@@host', true],
    ['http://%40host', false],
    ['http://host/path user@host', false],
    ['http://host" user@host', false],
    ['http://host<b>user@host', false],
    ["http://host'@host", false],
    ['http://host\x01@host', false],
    ['http://host\n@host', false],
    [`http://${'a'.repeat(255)}@`, true],
    [`http://${'a'.repeat(256)}@`, false],
    ['http://host', false]
  ])('%j: %s', (text, expected) => expect(guarded(userinfo, '://', text)).toBe(expected))
})

describe('assignment guard of a whole word', () => {
  test.each([
    ['key=V', true],
    ['keys=V', true],
    ['KEYS=V', true],
    ['key2=V', true],
    ['key_id=V', true],
    ['keyId=V', true],
    ['keySpace=V', true],
    ['keyspace=V', false],
    ['keysets=V', false],
    ['keyboard: V', false],
    ['KEYBOARD=V', false],
    ['KEYboard=V', true],
    ['keyé=V', true],
    ['monkey=V', true]
  ])('%j: %s', (text, expected) => {
    expect(guarded(wholeWord, 'key', Buffer.from(text).toString('latin1'))).toBe(expected)
    expect(guarded(assign, 'key', Buffer.from(text).toString('latin1'))).toBe(true)
  })
})

describe('assignment guard', () => {
  const random = 'q7Zp+x/9=aB.c~d-'

  test.each([
    'key=V',
    'key = V',
    'key: V',
    'key : V',
    'key:V',
    'key==V',
    '"key":"V"',
    '"key" : 123',
    '"key": true',
    '\\"key\\":\\"V\\"',
    '\\\\\\"key\\\\\\":\\\\\\"V',
    `${'\\'.repeat(15)}"key${'\\'.repeat(15)}":${'\\'.repeat(15)}"V`,
    "'key': 'V'",
    "'key', 'V'",
    "'key', 'V\":V'",
    "('key', u'V')",
    '["key","V"]',
    '\\"key\\",\\"V\\"',
    '{"key":"key","value":{"stringValue":"V"}}',
    '{"Name": "KEY", "value": "V"}',
    'key => V',
    ':key=>"V"',
    'key := V',
    'key ::= V',
    'key -> V',
    'key->V',
    'key += V',
    'key ?= V',
    'key .= V',
    'key string = "V"',
    'key?: V',
    '--key V',
    '--app-key-file V',
    '-key V',
    '--key "V"',
    '--key=V',
    'key for user ada is V',
    `key was ${random}`,
    'key set to Hj7xkwq2',
    'key of ada: V',
    'key\x1b[0m=V',
    '"key"\\u001b[0m: V',
    'key^[[0m=V',
    'key#033[0m=V',
    'key\\033[0;1m=V',
    'key[0m=V',
    '**key:** V',
    'key%3DV',
    'key%3dV',
    'key%253DV',
    'key%22%3A%22V',
    'key%20=%20V',
    'key&quot;:&quot;V',
    'key&#34;:V',
    'key&#x22;:V',
    'key&amp;quot;:V',
    '<key>V</key>',
    '<key>\n  V\n</key>',
    '<ns:key>V</ns:key>',
    '&lt;key&gt;V&lt;/key&gt;',
    '<key><![CDATA[V]]></key>',
    '<key type="text">V</key>',
    '<x name="key" value="V">',
    "<x name='key' value='V'>",
    '<x name=\\"key\\" value=\\"V\\">',
    '<x name="key">V<',
    '<name>key</name><value>V</value>',
    'key["x"]=V',
    "key['x'] = V",
    'key[x]=V',
    'key[]=V',
    `key[${'x'.repeat(31)}]=V`,
    'key[x][y]=V',
    'key%5Bx%5D=V',
    'key | V',
    '| key | V |',
    'key\tV',
    'key\\tV',
    'key "V"',
    "key 'V'",
    'key `V`',
    'key \\"V\\"',
    'key("V")',
    'key is V',
    'key is: V',
    `key ${random}`,
    `key    ${random}`,
    `key [${random}]`,
    `key (${random})`,
    `"key" ${random}`,
    'key +aaaaaaaaaaaaaaa1',
    `key ${'a'.repeat(20)}`,
    `key${']'.repeat(47)}=V`,
    `--${'a'.repeat(123)}key V`,
    'key\\u003dV',
    'key\\u003DV',
    'key\\u0022:V',
    'key\\u0022\\u003a\\u0022V',
    'key \\u003d V',
    'key \\\\u003d V',
    'key\\x3dV',
    `key${'\\'.repeat(15)}u003dV`,
    'key_id.name-2=V',
    'keyé=V',
    '"key" attribute=V',
    `key${'a'.repeat(40)}=V`,
    'KEY=V',
    'key=\tV',
    `key:${' '.repeat(100)}V`,
    'key\x12\x09\x0a\x07V',
    'monkey=V',
    'key\uff1aV',
    'key \uff1d V',
    'key a1!a1a1a V',
    'key Abcdefg1 V',
    'key provided: V',
    '{"value":"V","name":"key"}',
    '{"name":"key","content":"V"}',
    '{"name" : "key" , "x":"V"}',
    '\\"name\\":\\"key\\",\\"x\\":\\"V\\"'
  ])('%j passes', (form) => {
    for (const value of ['V', '"v', '=v', '&v', '#1', '\xff', '\\d']) {
      for (const lead of ['', ' ', '{', 'x ', '\n']) {
        const text = Buffer.from(lead + form.replace('V', () => value)).toString('latin1')
        expect([text, guarded(assign, 'key', text)]).toEqual([text, true])
      }
    }
  })

  test.each([
    'the key was refreshed',
    'the key was, refreshed',
    'key.',
    'key',
    'keys,\n',
    'key\n',
    'key\r\nV',
    'key=',
    'key=\n',
    'key=  \t \r\nV',
    'key:\n  V',
    `key:${' '.repeat(63)}\nV`,
    'key: ',
    'key\t\n',
    'key |  \n',
    'key is\n',
    'key; V',
    'key/V',
    'key, V',
    '"key", V',
    '"key"}',
    '"key","next":1',
    '"key", "next" : 1',
    '\\"key\\",\\"next\\":1',
    '"key"\n',
    'key (see below)',
    'key [x]',
    'key[REDACTED:x] V',
    '"key","[REDACTED:generic-password:k1.AbCdEfGhIjKlMnOp]":"V"',
    'key [REDACTED:x]=V',
    '--key %5BREDACTED:x] V',
    '--key"[REDACTED:generic-password:k1.AbCdEfGhIjKlMnOp]',
    '"key [WITHHELD:depth] = V',
    'key aaaaaaaaaaaaaaaaaaa',
    'key a1a1a1a1',
    'key 2024-01-01T00:00:00',
    'key 192.168.100.200',
    '</key><next>',
    '<key></key>',
    '-----BEGIN KEY-----\n',
    `key${'a'.repeat(41)}=V`,
    `key${']'.repeat(48)}=V`,
    `--${'a'.repeat(125)}key v`,
    'key x="V"',
    'key Abcdef1 V',
    'key provided:V',
    'key abcdefg1 V',
    'key provided:\n',
    'key&next=V',
    '--key\n',
    '--key \n'
  ])('%j is ruled out', (text) => expect(guarded(assign, 'key', text)).toBe(false))

  test('any value may follow an option', () => {
    for (const value of [',v', '<v', ')v', '{v', ';', "'v", '\\v', '-', '%zz']) {
      expect([value, guarded(assign, 'key', `run --key ${value}`)]).toEqual([value, true])
    }
  })

  test('all words of one identifier agree', () => {
    const literals: Literal[] = ['pass', 'word', 'password', 'key'].map((text) => ({ text, guard: assign }))
    expect(scan(literals, 'password_key=V').length).toBe(4)
    expect(scan(literals, 'password_key, password_key = V').map(([, end]) => end)).toEqual([18, 22, 22, 26])
    expect(scan(literals, `password${'_'.repeat(37)}key=V`).map(([literal]) => literal)).toEqual([2, 1, 3])
  })
})

describe('speed', () => {
  const literals: Literal[] = [
    ...['key', 'pass', 'passwd', 'password', 'pw'].map((text) => ({ text, guard: assign })),
    { text: '://', guard: userinfo },
    ...['ghp_', 'sk-', '$2a$'].map((text) => ({ text, guard: run(32, { before: word }) }))
  ]
  const automaton = buildAutomaton(literals)

  test.each([
    'a',
    'key',
    'key ',
    'pw=',
    'pw[',
    'pw\\\\\\\\',
    '"pw",',
    "'pw',\"pw',`pw',",
    '://',
    '://a',
    '://a%4',
    'ghp_',
    'sk-',
    'passwordpasswd',
    'pw%25',
    'pw&amp;',
    '--pw ',
    'pw (a1'
  ])('of %j, eight times as much takes nowhere near 64 times as long', (unit) => {
    const [small, large] = [1 << 17, 1 << 20].map((size) => {
      const bytes = Buffer.alloc(size, unit)
      return () => void automaton.scan(bytes)
    })
    expect(growth(24, small, large)).toBeLessThan(24)
  })
})

test('newlines are counted', () => {
  const automaton = buildAutomaton(plain('ab'))
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(10, 13, 65), { maxLength: 300 }),
      fc.nat(300),
      fc.nat(300),
      (content, a, b) => {
        const bytes = Uint8Array.from(content)
        const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
        expect(automaton.countNewlines(bytes, start, end)).toBe(
          bytes.subarray(start, end).filter((x) => x === 10).length
        )
      }
    )
  )
  expect(automaton.countNewlines(Buffer.alloc(200_001, 'a\n'))).toBe(100_000)
})
