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

/** u8[256]: the column of each byte in the table's rows. */
export const COLUMNS = 0
/** u8[256]: what each byte may be part of, see guards.ts. */
export const TRAITS = 256
/** u32[STREAMS]: hits of each stream. */
export const COUNTS = 512
/** u32[STREAMS][5]: what guards remember, see guards.ts. */
export const MEMOS = 544
export const MEMO_BYTES = 20
/** First byte of a piece; 224 bytes of room before it (PAD + BEHIND). */
export const DATA = 1024
/** u32[states][columns]: the automaton; column 0 holds the address of the state's outputs, 0 for none. */
export const TABLE = 67072

/** A literal: u32 index; u8 length, guard, min, exact case; u32 addresses of `after`, `before` (0: none), text. */
export const LITERAL_BYTES = 20
export const GUARD_NONE = 0
export const GUARD_RUN = 1
export const GUARD_ASSIGN = 2
export const GUARD_USERINFO = 3
