/** Shortest piece of a secret that counts as the secret, in bytes. */
const pieceBytes = 8

/**
 * Which of the secrets are in a text, or a piece of them: as they are, base64 at any alignment, hex, percent-encoded, or as bytes the way
 * `util.inspect` and `JSON.stringify` write buffers. Letter case and white space do not matter, so that no wrapping hides a piece.
 */
export function createSearch(secrets: Readonly<Record<string, string>>): (text: string) => string[] {
  const names = Object.keys(secrets)
  /** By their first characters, so that one walk over the text looks for all of them. */
  const pieces = new Map<string, { piece: string; name: string }[]>()
  for (const name of names) {
    for (const piece of piecesOf(secrets[name])) {
      const begin = piece.slice(0, pieceBytes)
      pieces.set(begin, [...(pieces.get(begin) ?? []), { piece, name }])
    }
  }
  return (text) => {
    const flat = flatten(text)
    const found = new Set<string>()
    for (let at = 0; at + pieceBytes <= flat.length; at++) {
      for (const { piece, name } of pieces.get(flat.slice(at, at + pieceBytes)) ?? []) {
        if (flat.startsWith(piece, at)) found.add(name)
      }
    }
    return names.filter((name) => found.has(name))
  }
}

function flatten(text: string): string {
  return text
    .replace(/[\s\\]+/g, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .toLowerCase()
}

function piecesOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const pieces: string[] = []
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
  return pieces.map(flatten)
}
