import { LogveilError } from '../errors.ts'

/** A block of a configuration of Grafana Alloy: `name "label" { attribute = value, blocks }`. */
export interface AlloyBlock {
  readonly name: string
  readonly label: string | null
  /** Text, numbers, booleans, null, arrays and objects as they are; all else as an `AlloyExpression`. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly blocks: readonly AlloyBlock[]
}

/** What is computed only when Alloy runs: `loki.write.default.receiver`, `sys.env("X")`. */
export interface AlloyExpression {
  readonly expression: string
}

/** The blocks of a file, by the syntax of https://grafana.com/docs/alloy/latest/get-started/syntax/. Throws `CONFIG_INVALID` with the line. */
export function parseAlloy(text: string): readonly AlloyBlock[] {
  const reader: Reader = { text, at: 0 }
  return readBody(reader, true).blocks
}

interface Reader {
  readonly text: string
  at: number
}

function readBody(reader: Reader, isTop: boolean): Pick<AlloyBlock, 'attributes' | 'blocks'> {
  const attributes: Record<string, unknown> = {}
  const blocks: AlloyBlock[] = []
  for (;;) {
    skipSpace(reader, true)
    if (reader.at === reader.text.length && isTop) return { attributes, blocks }
    if (!isTop && take(reader, '}')) return { attributes, blocks }
    const name = match(reader, /[A-Za-z_][\w.]*/y) ?? fail(reader, 'a name')
    skipSpace(reader, false)
    if (take(reader, '=')) {
      skipSpace(reader, true)
      attributes[name] = readValue(reader)
      continue
    }
    const label = reader.text[reader.at] === '"' ? readText(reader) : null
    skipSpace(reader, false)
    if (!take(reader, '{')) fail(reader, '= or {')
    blocks.push({ name, label, ...readBody(reader, false) })
  }
}

function readValue(reader: Reader): unknown {
  const from = reader.at
  const value = readLiteral(reader)
  const literalEnd = reader.at
  // What goes on (`a + b`, `f(x).y`) is for Alloy to compute.
  for (;;) {
    skipSpace(reader, false)
    if (take(reader, '(')) readList(reader, ')')
    else if (match(reader, /\.[A-Za-z_]\w*/y) === null) {
      if (take(reader, '[')) readList(reader, ']')
      else if (match(reader, /[-+*%^]|\/(?![/*])|[=!<>]=|[<>]|&&|\|\|/y) === null) break
      else {
        skipSpace(reader, true)
        readLiteral(reader)
      }
    }
  }
  const isLiteral = reader.text.slice(literalEnd, reader.at).trim() === ''
  return isLiteral ? value : { expression: reader.text.slice(from, reader.at).trim() }
}

function readLiteral(reader: Reader): unknown {
  const next = reader.text[reader.at]
  if (next === '"') return readText(reader)
  if (next === '`') return (match(reader, /`[^`]*`/y) ?? fail(reader, 'the end of a raw string')).slice(1, -1)
  if (take(reader, '[')) return readList(reader, ']')
  if (take(reader, '{')) return readObject(reader)
  if (take(reader, '(')) return readList(reader, ')')[0]
  if (take(reader, '!')) return !readLiteral(reader)
  if (take(reader, '-')) return -Number(readLiteral(reader))
  const number = match(reader, /\d[\d.eE]*/y)
  if (number !== null) return Number(number)
  const name = match(reader, /[A-Za-z_]\w*/y) ?? fail(reader, 'a value')
  const known: Record<string, unknown> = { true: true, false: false, null: null }
  return Object.hasOwn(known, name) ? known[name] : { expression: name + (match(reader, /(?:\.[A-Za-z_]\w*)+/y) ?? '') }
}

function readList(reader: Reader, end: string): unknown[] {
  const list: unknown[] = []
  for (;;) {
    skipSpace(reader, true)
    if (take(reader, end)) return list
    list.push(readValue(reader))
    skipSpace(reader, true)
    if (!take(reader, ',') && reader.text[reader.at] !== end) fail(reader, `, or ${end}`)
  }
}

function readObject(reader: Reader): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (;;) {
    skipSpace(reader, true)
    if (take(reader, '}')) return members
    const name = reader.text[reader.at] === '"' ? readText(reader) : match(reader, /[A-Za-z_]\w*/y)
    skipSpace(reader, false)
    if (name === null || !take(reader, '=')) fail(reader, 'a member')
    skipSpace(reader, true)
    members[String(name)] = readValue(reader)
    skipSpace(reader, true)
    if (!take(reader, ',') && reader.text[reader.at] !== '}') fail(reader, ', or }')
  }
}

/** Escapes are those of Go. */
function readText(reader: Reader): string {
  const quoted = match(reader, /"(?:[^"\\\n]|\\.)*"/y) ?? fail(reader, 'the end of a string')
  const simple: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
  return quoted
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, x, u, long, char) =>
      char === undefined ? String.fromCodePoint(Number.parseInt(x ?? u ?? long, 16)) : (simple[char] ?? char)
    )
}

function skipSpace(reader: Reader, lines: boolean): void {
  match(reader, lines ? /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y : /(?:[^\S\n]|\/\*[\s\S]*?\*\/)*/y)
}

function take(reader: Reader, char: string): boolean {
  if (reader.text[reader.at] !== char) return false
  reader.at++
  return true
}

function match(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at
  const [found] = pattern.exec(reader.text) ?? []
  if (found === undefined) return null
  reader.at += found.length
  return found
}

function fail(reader: Reader, wanted: string): never {
  const line = reader.text.slice(0, reader.at).split('\n').length
  throw new LogveilError('CONFIG_INVALID', `line ${line}: is no configuration of Alloy: ${wanted} is missing`)
}
