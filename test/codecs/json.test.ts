import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/codecs/json.ts'
import type { Field } from '../../src/model.ts'
import { findWords, locate, rangeOf, rawOf, textOf } from './visitor.ts'

// In these tables HIT stands for a token's literal, KEY for a key word.
const words = ['HIT', 'KEY', '\\u00']

type Row = readonly [role: Field['role'], path: string, key: string | null, raw: string]

function rowsOf(text: string, wants: readonly boolean[] = []): Row[] {
  const payload = Buffer.from(text)
  return locate(jsonCodec, payload, words, wants).fields.map((field) => [
    field.role,
    field.path(),
    field.key === null ? null : textOf(field.key),
    rawOf(field, payload)
  ])
}

describe('what a hit touches', () => {
  test.each<[string, Row[]]>([
    ['{"a":"HIT","b":"x"}', [['value', 'a', null, 'HIT']]],
    ['{"a":"x","b":"aHITb"}', [['value', 'b', null, 'aHITb']]],
    [
      ' { "a" : [ 1 , "HIT" , { "b" : "HIT" } ] } ',
      [
        ['value', 'a.1', null, 'HIT'],
        ['value', 'a.2.b', null, 'HIT']
      ]
    ],
    ['"HIT"', [['value', '', null, 'HIT']]],
    ['["HIT"]', [['value', '0', null, 'HIT']]],
    ['{"HIT":{"a":["x"]}}', [['key', 'HIT', null, 'HIT']]],
    ['{"":"HIT"}', [['value', '', null, 'HIT']]],
    ['{"a":{"":{"b":"HIT"}}}', [['value', 'a..b', null, 'HIT']]],
    [
      '{"a":"HIT","a":"HIT"}',
      [
        ['value', 'a', null, 'HIT'],
        ['value', 'a', null, 'HIT']
      ]
    ],
    ['{"a":{},"b":[],"c":"","d":"HIT"}\r', [['value', 'd', null, 'HIT']]],
    ['{"a":"HIT\\t"}', [['value', 'a', null, 'HIT\\t']]],
    [
      '{"HIT\\t":1}',
      [
        ['key', '*', null, 'HIT\\t'],
        ['bare', '*', 'HIT\t', '1']
      ]
    ]
  ])('%s', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows)
  })
})

describe('what a member name governs', () => {
  test.each<[string, Row[]]>([
    [
      '{"KEY":"x"}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['value', 'KEY', 'KEY', 'x']
      ]
    ],
    [
      '{"aKEYb":"","c":"x"}',
      [
        ['key', 'aKEYb', null, 'aKEYb'],
        ['value', 'aKEYb', 'aKEYb', '']
      ]
    ],
    [
      '{"KEY": -1.5e+3 ,"c":1}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['bare', 'KEY', 'KEY', '-1.5e+3']
      ]
    ],
    [
      '{"KEY":true}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['bare', 'KEY', 'KEY', 'true']
      ]
    ],
    [
      '{"KEY":false}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['bare', 'KEY', 'KEY', 'false']
      ]
    ],
    [
      '{"KEY":null}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['bare', 'KEY', 'KEY', 'null']
      ]
    ],
    [
      '{"KEY":["x",[0,"y"],{"a":"b","value":"z"}]}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['value', 'KEY.0', 'KEY', 'x'],
        ['bare', 'KEY.1.0', 'KEY', '0'],
        ['value', 'KEY.1.1', 'KEY', 'y'],
        ['value', 'KEY.2.value', 'KEY', 'z']
      ]
    ],
    ['{"KEY":{"a":"x","valued":"y"}}', [['key', 'KEY', null, 'KEY']]],
    ...['value', 'val', 'raw', 'text', 'content', 'data', 'stringValue', 'secretString', 'plaintext', '_', 'VALUE'].map(
      (name): [string, Row[]] => [
        `{"KEY":{"a":1,"${name}":["x"]}}`,
        [
          ['key', 'KEY', null, 'KEY'],
          ['value', `KEY.${name}.0`, 'KEY', 'x']
        ]
      ]
    ),
    [
      '{"KEY":{"#text":"x"}}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['value', 'KEY.*', 'KEY', 'x']
      ]
    ],
    [
      '{"KEY":{"value":{"text":{"a":1,"raw":2}}}}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['bare', 'KEY.value.text.raw', 'KEY', '2']
      ]
    ],
    [
      '{"aKEY":{"value":{"bKEY":"x"}}}',
      [
        ['key', 'aKEY', null, 'aKEY'],
        ['key', 'aKEY.value.bKEY', null, 'bKEY'],
        ['value', 'aKEY.value.bKEY', 'bKEY', 'x']
      ]
    ],
    [
      '{"a\\u004bEY\\u0022":"x"}',
      [
        ['key', '*', null, 'a\\u004bEY\\u0022'],
        ['value', '*', 'aKEY"', 'x']
      ]
    ],
    ['{"\\u004b":"x"}', []],
    [
      `{"KEY${'-'.repeat(125)}":"x"}`,
      [
        ['key', '*', null, `KEY${'-'.repeat(125)}`],
        ['value', '*', `KEY${'-'.repeat(125)}`, 'x']
      ]
    ],
    [`{"KEY${'-'.repeat(126)}":"x"}`, [['key', '*', null, `KEY${'-'.repeat(126)}`]]]
  ])('%s', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows)
  })
})

describe('what a sibling names', () => {
  test.each<[string, Row[]]>([
    [
      '{"name":"aKEY","value":"x"}',
      [
        ['value', 'name', null, 'aKEY'],
        ['value', 'value', 'aKEY', 'x']
      ]
    ],
    [
      '{"value":"x","name":"aKEY"}',
      [
        ['value', 'value', 'aKEY', 'x'],
        ['value', 'name', null, 'aKEY']
      ]
    ],
    [
      '{"key":"KEY","value":{"stringValue":"x"}}',
      [
        ['value', 'key', null, 'KEY'],
        ['value', 'value.stringValue', 'KEY', 'x']
      ]
    ],
    [
      '{"method":"aKEY","params":["x",{"y":"z"}]}',
      [
        ['value', 'method', null, 'aKEY'],
        ['value', 'params.0', 'aKEY', 'x']
      ]
    ],
    ['[{"k":1,"Name":"KEY"},{"value":"x"}]', [['value', '0.Name', null, 'KEY']]],
    ['{"name":"a","value":"HIT"}', [['value', 'value', null, 'HIT']]],
    ['{"name":["KEY"],"value":"x"}', [['value', 'name.0', null, 'KEY']]],
    ['{"label":"KEY","value":"x"}', [['value', 'label', null, 'KEY']]],
    ['{"name":"KEY","values":"x"}', [['value', 'name', null, 'KEY']]],
    [
      '{"name":"KEY","value":"HIT"}',
      [
        ['value', 'name', null, 'KEY'],
        ['value', 'value', 'KEY', 'HIT']
      ]
    ],
    [
      '{"content":"x","a":{"name":"KEY2","val":1},"FIELD":"KEY1","default":[true]}',
      [
        ['value', 'content', 'KEY1', 'x'],
        ['value', 'a.name', null, 'KEY2'],
        ['bare', 'a.val', 'KEY2', '1'],
        ['value', 'FIELD', null, 'KEY1'],
        ['bare', 'default.0', 'KEY1', 'true']
      ]
    ],
    [
      '{"val":"x","name":"K\\u0045Y"}',
      [
        ['value', 'val', 'KEY', 'x'],
        ['value', 'name', null, 'K\\u0045Y']
      ]
    ],
    ...['key', 'name', 'field', 'header', 'param', 'variable', 'attribute', 'Key'].map((name): [string, Row[]] => [
      `{"${name}":"KEY","Value":"x"}`,
      [
        ['value', name, null, 'KEY'],
        ['value', 'Value', 'KEY', 'x']
      ]
    ])
  ])('%s', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows)
  })
})

describe('what an element names', () => {
  test.each<[string, Row[]]>([
    // options
    [
      '["run","--KEY","x","y"]',
      [
        ['value', '1', null, '--KEY'],
        ['value', '2', '--KEY', 'x']
      ]
    ],
    [
      '["-KEY",12]',
      [
        ['value', '0', null, '-KEY'],
        ['bare', '1', '-KEY', '12']
      ]
    ],
    [
      '["--KEY",["x"]]',
      [
        ['value', '0', null, '--KEY'],
        ['value', '1.0', '--KEY', 'x']
      ]
    ],
    ['["--KEY","--other","x"]', [['value', '0', null, '--KEY']]],
    ['["--KEY=1","x","y"]', [['value', '0', null, '--KEY=1']]],
    ['["--KEY"]', [['value', '0', null, '--KEY']]],
    ['["KEY","x","y"]', [['value', '0', null, 'KEY']]],
    // pairs
    [
      '["KEY","Bearer x"]',
      [
        ['value', '0', null, 'KEY'],
        ['value', '1', 'KEY', 'Bearer x']
      ]
    ],
    [
      '["X-KEY: a/b","-x"]',
      [
        ['value', '0', null, 'X-KEY: a/b'],
        ['value', '1', 'X-KEY: a/b', '-x']
      ]
    ],
    [
      '[["a","b"],["KEY","x"]]',
      [
        ['value', '1.0', null, 'KEY'],
        ['value', '1.1', 'KEY', 'x']
      ]
    ],
    ['["KEY!","x"]', [['value', '0', null, 'KEY!']]],
    ['["KEY",1]', [['value', '0', null, 'KEY']]],
    ['["x","KEY"]', [['value', '1', null, 'KEY']]],
    [`["KEY${'-'.repeat(126)}","x"]`, [['value', '0', null, `KEY${'-'.repeat(126)}`]]],
    // header lists
    ...['rawHeaders', 'raw_headers', 'headers', 'Headers', 'requestHeaders'].map((name): [string, Row[]] => [
      `{"${name}":["Host","h","X-KEY","x","KEY","y"]}`,
      [
        ['value', `${name}.2`, null, 'X-KEY'],
        ['value', `${name}.3`, 'X-KEY', 'x'],
        ['value', `${name}.4`, null, 'KEY'],
        ['value', `${name}.5`, 'KEY', 'y']
      ]
    ]),
    ['{"headers":["Vary","KEY","Host","h"]}', [['value', 'headers.1', null, 'KEY']]],
    ['{"headers":["a KEY","x","b","c"]}', [['value', 'headers.0', null, 'a KEY']]],
    ['{"header":["KEY","x","b","c"]}', [['value', 'header.0', null, 'KEY']]]
  ])('%s', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows)
  })

  test('its own name comes before that of the list, which governs as well', () => {
    expect(rowsOf('{"aKEY":["--bKEY","x","y"]}')).toEqual([
      ['key', 'aKEY', null, 'aKEY'],
      ['value', 'aKEY.0', 'aKEY', '--bKEY'],
      ['value', 'aKEY.1', '--bKEY', 'x'],
      ['value', 'aKEY.1', 'aKEY', 'x'],
      ['value', 'aKEY.2', 'aKEY', 'y']
    ])
  })
})

describe('JSON in strings', () => {
  const nest = (document: unknown, times: number): string => {
    let text = JSON.stringify(document)
    for (let i = 0; i < times; i++) text = JSON.stringify({ n: text })
    return text
  }
  const escaped = (text: string, times: number): string => {
    let raw = text
    for (let i = 0; i < times; i++) raw = JSON.stringify(raw).slice(1, -1)
    return raw
  }

  test.each([1, 2, 3, 4])('its fields are visited in place of the string, %i deep', (times) => {
    const payload = Buffer.from(nest({ a: 'x"HIT', KEY: [7], b: 'y' }, times))
    const { fields } = locate(jsonCodec, payload, words)
    const path = 'n.'.repeat(times)
    const quote = `${'\\'.repeat(2 ** times - 1)}"`
    expect(
      fields.map((field) => [field.role, field.path(), textOf(field), rawOf(field, payload), field.quote, field.depth])
    ).toEqual([
      ['value', `${path}a`, 'x"HIT', escaped('x"HIT', times + 1), '', times],
      ['key', `${path}KEY`, 'KEY', 'KEY', '', times],
      ['bare', `${path}KEY.0`, '7', '7', quote, times]
    ])
    expect(fields[2].key?.origin?.length).toBe(4)
  })

  test('a fifth is a string', () => {
    const payload = Buffer.from(nest({ a: 'x"HIT' }, 5))
    const { fields } = locate(jsonCodec, payload, words)
    expect(fields.map((field) => [field.role, field.path(), textOf(field), field.quote, field.depth])).toEqual([
      ['value', 'n.n.n.n.n', '{"a":"x\\"HIT"}', '', 4]
    ])
    expect(rawOf(fields[0], payload)).toBe(escaped('{"a":"x\\"HIT"}', 5))
  })

  test.each<[string, Row[]]>([
    ['{"a":"[\\"HIT\\"]"}', [['value', 'a.0', null, 'HIT']]],
    ['{"a":" \\n{\\"b\\":\\"HIT\\"}\\t"}', [['value', 'a.b', null, 'HIT']]],
    [
      '{"KEY":"[1, 22]"}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['bare', 'KEY.0', 'KEY', '1'],
        ['bare', 'KEY.1', 'KEY', '22']
      ]
    ],
    [
      '{"KEY":"{\\"value\\":\\"x\\",\\"b\\":\\"y\\"}"}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['value', 'KEY.value', 'KEY', 'x']
      ]
    ],
    [
      '{"KEY":"{x}"}',
      [
        ['key', 'KEY', null, 'KEY'],
        ['value', 'KEY', 'KEY', '{x}']
      ]
    ],
    ['{"a":"{\\"b\\":\\"HIT\\"} "}', [['value', 'a.b', null, 'HIT']]],
    ['{"a":"at {\\"b\\":\\"HIT\\"}"}', [['value', 'a', null, 'at {\\"b\\":\\"HIT\\"}']]],
    ['{"a":"{\\"b\\":\\"HIT\\"}\\n{}"}', [['value', 'a', null, '{\\"b\\":\\"HIT\\"}\\n{}']]],
    ['{"a":"{\\"b\\":\\"HIT\\"]"}', [['value', 'a', null, '{\\"b\\":\\"HIT\\"]']]],
    ['{"a":"\\"HIT\\""}', [['value', 'a', null, '\\"HIT\\"']]],
    [
      '"{\\"KEY\\":\\"x\\\\ty\\"}"',
      [
        ['key', 'KEY', null, 'KEY'],
        ['value', 'KEY', 'KEY', 'x\\\\ty']
      ]
    ],
    [
      '{"a":"{\\"name\\":\\"KEY\\",\\"value\\":\\"x\\"}"}',
      [
        ['value', 'a.name', null, 'KEY'],
        ['value', 'a.value', 'KEY', 'x']
      ]
    ]
  ])('%s', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows)
  })
})

describe('views', () => {
  test('without escapes a field is the payload itself', () => {
    const payload = Buffer.from('{}\n{"aKEY":12,"b":"HITHIT"}\r\n')
    const { fields, scans } = locate(jsonCodec, payload, words)
    const path = expect.any(Function)
    const hits = findWords(words, payload)
    const view = { bytes: payload, origin: null, enclosing: null, depth: 0, hits }
    const name = { ...view, start: 5, end: 9, from: 0, to: 1 }
    const record = { record: expect.any(Function), recordStart: 3, recordEnd: 27, path }
    expect(fields).toEqual([
      { ...name, role: 'key', key: null, quote: '', ...record },
      { ...view, start: 11, end: 13, from: 1, to: 1, role: 'bare', key: name, quote: '"', ...record },
      { ...view, start: 19, end: 25, from: 1, to: 3, role: 'value', key: null, quote: '', ...record }
    ])
    expect(fields.map(({ record }) => record())).toEqual([1, 1, 1])
    expect(scans).toBe(0)
  })

  test('with escapes it is decoded and scanned anew, and each byte knows its place', () => {
    const payload = Buffer.from(
      String.raw`{"a":"\"\\\/\b\f\n\r\t\u0048IT\u00e9\u20ac\ud83d\ude00\ud83d\u0041\ude00é."}`
    )
    const { fields, scans } = locate(jsonCodec, payload, words)
    expect(scans).toBe(1)
    expect(fields.map(textOf)).toEqual(['"\\/\b\f\n\r\tHITé€😀\ufffdA\ufffdé.'])
    const [field] = fields
    const expected = [
      6, 8, 10, 12, 14, 16, 18, 20, 22, 28, 29, 30, 30, 36, 36, 36, 42, 42, 42, 42, 54, 54, 54, 60, 66, 66, 66, 72, 73,
      74, 75
    ]
    expect([...(field.origin ?? [])]).toEqual(expected)
    expect([field.from, field.to, [...field.hits.pairs]]).toEqual([0, 1, [0, field.start + 11]])
    expect([field.depth, field.enclosing, rangeOf(field)]).toEqual([0, null, [6, 75]])
  })

  test('hits behind a decoded name are none of its own', () => {
    const payload = Buffer.from('{"HIT\\t":"x"}')
    const { fields } = locate(jsonCodec, payload, ['HIT', '0', '":'])
    expect(fields.map(({ role, start, end, from, to, hits }) => [role, start, end, from, to, hits.count])).toEqual([
      ['key', 0, 4, 0, 1, 3],
      ['value', 10, 11, 2, 2, 2]
    ])
  })

  test('nothing is decoded that no hit touches', () => {
    expect(locate(jsonCodec, Buffer.from('{"a\\n":"b\\n","c":["HIT"],"d":"\\n"}'), words).scans).toBe(0)
  })
})

describe('what is no JSON is text', () => {
  test.each([
    'HIT',
    '{"a":"HIT"',
    '{"a":"HIT"}}',
    '{"a":"HIT"} {}',
    '{"a":"HIT",}',
    '{"a":"HIT" "b":1}',
    "{'a':'HIT'}",
    '{a:"HIT"}',
    '{"a" "HIT"}',
    '{"a":}HIT',
    '{:"HIT"}',
    '["HIT",]',
    '["HIT"',
    '["HIT"}',
    '[,"HIT"]',
    '["HIT\t"]',
    '["HIT\0"]',
    '["HIT\\x"]',
    '["HIT\\u12"]',
    '["HIT\\u12g4"]',
    '["HIT\\',
    '["HIT\\"]',
    '["HIT',
    '["HIT",01]',
    '["HIT",1.]',
    '["HIT",.5]',
    '["HIT",-]',
    '["HIT",+1]',
    '["HIT",1e]',
    '["HIT",1e+]',
    '["HIT",tru]',
    '["HIT",nul',
    '["HIT",True]',
    '["HIT",NaN]',
    '["HIT",1 2]',
    '\ufeff{"a":"HIT"}',
    '# {"a":"HIT"}'
  ])('%j', (text) => {
    expect(() => JSON.parse(text)).toThrow()
    expect(rowsOf(text)).toEqual([['text', '', null, text]])
  })

  test.each([
    '["HIT",0,-0,10,-1.50,1e5,1E-5,0.1e+10,true,false,null,"",{},[],[[]],{"a":{}}]',
    ' "HIT" ',
    '["HIT\\u00FF\x7f"]'
  ])('%j is', (text) => {
    JSON.parse(text)
    expect(rowsOf(text).map(([role]) => role)).toEqual(['value'])
  })

  test('nothing was handed over before it turned out', () => {
    expect(rowsOf('{"a":"HIT","KEY":1}{')).toEqual([['text', '', null, '{"a":"HIT","KEY":1}{']])
  })

  test('each record on its own', () => {
    expect(rowsOf('{"a":"HIT"}\n{"a":"HIT"\n["HIT"]\nHIT')).toEqual([
      ['value', 'a', null, 'HIT'],
      ['text', '', null, '{"a":"HIT"'],
      ['value', '0', null, 'HIT'],
      ['text', '', null, 'HIT']
    ])
  })

  test('invalid UTF-8 in a string is no matter', () => {
    const payload = Buffer.from('{"a":"\xffHIT\xc3"}', 'latin1')
    const { fields } = locate(jsonCodec, payload, words)
    expect(fields.map((field) => [field.role, ...rangeOf(field)])).toEqual([['value', 6, 11]])
  })
})

describe('depth', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}"HIT"${']'.repeat(levels)}`

  test('256 containers are walked, more are text', () => {
    expect(rowsOf(deep(256)).map(([role, , , raw]) => [role, raw])).toEqual([['value', 'HIT']])
    expect(rowsOf(deep(257))).toEqual([['text', '', null, deep(257)]])
  })

  test.each([10_000, 300_000])('%i levels do not crash', (levels) => {
    expect(rowsOf(deep(levels))).toEqual([['text', '', null, deep(levels)]])
    expect(rowsOf(`${'{"a":'.repeat(levels)}"HIT"`)).toEqual([['text', '', null, `${'{"a":'.repeat(levels)}"HIT"`]])
  })

  test('documents in strings count on', () => {
    expect(rowsOf(JSON.stringify({ a: deep(255) })).map(([role, , , raw]) => [role, raw])).toEqual([['value', 'HIT']])
    expect(rowsOf(JSON.stringify({ a: deep(256) })).map(([role, path]) => [role, path])).toEqual([['value', 'a']])
  })
})

describe('paths', () => {
  const pathOf = (text: string) => rowsOf(text).map(([, path]) => path)
  const long = 'n'.repeat(64)

  test.each<[string, string[]]>([
    ['{"a_b":{"$c.d":{"e-f":{"@g/h i:j":{"0":"HIT"}}}}}', ['a_b.$c.d.e-f.@g/h i:j.0']],
    [`{"${long}":"HIT"}`, [long]],
    [`{"${long}n":"HIT"}`, ['*']],
    ['{"ä":{"a\\nb":{"a,b":"HIT"}}}', ['*.*.*']],
    // names with a hit: words stay, what could be a token or hold one does not
    ['{"db_KEY_in.use-2":{"b":"HIT"}}', ['db_KEY_in.use-2', 'db_KEY_in.use-2.b']],
    [`{"KEY${'x'.repeat(15)}":{"b":"HIT"}}`, [`KEY${'x'.repeat(15)}`, `KEY${'x'.repeat(15)}.b`]],
    [`{"KEY${'x'.repeat(16)}":{"b":"HIT"}}`, ['*', '*.b']],
    ['{"KEY123":[]}', ['KEY123']],
    ['{"KEY1234":[]}', ['*']],
    ['{"KEY x":[],"KEY:x":[],"KEY@x":[],"KEY/x":[],"KEY=x":[]}', ['*', '*', '*', '*', '*']]
  ])('%s', (text, paths) => {
    expect(pathOf(text)).toEqual(paths)
  })

  test('do not grow without end', () => {
    const names = Array.from({ length: 6 }, (_, i) => `${long.slice(1)}${i}`)
    const text = names.reduceRight((inner, name) => `{"${name}":${inner}}`, '{"a":"HIT","b":["HIT"]}')
    expect(pathOf(text)).toEqual([`*.${names[4]}.${names[5]}.a`, `*.${names[4]}.${names[5]}.b.0`])
  })

  test('can be asked for at any time, without their field', () => {
    const paths = locate(jsonCodec, Buffer.from('{"a":["HIT",{"b":"HIT"}]}\n["HIT"]'), words).fields.map(
      ({ path }) => path
    )
    expect(paths.reverse().map((path) => path())).toEqual(['0', 'a.1.b', 'a.0'])
  })
})

test('a wanted record: all its strings are visited, also decoded ones, but no names', () => {
  const text = '{"a":"HIT"}\n{"b":"x","c":["y\\n",1,{"d":"[\\"z\\"]"}],"e":null}\n{"f":"x"}'
  expect(rowsOf(text, [false, true, false])).toEqual([
    ['value', 'a', null, 'HIT'],
    ['value', 'b', null, 'x'],
    ['value', 'c.0', null, 'y\\n'],
    ['value', 'c.2.d.0', null, 'z']
  ])
})

test('a visitor that throws does no harm to the next call', () => {
  const payload = Buffer.from('{"a":"{\\"b\\":\\"HIT\\"}"}')
  const stop = () => {
    throw new RangeError('stop')
  }
  const scan = (bytes: Uint8Array, start: number, end: number) => findWords(words, bytes, start, end)
  const visitor = { field: stop, scan, wantsNext: () => false, withhold: stop }
  expect(() => jsonCodec.locate(payload, findWords(words, payload), visitor)).toThrow('stop')
  expect(rowsOf('{"a":"HIT"}')).toEqual([['value', 'a', null, 'HIT']])
})
