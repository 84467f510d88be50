// Addresses and sizes in the kernel's memory. Both worlds read this file: TypeScript (the builder) and AssemblyScript
// (the kernel), so it holds plain integer constants only.

/** Bytes scanned by one kernel call. Longer inputs come in pieces, so that the memory stays small and in cache. */
export const PIECE = 65536
/** Bytes before a piece that come along: guards look at most 128 bytes back from a literal's end. */
export const BEHIND = 192
/** Bytes after a piece that come along: guards look at most 258 bytes on from a literal's end. */
export const AHEAD = 320
/** Zero bytes around the data, so that short look-ups need no bounds check. */
export const PAD = 32
/** Interleaved streams; measured in MB/s on one core: 1: 540, 2: 1000, 3: 1350, 4: 1680, 5: 1900, 6: 1780. */
export const STREAMS = 5
/** Longest literal in bytes. */
export const MAX_LITERAL = 64
/** Letters and digits that are a tail at least, see tails.ts. */
export const TAIL = 30
/** The same of a wide one: letters, digits, `_` and `-`; 32 bytes are so many in base64url. */
export const WIDE_TAIL = 43
/** A joint before a wide tail is among so many bytes, the first of its run, and one of so many. */
export const WIDE_LEAD = 24
export const WIDE_JOINTS = 2

/** u8[256]: the column of each byte in the table's rows. */
export const COLUMNS = 0
/** u8[256]: what each byte may be part of, see guards.ts. */
export const TRAITS = 256
/** u32[STREAMS]: hits of each stream. */
export const COUNTS = 512
/** u32[STREAMS][5]: what guards remember, see guards.ts. */
export const MEMOS = 544
export const MEMO_BYTES = 20
/** {u32 byte, or WIDE plus it, u32 index}[MOST_JOINTS]: literals of one byte, which a tail has to follow. */
export const JOINTS = 648
export const MOST_JOINTS = 16
export const WIDE = 256
/** First byte of a piece; 224 bytes of room before it (PAD + BEHIND). */
export const DATA = 1024
/** u32[states][columns]: the automaton; column 0 holds the address of the state's outputs, 0 for none. */
export const TABLE = 67072

/** A literal: u32 index; u8 length, guard, min (of a key word: whether it is whole), exact case; u32 addresses of `after`, `before` (0: none), text. */
export const LITERAL_BYTES = 20
export const GUARD_NONE = 0
export const GUARD_RUN = 1
export const GUARD_ASSIGN = 2
export const GUARD_USERINFO = 3

// The memory in which listed tokens are looked up; what follows TOKEN_SLOTS has places that depend on their number.

/** u64[2] of each key. */
export const TOKEN_KEYS = 0
export const MOST_TOKEN_KEYS = 16
/** u8[256]: kinds of characters, see listed/token.ts. */
export const TOKEN_KINDS = 256
/** u8[256]: 1 for what stands before the letters and digits of an escape. */
export const TOKEN_LEADS = 512
/** u8[LONGEST_TOKEN + 1]: by length of a run, a bit for each mixture of kinds that is listed. */
export const TOKEN_MIXTURES = 1024
export const LONGEST_TOKEN = 4096
/** u8[(LONGEST_GAP + 1) << 6]: the same for pairs, by gap << 6 | first << 3 | second. */
export const TOKEN_PAIRS = 5184
/** Of a pair: four characters between its runs, each with a backslash before it. */
export const LONGEST_GAP = 8
export const LONGEST_PAIRED = 7
/** `%253D`, `\u003d`, `\x3d`, `[38;5;` of a colour. */
export const LONGEST_ESCAPE = 8
/** First byte of a piece, with room for TOKEN_BEHIND before it and zeros behind it. */
export const TOKEN_DATA = 8192
export const TOKEN_BEHIND = 64
/** {u64 hash, u32 index + 1, u32}[]: open addressing. */
export const TOKEN_SLOTS = 74240
