import { type Carry, type Finding, type LineFormat, withheldReasons } from '../model.ts'
import type { Redacted, Redactor } from '../redactor.ts'
import { cutPieces } from '../sources/records/pieces.ts'
import { type Changes, collectChanges, type LaneText, laneTexts, withChanges } from '../sources/records/reframe.ts'
import { type WrappedRun, wrappedRuns } from '../sources/records/wrapped.ts'

/** Redacts the text of a lane with what is open in it. */
type InLane = (lane: string, redact: (carry: Carry) => Redacted) => Redacted

const keyBegin = '-----BEGIN '

/**
 * Redacts a batch of lines of a format. What stands around the texts stays, and so does everything else that is no secret: a file of a
 * container runtime stays one. Texts that are parts of one are scanned as one, lane by lane. `keysOpen`: lanes have to be told apart.
 */
export function redactBatch(
  redactor: Redactor,
  payload: Uint8Array,
  format: LineFormat,
  keysOpen: boolean,
  inLane: InLane
): Redacted {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const cut = cutPieces[format]
  // Lines of syslog are texts as a whole: only what goes on from one to another has to know whose they are.
  const isText = cut === null || (format === 'syslog' && !keysOpen && !bytes.includes(keyBegin))
  if (isText) return inLane('', (carry) => redactText(redactor, payload, carry))
  const changes: Changes = new Map()
  const lanes = laneTexts(bytes, cut(bytes))
  const parts = lanes.map((lane) => {
    const redacted = inLane(lane.lane, (carry) => redactText(redactor, lane.text, carry))
    if (redacted.payload !== lane.text) collectChanges(lane, { ...redacted, dropped: droppedBy(redacted) }, changes)
    return { ...redacted, findings: redacted.findings.map((finding) => inBatch(finding, lane)) }
  })
  const records = bytes.length === 0 ? 0 : parts.reduce((sum, part) => sum + part.records, 0)
  const after = changes.size === 0 ? payload : withChanges(bytes, changes)
  // Given back at once: V8 would collect its whole heap for every 64 MB of them.
  for (const { text } of lanes) (text.buffer as ArrayBuffer).transfer(0)
  return { ...joined(parts), records, payload: after }
}

/** Lines of base64 that are one text are looked at as one first. */
function redactText(redactor: Redactor, text: Uint8Array, carry: Carry): Redacted {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length)
  const runs = wrappedRuns(bytes)
  const changes: Changes = new Map()
  const parts = runs.map((run) => redactRun(redactor, bytes, run, changes))
  const unwrapped = changes.size === 0 ? text : withChanges(bytes, changes)
  const rest = redactor.redact(unwrapped, carry)
  return parts.length === 0 ? rest : { ...joined([...parts, rest]), records: rest.records, payload: rest.payload }
}

function redactRun(redactor: Redactor, bytes: Buffer, { lines }: WrappedRun, changes: Changes): Redacted {
  const pieces = lines.map(({ start, end, to }, i) => {
    const partial = i < lines.length - 1
    return { from: start, to, start, end, lane: '', partial, sized: false }
  })
  const [lane] = laneTexts(bytes, pieces)
  const redacted = redactor.redact(lane.text)
  if (redacted.payload !== lane.text) collectChanges(lane, { ...redacted, dropped: droppedBy(redacted) }, changes)
  return { ...redacted, findings: redacted.findings.map((finding) => inBatch(finding, lane)) }
}

/** Where a finding stands in the batch, and in which of its lines. */
function inBatch(finding: Finding, { pieces, at }: LaneText): Finding {
  const [start, end] = finding.span.map((offset, i) => {
    let piece = 0
    while (piece + 1 < pieces.length && at[piece + 1] <= offset - i) piece++
    return pieces[piece].start + offset - at[piece]
  })
  return { ...finding, span: [start, end] }
}

function droppedBy({ findings }: Redacted): Set<number> {
  return new Set(findings.filter(({ action }) => action === 'drop').map(({ record }) => record))
}

/** The books of several texts. */
function joined(parts: readonly Redacted[]): Omit<Redacted, 'payload' | 'records'> {
  const sum = (of: (part: (typeof parts)[number]) => Partial<Redacted['withheld']>) =>
    Object.fromEntries(
      withheldReasons.map((reason) => [reason, parts.reduce((total, part) => total + (of(part)[reason] ?? 0), 0)])
    ) as unknown as Redacted['withheld']
  return {
    findings: parts.flatMap(({ findings }) => findings),
    withheld: sum(({ withheld }) => withheld),
    unscanned: sum(({ unscanned = {} }) => unscanned),
    dropped: parts.reduce((sum, { dropped }) => sum + dropped, 0)
  }
}
