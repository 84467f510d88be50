import type { Detector, ValueShape } from '../model.ts'
import { governs } from './keyed/key-names.ts'
import { valueAlone } from './keyed/pairs.ts'
import { notSecret } from './keyed/values.ts'

/**
 * Whether `value` is a secret, as far as the `name` of the variable that holds it tells: by the key words of the detectors that ask for no
 * pattern, and the words around them. Under a name that means a secret (`NPM_TOKEN`, `PGPASSWORD`) whatever is no placeholder, path or
 * word such as `true` is one; under a vaguer one (`STRIPE_KEY`) what looks random.
 */
export function compileAssignmentTest(detectors: readonly Detector[]): (name: string, value: string) => boolean {
  const named = detectors.flatMap(({ context, pattern, value, keywords }) =>
    context === 'assigned' && pattern === '' && value !== null
      ? keywords.map((keyword) => ({ keyword: Buffer.from(keyword), shape: value }))
      : []
  )
  return (name, value) => {
    const bytes = Buffer.from(name)
    const folded = Buffer.from(name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()))
    const shapes = named
      .filter(({ keyword, shape }) =>
        occurrencesOf(keyword, folded).some((at) => rules(bytes, at, keyword.length, shape))
      )
      .map(({ shape }) => shape)
    if (shapes.length === 0) return false
    return isSecret(Buffer.from(value), shapes.every((shape) => shape === 'random') ? 'random' : 'any')
  }
}

function occurrencesOf(word: Buffer, text: Buffer): number[] {
  const places: number[] = []
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) places.push(at)
  return places
}

function rules(name: Uint8Array, at: number, length: number, shape: ValueShape): boolean {
  return governs(name, 0, name.length, at, at + length, shape)
}

/** Nobody sets a variable to a sentence about passwords: several words are a pass phrase. */
function isSecret(value: Uint8Array, shape: ValueShape): boolean {
  const pair = valueAlone(0, value.length, true, true)
  const reason = notSecret(value, pair, shape, value.length)
  return reason === null || (shape === 'any' && reason === 'prose')
}
