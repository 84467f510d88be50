import { latin1 } from './bytes.ts'

type Span = readonly [start: number, end: number]

/**
 * Spans cut at line ends, without empty pieces and without END lines: for the scanner every line is a record, so it reports a key over
 * several lines line by line, and the END line is no part of the secret.
 */
export function byLine(bytes: Uint8Array, spans: readonly Span[]): Span[] {
  return spans.flatMap(([start, end]) => {
    const pieces: Span[] = []
    for (let at = start; at < end; ) {
      const newline = bytes.indexOf(0x0a, at)
      const stop = newline < 0 || newline > end ? end : newline
      const piece: Span = [at, stop > at && bytes[stop - 1] === 0x0d ? stop - 1 : stop]
      if (piece[1] > piece[0] && !/^-----END [A-Z0-9 ]+-----$/.test(latin1(bytes, ...piece))) pieces.push(piece)
      at = stop + 1
    }
    return pieces
  })
}
