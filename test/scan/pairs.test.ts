import { describe, expect, test } from 'vitest'
import { readChanged, readElements, readPair } from '../../src/scan/keyed/pairs.ts'

/** The pair around the first `password` in a line; its value is put into « ». */
function pairIn(line: string): { value: string; key: string; bond: string; quoted: boolean; compound: boolean } | null {
  const bytes = Buffer.from(line)
  const hit = Buffer.byteLength(line.slice(0, line.toLowerCase().indexOf('password')))
  const pair = readPair(bytes, 0, bytes.length, hit, hit + 8, { from: 0, to: 0 })
  if (pair === null) return null
  const { keyStart, keyEnd, valueStart, valueEnd, bond, quoted, compound } = pair
  return {
    value: `${bytes.subarray(0, valueStart)}«${bytes.subarray(valueStart, valueEnd)}»${bytes.subarray(valueEnd)}`,
    key: bytes.subarray(keyStart, keyEnd).toString(),
    bond,
    quoted,
    compound
  }
}

function valueIn(line: string): string | null {
  return pairIn(line.replace(/[«»]/g, ''))?.value ?? null
}

/** One line each; « » stand around what the grammar assigns. */
const grammars: Record<string, string> = {
  JSON: String.raw`
{"user":"bob","password":"«hunter2»","port":1}
{"password" : "«hunter2»"}
{"password":«12345678»,"port":1}
{"password":«12345678»}
[{"password":«12345678»}]
{"password":["«hunter2»","x"]}
{"password":"«hun\"ter2»","port":1}
{"password":"«hunter2\\»","port":1}
{"password":"«a b, c: d = e»","port":1}
{"password":«null»}
{"name":"password","value":"«hunter2»"}
{"key": "password", "val": "«hunter2»"}
{"password": "«hunter2»`,
  logfmt: String.raw`
level=info password=«hunter2» ok=true
level=info password="«hunt er2»" ok=true
level=info password='«hunter2»'
level=info password="«hun\"ter2»" ok=true
password=«hun^%ter$» ok=true
password=«a=b» ok=true`,
  'environment and shell': `
export DB_PASSWORD=«hunter2»
DB_PASSWORD="«hunter2»"
DB_PASSWORD='«hunter2»' ./run
PASSWORD=«hunter2»; ./run
env PASSWORD=«hunter2»`,
  'YAML and properties': `
password: «hunter2»
password: "«hunter2»"
password: '«hunter2»'
password:    «hunter2»
  - password: «hunter2» # comment
spring.datasource.password=«hunter2»
spring.datasource.password : «hunter2»`,
  'Python, Ruby, PHP, Go, Java and Rust values': `
{'user': 'bob', 'password': '«hunter2»'}
{'password': b'«hunter2»'}
{'password': u'«hunter2»', 'x': 1}
{:user=>"bob", :password=>"«hunter2»", :x=>1}
{user: "bob", password: "«hunter2»"}
#<User id: 1, password: "«hunter2»", name: "b">
User(name='bob', password='«hunter2»', age=3)
User(name=bob, password=«hunter2», age=3)
User(name=bob, password=«hunter2»)
User{name='bob', password='«hunter2»'}
User[name=bob, password=«hunter2»]
{user=bob, password=«hunter2»}
{user=bob, password=«hunter2», x=1}
map[password:«hunter2» user:bob]
map[password:[«hunter2»] user:[bob]]
{user=[bob], password=[«hunter2»]}
{password=[«hunter2», other], user=[bob]}
map[string]string{"password":"«hunter2»", "user":"bob"}
&{User:bob Password:«hunter2» Port:1}
{User:bob Password:«hunter2»}
Config { password: "«hunter2»", user: "bob" }
[password] => «hunter2»
'password' => '«hunter2»',
[('user', 'bob'), ('password', '«hunter2»')]
password = """«hunter2»"""`,
  'calls, types and wide signs': `
setPassword("«hunter2»")
builder.withPassword('«hunter2»')
password.equals("«hunter2»")
std::string password{"«hunter2»"};
String password = new String("«hunter2»");
password: !!str «hunter2»
Incorrect password provided: «hunter2»
password：«hunter2»
password ＝ «hunter2»`,
  'command lines': `
mysqldump --password «hunter2» --all
mysqldump --password=«hunter2» --all
mysqldump -password «hunter2»
mysqldump --password "«hunter2»" --all
java -Dspring.datasource.password=«hunter2» -jar a.jar
run --db-password «hunter2» --user bob`,
  'query strings and forms': `
GET /?password=«hunter2»&state=1 HTTP/1.1
GET /?state=1&password=«hunter2» HTTP/1.1
user=bob&password=«hunter2»&state=1
user=bob&password=«hunter2»
user[password]=«hunter2»&x=1
password[0]=«hunter2»&x=1
password=«hunter%202»&x=1
curl -d 'password=«hunter2»&user=bob' http://x`,
  headers: `
X-Password: «hunter2»
X-Password:«hunter2»
> x-password: «hunter2»`,
  XML: `
<password>«hunter2»</password>
<x><password>«hunter2»</password><user>bob</user></x>
<user password="«hunter2»" x="1"/>
<ns:password>«hunter2»</ns:password>`,
  'XML, where an attribute or a sibling names the value': `
<password type="string">«hunter2»</password>
<password xsi:type="xsd:string">«hunter2»</password>
<add key="password" value="«hunter2»"/>
<x name='password' value='«hunter2»'>
<name>password</name><value>«hunter2»</value>
<password><![CDATA[«hunter2»]]></password>`,
  assignments: `
password := "«hunter2»"
password ?= «hunter2»
password => '«hunter2»'
password -> «hunter2»
password += «hunter2»
password==«hunter2»
password!= «hunter2»
password::«hunter2»
$password = '«hunter2»';
config['password'] = '«hunter2»'
config["password"]='«hunter2»'
config.password = "«hunter2»"
self.password="«hunter2»";
password=@"«hunter2»"
password=r'«hunter2»'
password=("«hunter2»")`,
  'typed assignments': `
const password: string = "«hunter2»"
password: str = '«hunter2»'
var password string = "«hunter2»"`,
  'wrapped values': `
Config { password: Some("«hunter2»"), user: "bob" }
Config { password: Secret("«hunter2»") }`,
  tuples: `
("password", "«hunter2»")
["password", "«hunter2»"]
('password', '«hunter2»'), ('x', 1)`,
  SQL: `
UPDATE users SET password='«hunter2»' WHERE id=1
UPDATE users SET password = '«hunter2»', name='b' WHERE id=1
ALTER USER bob WITH PASSWORD '«hunter2»';
SELECT * FROM users WHERE user = 'bob' AND password = '«hunter2»'`,
  'connection strings': `
Server=db;User Id=sa;Password=«hunter2»;Encrypt=true
Server=db;Password="«hun;ter2»";Encrypt=true
Password=«hunter2»;
host=db password=«hunter2» user=bob`,
  'lists and sentences': String.raw`
password=«hunter2»,user=bob
password=«hunter2», user=bob
password=«hunter2»,"user"
password=«hunter2»|user=bob
CEF:0|password=«hunter2»|user=bob
password=«hunter2».
the pair (password=«hunter2»).
"password=«hunter2»"
'password=«hunter2»'
password=«hunter2»<br>
password=«hunter2»\n next
password=«hunter2»\" ok
password «hunter2» ok
password "«hunter2»"
password is «hunter2»
password of «hunter2»
password for user bob is «hunter2»
password of bob: «hunter2»`,
  Markdown: `
**password:** «hunter2»
**password**: «hunter2»
**password**: \`«hunter2»\`
| password | «hunter2» |`,
  'characters that passwords have': `
password=«hun,ter2» ok
password=«hun;ter2»
password=«hun&ter2»
password=«hun|ter2» ok
password=«hun:ter@2/x» ok
password=«(hunter2)»
password=«[hunter2»
password=«hunter]2»
password=«гунтер2»
password=«#hunter2»
password=«-hunter2»`
}

describe.each(Object.entries(grammars))('%s', (_name, lines) => {
  test.each(lines.trim().split('\n'))('%s', (line) => {
    expect(valueIn(line)).toBe(line)
  })
})

test.each([
  'password',
  'password=',
  'password= ',
  'password:',
  'password=""',
  "password: ''",
  'password=\tuser',
  'password -v',
  'password, other',
  'a "new password" other=1',
  'passwords, tokens',
  'password; user=bob',
  'password= user=bob',
  'password= user="bob smith"',
  'password user=bob',
  'password user:bob',
  '{"field":"password","message":"is too short"}',
  '`password`, `x`',
  'password/reset',
  'password\nhunter2',
  'password:\nhunter2'
])('%j assigns nothing', (line) => {
  const value = valueIn(line)
  // A tab is white space like any other.
  expect(value).toBe(line === 'password=\tuser' ? 'password=\t«user»' : null)
})

describe('the next pair', () => {
  const separators = [' ', ', ', ',', '&', '; ', ';', '|', '\t', '\n']
  const next = ['user=bob', 'user: bob', 'user="bob"', "'user': 'bob'", 'a.b_c-d=1', 'token=abc']
  const values = ['hunter2', '12345678', 'a=b', 'x^%y$', 'true']

  test.each(separators)('behind %j is no part of the value', (separator) => {
    const wrong = next
      .filter((pair) => separator !== ';' || !pair.includes(': '))
      .flatMap((pair) => values.map((value) => `password=«${value}»${separator}${pair}`))
      .filter((line) => valueIn(line) !== line)
    expect(wrong).toEqual([])
  })

  test('behind an empty value is none either', () => {
    expect(
      ['password= user=bob', 'password=&user=bob', 'password=,user=bob', 'password=;user=bob'].map(valueIn)
    ).toEqual([null, null, null, null])
  })
})

describe('what else the pair says', () => {
  test.each([
    ['password=x1', 'password', 'assigned', false, false],
    ['password="x1"', 'password', 'assigned', true, false],
    ['password: x1', 'password', 'colon', false, false],
    ['password:x1', 'password', 'assigned', false, false],
    ['"password": x1', 'password', 'assigned', false, false],
    ['password: "x1"', 'password', 'assigned', true, false],
    ['password "x1"', 'password', 'quoted', true, false],
    ['("password", "x", "y")', 'password', 'quoted', true, false],
    ['["user","password","x"]', 'password', 'quoted', true, false],
    ['("password", "x")', 'password', 'assigned', true, false],
    ['password x1', 'password', 'loose', false, false],
    ['password is x1', 'password', 'loose', false, false],
    ['password|x1', 'password', 'loose', false, false],
    ['--password x1', '--password', 'assigned', false, false],
    ['acme_password=x1', 'acme_password', 'assigned', false, true],
    ['acmePassword=x1', 'acmePassword', 'assigned', false, false],
    ['_password=x1', '_password', 'assigned', false, false],
    ['a.b-password.c=x1', 'a.b-password.c', 'assigned', false, false],
    ['@password=x1', '@password', 'assigned', false, false],
    ['$password$=x1', '$password$', 'assigned', false, false],
    ['user.password-> x1', 'user.password', 'assigned', false, false],
    ['contraseña_password=x1', 'contraseña_password', 'assigned', false, true]
  ])('%s: key %s, %s, quoted %s, compound %s', (line, key, bond, quoted, compound) => {
    const { value: _, ...rest } = pairIn(line) ?? { value: '' }
    expect(rest).toEqual({ key, bond, quoted, compound })
  })

  test('nothing outside the text is read', () => {
    const bytes = Buffer.from('pass=x password=hunter2 y')
    const memo = { from: 0, to: 0 }
    expect(readPair(bytes, 11, 20, 11, 15, memo)).toEqual({
      keyStart: 11,
      keyEnd: 15,
      valueStart: 16,
      valueEnd: 20,
      quoted: false,
      bond: 'assigned',
      compound: false
    })
  })
})

describe('limits', () => {
  test('a key has 64 bytes on either side of its word', () => {
    const pair = pairIn(`${'k'.repeat(100)}password${'k'.repeat(100)}=x1`)
    expect(pair).toBe(null)
    expect(pairIn(`${'k'.repeat(100)}password${'k'.repeat(64)}=x1`)?.key).toBe(
      `${'k'.repeat(64)}password${'k'.repeat(64)}`
    )
  })

  test('a gap has 24 bytes', () => {
    expect(valueIn(`password${' '.repeat(22)}= x1`)).toBe(`password${' '.repeat(22)}= «x1»`)
    expect(valueIn(`password${' '.repeat(30)}= x1`)).toBe(null)
  })

  test('a quoted value that is longer than 8 KiB ends like a bare one', () => {
    const long = 'x'.repeat(8192)
    expect(valueIn(`password="${long.slice(1)}" y`)).toBe(`password="«${long.slice(1)}»" y`)
    expect(valueIn(`password="${long}y z" y`)).toBe(`password="«${long}y» z" y`)
  })

  test('a bare value may have any length', () => {
    const long = 'x1'.repeat(50_000)
    expect(valueIn(`password=${long} y`)).toBe(`password=«${long}» y`)
  })

  test('many keys in one run read it once', () => {
    const line = 'password='.repeat(20_000)
    const bytes = Buffer.from(line)
    const memo = { from: 0, to: 0 }
    let sum = 0
    for (let at = 0; at < bytes.length; at += 9) {
      const pair = readPair(bytes, 0, bytes.length, at, at + 8, memo)
      sum += pair === null ? 0 : pair.valueEnd
    }
    expect(sum).toBe(bytes.length * 19_999)
  })
})

test.each([
  'password: |\n  «hunter2»\nuser: bob',
  'password: >-\n    «hunter2»\n',
  'password: |2+\r\n  «hunter2»',
  'password: «|-»'
])('a block scalar of YAML: %j', (text) => expect(valueIn(text)).toBe(text))

test('an empty block scalar does not take the next line', () => expect(valueIn('password: |\nuser: bob')).toBe(null))

describe('what a value was changed to', () => {
  function changedIn(line: string): string | null {
    const bytes = Buffer.from(line)
    const hit = line.indexOf('password')
    const memo = { from: 0, to: 0 }
    const pair = readPair(bytes, 0, bytes.length, hit, hit + 8, memo)
    const changed = pair === null ? null : readChanged(bytes, pair, bytes.length, memo)
    return changed === null ? null : bytes.subarray(changed.valueStart, changed.valueEnd).toString()
  }

  test.each([
    ['  ~ password = "hunter2" -> "hunter3"', 'hunter3'],
    ['password: "hunter2" => "hunter3", x', 'hunter3'],
    ['password = null -> "hunter3"', 'hunter3'],
    ['password = "hunter2" -> null', null],
    ['password = "hunter2" -> ""', null],
    ['password = "hunter2" - "hunter3"', null],
    ['password = "hunter2" ->', null]
  ])('%s', (line, value) => expect(changedIn(line)).toBe(value))
})

describe('elements of a list behind the first', () => {
  function elementsOf(line: string): string[] {
    const bytes = Buffer.from(line)
    const hit = line.indexOf('password')
    const memo = { from: 0, to: 0 }
    const pair = readPair(bytes, 0, bytes.length, hit, hit + 8, memo)
    return (pair === null ? [] : readElements(bytes, pair, bytes.length, memo)).map(({ valueStart, valueEnd }) =>
      bytes.subarray(valueStart, valueEnd).toString()
    )
  }

  test.each<[string, string[]]>([
    ['INFO {"passwords":["a1","b2","c3"],"user":"d4"}', ['b2', 'c3']],
    ["passwords=['a1', 'b2']", ['b2']],
    ['passwords: ["a1"], "b2"', []],
    ['{"password":"a1","user":"b2"}', []],
    ['("password", "a1"), "b2"', []],
    ['passwords: ["a1", b2', []],
    ['passwords: ["a1", "b2', []],
    [`passwords: [${'"a1",'.repeat(40)}"a1"]`, Array(32).fill('a1')]
  ])('%s', (line, values) => expect(elementsOf(line)).toEqual(values))
})
