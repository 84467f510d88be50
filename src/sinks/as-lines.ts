import type { Envelope } from '../model.ts'

/** Lines as they are, every other batch as a line of OTLP/JSON, which `toJson` makes of protobuf. */
export function asLines(envelope: Envelope, toJson: (envelope: Envelope) => string): Uint8Array {
  if (envelope.format === 'lines') return envelope.payload
  return envelope.format === 'otlp-proto' ? Buffer.from(`${toJson(envelope)}\n`) : oneLine(envelope.payload)
}

/** Line breaks in JSON stand between its parts only, in strings they are escaped. */
function oneLine(payload: Uint8Array): Uint8Array {
  const line = new Uint8Array(payload.length + 1)
  line.set(payload)
  for (let i = 0; i < payload.length; i++) if (line[i] === 0x0a || line[i] === 0x0d) line[i] = 0x20
  line[payload.length] = 0x0a
  return line
}
