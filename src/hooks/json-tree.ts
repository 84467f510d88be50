/** A parsed JSON text. Members of objects keep their order, and names may be equal: two of them may have been redacted. */
export type JsonTree = string | number | boolean | null | JsonTree[] | JsonMembers

export interface JsonMembers {
  readonly members: (readonly [name: string, value: JsonTree])[]
}

/** Strings are matched without alternation, so that long ones need no stack. */
const token = /\s*(?:([{}[\],:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s{}[\],:"]+))/y

/** Throws a SyntaxError for what is no JSON. */
export function parseTree(text: string): JsonTree {
  let at = 0
  let mark: string | undefined
  let scalar: string | undefined

  function next(): void {
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null) throw new SyntaxError('no JSON')
    at = token.lastIndex
    mark = match[1]
    scalar = match[2] ?? match[3]
  }

  function value(): JsonTree {
    if (scalar !== undefined) return JSON.parse(scalar)
    if (mark === '[') return list()
    if (mark === '{') return object()
    throw new SyntaxError('no JSON')
  }

  function list(): JsonTree[] {
    const items: JsonTree[] = []
    for (next(); mark !== ']'; ) {
      items.push(value())
      next()
      if (mark === ',') next()
    }
    return items
  }

  function object(): JsonMembers {
    const members: [string, JsonTree][] = []
    for (next(); mark !== '}'; ) {
      if (scalar === undefined) throw new SyntaxError('no JSON')
      const name: string = JSON.parse(scalar)
      next()
      next()
      members.push([name, value()])
      next()
      if (mark === ',') next()
    }
    return { members }
  }

  next()
  const tree = value()
  if (text.slice(at).trim() !== '') throw new SyntaxError('no JSON')
  return tree
}
