/** Shortest piece of a secret that counts as the secret, in bytes. */
const pieceBytes = 8

/**
 * Which of the secrets are in a text, or a piece of them: as they are, base64 at any alignment, hex, percent-encoded, or as bytes the way
 * `util.inspect` and `JSON.stringify` write buffers. Letter case and white space do not matter, so that no wrapping hides a piece.
 */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  const flat = flatten(text)
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const piece = piecesOf(secret).find((one) => flat.includes(one))
    return piece === undefined ? [] : [name]
  })
}

function flatten(text: string): string {
  return text.replace(/[\s\\]+/g, '').toLowerCase()
}

const known = new Map<string, string[]>()

function piecesOf(secret: string): string[] {
  let pieces = known.get(secret)
  if (pieces === undefined) {
    const bytes = Buffer.from(secret)
    pieces = []
    for (let at = 0; at + pieceBytes <= bytes.length; at++) {
      const piece = bytes.subarray(at, at + pieceBytes)
      pieces.push(
        piece.toString('latin1'),
        piece.toString('hex'),
        [...piece].join(','),
        [...piece].map((byte) => `%${byte.toString(16)}`).join('')
      )
      for (let lead = 0; lead < 3; lead++) {
        const encoded = Buffer.concat([Buffer.alloc(lead), piece]).toString('base64url')
        pieces.push(encoded.slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + piece.length) * 8) / 6)))
      }
    }
    pieces = [...new Set(pieces.map(flatten))]
    known.set(secret, pieces)
  }
  return pieces
}
