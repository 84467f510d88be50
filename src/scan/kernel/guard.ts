/** 256 entries of 0 or 1, by byte. */
export type ByteClass = Uint8Array

/**
 * A cheap second look at a literal's surroundings, inside the kernel. It never rules out what its comment says must pass;
 * it may let other occurrences pass. Input ends (the range's start and end) count as no byte.
 */
export type Guard =
  | { readonly kind: 'none' }
  /**
   * Of tokens. The `min` (0 to 32) bytes after the literal are all in `after`; the byte before it is not in `before`,
   * except where that byte is no neighbour but ends an escape (`%3D`, `%253D`, `\n` `\r` `\t` `\b` `\f`, `\u003d`, `\x3d`,
   * an ANSI colour) or may be the length of a protobuf string. `exactCase`: the literal's letters have the case given.
   */
  | {
      readonly kind: 'run'
      readonly min: number
      readonly after: ByteClass
      readonly before: ByteClass | null
      readonly exactCase: boolean
    }
  /**
   * Of key words. An assignment to the identifier that the literal stands in can follow: `key=V`, `"key": "V"`, `key V` with
   * a random looking V, ... raw, escaped or percent-encoded; the forms are in test/scan/automaton.test.ts. `whole`: and the word ends where the
   * literal does, or behind a plural `s`: no letter follows, or one after a change of case (`key`, `keys`, `keyId`, not `keyboard`).
   */
  | { readonly kind: 'assign'; readonly whole: boolean }
  /**
   * Of `://`. Within 256 bytes an `@` or `%40` comes, after at least one other byte, and before any white space, control
   * byte, quote, `<` or `>`; `/`, `?` and `#` do not end the search, passwords hold them raw.
   */
  | { readonly kind: 'userinfo' }
  /**
   * Of literals of one byte, and only of them; nothing else passes. Without `wide`, 30 letters and digits or more follow. With it, of `_` and `-`
   * only: 43 or more letters, digits, `_` and `-` follow, a capital, a small letter and a digit among the first 43, and the literal is one of
   * the first two `_` and `-` in its run of such bytes, and one of the first 24 bytes there.
   */
  | { readonly kind: 'tail'; readonly wide: boolean }

/** One literal of the automaton. */
export interface Literal {
  /** 2 to 64 bytes of UTF-8, or one of ASCII that is no letter; letters of ASCII match in either case, all other bytes exactly. */
  readonly text: string
  readonly guard: Guard
}

/** Whether a literal is one byte that may have the guard `tail`, and no other: a mark of ASCII. */
export function isJoint(text: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(text)
}

/** The marks of base64url, which may stand before a wide tail. */
export function isUrlMark(text: string): boolean {
  return text === '_' || text === '-'
}
