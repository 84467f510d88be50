import type { Codec } from '../model.ts'
import { visitJson } from './json.ts'
import { withTape } from './json-tape.ts'
import { type Line, visitLines } from './lines.ts'
import { splice } from './splice.ts'
import { visitText } from './text.ts'

/** Lines of which each is taken as JSON when it is a JSON object or array, else as text. */
export const autoCodec: Codec = {
  name: 'auto',
  locate(payload, hits, visitor) {
    withTape((tape) => {
      visitLines(payload, hits, visitor, (line) => {
        if (opensContainer(line)) visitJson(line, visitor, tape)
        else visitText(line, visitor)
      })
    })
  },
  splice
}

function opensContainer({ payload, start, end }: Line): boolean {
  let at = start
  while (at < end && (payload[at] === 0x20 || payload[at] === 0x09 || payload[at] === 0x0d)) at++
  return at < end && (payload[at] === 0x7b || payload[at] === 0x5b)
}
