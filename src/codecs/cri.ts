import type { Codec } from '../model.ts'
import { visitAuto } from './auto.ts'
import { withTape } from './json-tape.ts'
import { criText } from './layout.ts'
import { visitLines } from './lines.ts'
import { splice } from './splice.ts'

/** Lines of a container runtime: what stands behind the time and the stream is JSON or text, as with `auto`. */
export const criCodec: Codec = {
  name: 'cri',
  locate(payload, hits, visitor) {
    withTape((tape) => {
      visitLines(payload, hits, visitor, (line) => {
        const text = criText(payload, line.start, line.end)
        visitAuto(text < 0 ? line : { ...line, start: text }, visitor, tape)
      })
    })
  },
  splice
}
