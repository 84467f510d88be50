import { type ByteClass, isWide } from '../scan/pattern/char-class.ts'
import type { PatternAst, PatternNode } from '../scan/pattern/pattern.ts'

/** A class of more members is not spelled out. */
const widestSpelled = 10
/** A longer literal is rare enough, in bytes. */
const longEnough = 24

/**
 * Literals of which every match of the pattern holds at least one, as a detector's keywords are: at most `most`, the longest that can be
 * proven, in lower case when the pattern ignores case. Null when there are none of at least `shortest` bytes.
 */
export function requiredLiterals(
  { root, caseInsensitive }: PatternAst,
  { most = 64, shortest = 3 }: { readonly most?: number; readonly shortest?: number } = {}
): readonly string[] | null {
  const { best } = analyse(root, { most, fold: caseInsensitive })
  if (best === null || lengthOf(best) < shortest) return null
  const texts = best.map((text) => Buffer.from(text, 'latin1').toString())
  return texts.some((text) => text.includes('\ufffd')) ? null : [...new Set(texts)]
}

interface Options {
  readonly most: number
  readonly fold: boolean
}

/** Bytes as characters. */
interface Found {
  /** Every text that the node can match, when they are few. */
  readonly exact: readonly string[] | null
  /** Of which one is in every match. */
  readonly best: readonly string[] | null
}

function analyse(node: PatternNode, options: Options): Found {
  switch (node.kind) {
    case 'literal':
      return spelled([String.fromCharCode(...node.bytes)])
    case 'class':
      return classTexts(node.set, options)
    case 'group':
      return analyse(node.node, options)
    case 'assertion':
      return spelled([''])
    case 'concat':
      return concatTexts(node.nodes, options)
    case 'alternation':
      return eitherText(
        node.nodes.map((part) => analyse(part, options)),
        options
      )
    case 'repeat':
      return repeatTexts(node, options)
  }
}

function spelled(exact: readonly string[]): Found {
  return { exact, best: exact }
}

function classTexts(set: ByteClass, { fold }: Options): Found {
  const members: string[] = []
  set.forEach((member, byte) => {
    if (member === 1 && !(fold && byte >= 0x41 && byte <= 0x5a)) members.push(String.fromCharCode(byte))
  })
  return isWide(set) || members.length > widestSpelled ? { exact: null, best: null } : spelled(members)
}

/** Neighbours whose texts are known grow together, until there are too many or they are long enough. */
function concatTexts(nodes: readonly PatternNode[], options: Options): Found {
  let run: readonly string[] = ['']
  let best: readonly string[] | null = null
  let whole = true
  for (const found of nodes.map((node) => analyse(node, options))) {
    const longer = found.exact === null || lengthOf(run) >= longEnough ? null : product(run, found.exact, options.most)
    if (longer !== null) {
      run = longer
      continue
    }
    whole = false
    best = better(better(best, run), found.best)
    run = found.exact ?? ['']
  }
  return { exact: whole ? run : null, best: better(best, run) }
}

function product(left: readonly string[], right: readonly string[], most: number): readonly string[] | null {
  if (left.length * right.length > most) return null
  return left.flatMap((a) => right.map((b) => a + b))
}

function eitherText(parts: readonly Found[], { most }: Options): Found {
  const exact = union(
    parts.map((part) => part.exact),
    most
  )
  const best = union(
    parts.map((part) => part.best),
    most
  )
  return { exact, best: better(exact, best) }
}

function union(lists: readonly (readonly string[] | null)[], most: number): readonly string[] | null {
  const all = new Set<string>()
  for (const list of lists) {
    if (list === null) return null
    for (const text of list) all.add(text)
  }
  return all.size > most ? null : [...all]
}

function repeatTexts(node: PatternNode & { kind: 'repeat' }, options: Options): Found {
  const once = analyse(node.node, options)
  if (node.min === 0) {
    const exact = node.max === 1 && once.exact !== null ? union([[''], once.exact], options.most) : null
    return { exact, best: null }
  }
  let exact = once.exact
  for (let i = 1; i < node.min && exact !== null; i++)
    exact = once.exact === null || lengthOf(exact) >= longEnough ? null : product(exact, once.exact, options.most)
  return { exact: node.max === node.min ? exact : null, best: better(exact, once.best) }
}

/** The shortest one counts: it is the one that turns up most often. */
function lengthOf(texts: readonly string[]): number {
  return Math.min(...texts.map((text) => text.length))
}

function better(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b
  const byLength = Math.min(lengthOf(a), longEnough) - Math.min(lengthOf(b), longEnough)
  return byLength > 0 || (byLength === 0 && a.length <= b.length) ? a : b
}
