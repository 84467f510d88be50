import { LogveilError } from '../errors.ts'
import { type Make, makePart, malformed, type Size } from './template-parts.ts'
import { createRandom } from './template-random.ts'

/** An example with its random parts filled in. */
export interface Expansion {
  readonly text: string
  /** Byte ranges, in the UTF-8 of `text`, of what stood between `[[` and `]]`. */
  readonly spans: readonly (readonly [start: number, end: number])[]
}

/**
 * Fills in an example of a detector: `{{...}}` become random text, `[[` and `]]` are taken out and become spans. The same template and
 * seed give the same text for ever. `size` fixes the length of parts that have a range. Throws DETECTOR_INVALID for a malformed template.
 *
 *     template = *( text / mark / part )
 *     mark     = "[[" *( text / part ) "]]"
 *     part     = "{{" name [ ":" arguments ] "}}"      ; parts: template-parts.ts
 */
export function expand(template: string, seed: number, size: Size = 'random'): Expansion {
  const state = { random: createRandom(seed), size }
  const spans: [number, number][] = []
  let text = ''
  let opened = -1
  for (const piece of parse(template)) {
    if (piece === open) opened = text.length
    else if (piece === close) {
      spans.push([Buffer.byteLength(text.slice(0, opened)), Buffer.byteLength(text)])
      opened = -1
    } else text += typeof piece === 'string' ? piece : piece({ ...state, secret: secretSoFar(text, opened) })
  }
  return { text, spans }
}

/** What is wrong with a template, null when nothing is; never quotes it. */
export function templateMistake(template: string): string | null {
  try {
    expand(template, 1)
    return null
  } catch (error) {
    if (error instanceof LogveilError) return error.message
    throw error
  }
}

const open = Symbol('[[')
const close = Symbol(']]')
type Piece = string | Make | typeof open | typeof close

function parse(template: string): Piece[] {
  const pieces: Piece[] = []
  let marked = false
  for (let at = 0; at < template.length; ) {
    if (template.startsWith('{{', at)) {
      const part = parsePart(template, at)
      pieces.push(part.make)
      at = part.end
    } else if (template.startsWith('[[', at) && !marked) {
      pieces.push(open)
      marked = true
      at += 2
    } else if (template.startsWith(']]', at) && marked) {
      if (pieces.at(-1) === open) throw malformed('[[ ]] marks nothing: put the secret between them')
      pieces.push(close)
      marked = false
      at += 2
    } else {
      const end = nextSpecial(template, at + 1)
      pieces.push(template.slice(at, end))
      at = end
    }
  }
  if (marked) throw malformed('[[ is not closed: end the secret with ]]')
  return pieces
}

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === text[at + 1] && '{}[]'.includes(text[at])) return at
  }
  return text.length
}

interface Part {
  readonly make: Make
  readonly end: number
}

function parsePart(template: string, start: number): Part {
  const name = /^[A-Za-z0-9-]*/.exec(template.slice(start + 2))?.[0] ?? ''
  const at = start + 2 + name.length
  if (template.startsWith('}}', at)) return { make: makePart(name, null), end: at + 2 }
  if (template[at] !== ':') throw malformed('{{ is not followed by a part name: write {{lbraces}} for literal braces')
  return name.startsWith('b64') ? parseEncoded(template, name, at + 1) : parseArguments(template, name, at + 1)
}

function parseArguments(template: string, name: string, at: number): Part {
  const end = template.indexOf('}}', at)
  if (end < 0) throw malformed('{{ is not closed: end the part with }}')
  return { make: makePart(name, template.slice(at, end)), end: end + 2 }
}

/** The text of `{{b64:...}}` may hold parts itself. */
function parseEncoded(template: string, name: string, from: number): Part {
  const inner: (string | Make)[] = []
  let at = from
  while (!template.startsWith('}}', at)) {
    if (at >= template.length) throw malformed('{{ is not closed: end the part with }}')
    if (template.startsWith('{{', at)) {
      const part = parsePart(template, at)
      inner.push(part.make)
      at = part.end
    } else inner.push(template[at++])
  }
  const encoding = makePart(name, null)
  const text: Make = (state) =>
    inner.reduce<string>(
      (out, piece) => out + (typeof piece === 'string' ? piece : piece({ ...state, secret: out })),
      ''
    )
  return { make: (state) => encoding({ ...state, secret: text(state) }), end: at + 2 }
}

/** What a checksum part covers: from the mark on, or without one the run of characters that a token may have. */
function secretSoFar(text: string, opened: number): string {
  return opened >= 0 ? text.slice(opened) : (/[^\s"'`,;<>()[\]{}]*$/.exec(text)?.[0] ?? '')
}
