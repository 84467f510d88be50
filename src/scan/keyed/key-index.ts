import { isUpper, startsWithFolded } from '../bytes.ts'
import { costs } from '../effort.ts'
import type { Keyed } from '../text-scan.ts'

/**
 * Words that most key names hold. They are literals of the automaton anyhow; the thousands of names around them (`acme_api_key`,
 * `acmeToken`) are looked up at their hits, instead of making the automaton many times as large.
 */
const anchors = ['access_key', 'api_key', 'api-key', 'apikey', 'password', 'secret', 'token', 'key']

/** The anchor in a key name, and where it stands; null when there is none. */
export function anchorOf(keyword: string): { readonly anchor: string; readonly at: number } | null {
  const folded = keyword.toLowerCase()
  const anchor = anchors.find((word) => folded.includes(word))
  return anchor === undefined ? null : { anchor, at: folded.indexOf(anchor) }
}

/** A key name around an anchor. */
export interface IndexedName {
  readonly keyword: string
  /** Where the anchor stands in it. */
  readonly at: number
  readonly keyed: Keyed
}

/** What comes before the anchor, read backwards; at the end of a name, the whole names. */
interface Node {
  readonly next: Map<number, Node>
  readonly names: IndexedName[]
}

/** All names around one anchor as a single `Keyed`. The index is made at the first hit. */
export function indexNames(names: readonly IndexedName[]): Keyed {
  let root: Node | undefined
  const visit = (
    bytes: Uint8Array,
    start: number,
    end: number,
    at: number,
    found: (name: IndexedName, from: number) => void
  ) => {
    root ??= grow(names)
    let node: Node | undefined = root
    for (let i = at; node !== undefined; i--) {
      for (const name of node.names) if (startsWithFolded(bytes, i, end, name.keyword)) found(name, i)
      node = i > start ? node.next.get(fold(bytes[i - 1])) : undefined
    }
  }
  return {
    inText(scan, at) {
      visit(scan.bytes, scan.start, scan.end, at, ({ keyed, keyword }, from) => {
        scan.effort.left -= costs.keyWord
        keyed.inText(scan, from, from + keyword.length)
      })
    },
    governed(scan, at) {
      const { key } = scan.field
      if (key === null) return
      visit(key.bytes, key.start, key.end, at, ({ keyed, keyword }, from) =>
        keyed.governed(scan, from, from + keyword.length)
      )
    },
    mayGovern(bytes, keyStart, keyEnd, at, _end, binary) {
      let may = false
      visit(bytes, keyStart, keyEnd, at, ({ keyed, keyword }, from) => {
        may ||= keyed.mayGovern(bytes, keyStart, keyEnd, from, from + keyword.length, binary)
      })
      return may
    }
  }
}

function grow(names: readonly IndexedName[]): Node {
  const root: Node = { next: new Map(), names: [] }
  for (const name of names) {
    const folded = name.keyword.toLowerCase()
    let node = root
    for (let i = name.at - 1; i >= 0; i--) {
      const byte = folded.charCodeAt(i)
      let child = node.next.get(byte)
      if (child === undefined) {
        child = { next: new Map(), names: [] }
        node.next.set(byte, child)
      }
      node = child
    }
    node.names.push({ ...name, keyword: folded })
  }
  return root
}

function fold(byte: number): number {
  return isUpper[byte] === 1 ? byte | 0x20 : byte
}
