import type { ListedForm, ListedToken, ListingKey } from '../model.ts'
import { sipHash, sipHigh, sipKeyOf } from '../scan/listed/siphash.ts'
import { lengthOf, tokenOf } from '../scan/listed/token.ts'

// How a value may be written, and how that is written down without it, in one line of the inventory:
//
//     FORM KEY.FINGERPRINT [LENGTH.OFFSET.TOKEN.CLASSES.FILTER]
//
//     base64 k1.VU1HsD4m0qXcZp2a 32.0.31.7.9cXz0aP1mQE
//     raw k1.cZp2aVU1HsD4m0qX 12.0.2-1-3.7.aP1mQE9cXz0
//
// What stands behind the fingerprint is how the form is found in a text, see ListedToken; without it it is not looked for.

/** One way in which a value may be written. */
export interface Form {
  readonly name: string
  readonly bytes: Buffer
}

/** Of a value of many lines. */
const mostLines = 200

/** The normal forms of a value, without those that are the same as one before: raw comes first. */
export function formsOf(value: Buffer): Form[] {
  const text = value.toString()
  const trimmed = text.trim()
  const lines = trimmed.split(/\r\n|\r|\n/).map((line) => line.trim())
  const forms: [string, string | Buffer][] = [
    ['raw', value],
    ['trimmed', trimmed],
    ['base64', withoutPadding(value.toString('base64'))],
    ['base64', withoutPadding(Buffer.from(trimmed).toString('base64'))],
    ['base64url', value.toString('base64url')],
    ['url', encodeURIComponent(trimmed.toWellFormed())],
    ['json', JSON.stringify(text).slice(1, -1)],
    ['json', JSON.stringify(trimmed).slice(1, -1)],
    ...(lines.length > 1 ? lines.filter(isContent).slice(0, mostLines) : []).map((line): [string, string] => [
      'line',
      line
    ])
  ]
  const known = new Set<string>()
  return forms.flatMap(([name, form]) => {
    const bytes = Buffer.from(form)
    const content = bytes.toString('latin1')
    if (bytes.length === 0 || known.has(content)) return []
    known.add(content)
    return [{ name, bytes }]
  })
}

function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '')
}

/** Not the first and last line of a key, which say only what it is. */
function isContent(line: string): boolean {
  return line !== '' && !/^-----(BEGIN|END) [A-Z0-9 ]+-----$/.test(line)
}

/** A form as a line of the inventory. `lookedFor` false: it is only to be recognised. */
export function writeForm({ name, bytes }: Form, key: ListingKey, lookedFor: boolean): string {
  const fingerprint = key.fingerprint(bytes)
  const token = lookedFor && !/[\r\n]/.test(bytes.toString('latin1')) ? tokenOf(bytes) : null
  if (token === null) return `${name} ${fingerprint}`
  const { offset, parts, classes } = token
  const low = sipHash(sipKeyOf(key.filterKey), bytes, offset, offset + lengthOf(token))
  const filter = Buffer.alloc(8)
  filter.writeInt32LE(low, 0)
  filter.writeInt32LE(sipHigh, 4)
  return `${name} ${fingerprint} ${[bytes.length, offset, parts.join('-'), classes, filter.toString('base64url')].join('.')}`
}

/** What a line of the inventory says, which the schema has checked. */
export function readForm(line: string): ListedForm & { readonly name: string } {
  const [name, fingerprint, found] = line.split(' ')
  return { name, fingerprint, token: found === undefined ? null : readToken(found) }
}

function readToken(text: string): ListedToken {
  const [length, offset, lengths, classes, filter] = text.split('.')
  const parts = lengths.split('-').map(Number) as never as ListedToken['parts']
  return { length: Number(length), offset: Number(offset), parts, classes: Number(classes), filter }
}
