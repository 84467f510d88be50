import type { ByteClass } from './char-class.ts'

/**
 * The dialect of detector patterns is a subset of RE2 (grammar in pattern-parser.ts) in which every length is known.
 *
 * Text is UTF-8, so a class that may match a non-ASCII character takes 1 to 4 bytes of text at a time.
 * Such a class holds every byte from 0x80 on; all others hold ASCII only. Case is folded in ASCII only: RE2 also takes
 * `ſ` for `s` and the Kelvin sign for `k`, which no token holds.
 */
export interface PatternAst {
  readonly source: string
  readonly caseInsensitive: boolean
  readonly root: PatternNode
  readonly groups: number
  /** Why the pattern has no longest match (the first `*`, `+` or `{n,}`), with its position; null when it has one. */
  readonly unbounded: string | null
}

export type PatternNode =
  /** UTF-8; letters in lower case when the pattern ignores case */
  | { readonly kind: 'literal'; readonly bytes: readonly number[] }
  /** one character; already folded when the pattern ignores case */
  | { readonly kind: 'class'; readonly set: ByteClass }
  | { readonly kind: 'group'; readonly node: PatternNode }
  | { readonly kind: 'concat'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'alternation'; readonly nodes: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly node: PatternNode
      readonly min: number
      readonly max: number
      readonly lazy: boolean
    }
  | { readonly kind: 'assertion'; readonly assertion: '^' | '$' | '\\b' }
