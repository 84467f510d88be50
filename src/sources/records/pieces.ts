import type { LineFormat } from '../../model.ts'
import { readCri } from './cri.ts'
import { readDockerFrame } from './docker.ts'
import { eachEntry, eachField } from './journal.ts'
import { eachLine } from './lines.ts'
import { clear, createRow } from './row.ts'
import { createSyslogReader } from './syslog.ts'

/** A text of a batch, and what stands around it: all but the text is nothing but times, numbers and the format's own words. */
export interface Piece {
  /** The line, or field, as a whole: `bytes[from..to)`, with its end. */
  readonly from: number
  readonly to: number
  readonly start: number
  readonly end: number
  /** Which of several streams that come mixed. */
  readonly lane: string
  /** The text goes on in the next piece of its lane. */
  readonly partial: boolean
  /** Its length stands before it, in eight bytes. */
  readonly sized: boolean
}

/** Takes a batch apart. What is laid out otherwise is a piece as a whole. */
export type CutPieces = (bytes: Buffer) => Piece[]

/** null: the batch is text as it is. */
export const cutPieces: Readonly<Record<LineFormat, CutPieces | null>> = {
  plain: null,
  json: null,
  cri: cutCri,
  docker: cutDocker,
  journald: cutJournal,
  syslog: cutSyslog
}

function cutCri(bytes: Buffer): Piece[] {
  const pieces: Piece[] = []
  const row = createRow()
  eachLine(bytes, (from, end) => {
    readCri(bytes, from, end, clear(row, bytes, from, end))
    const { start, lane, partial } = row
    pieces.push({ from, to: end + 1, start, end, lane, partial, sized: false })
  })
  return pieces
}

/** Lines stay JSON: only the parts of a line that Docker has cut become one, `{"log":"` of the first to `"}` of the last. */
function cutDocker(bytes: Buffer): Piece[] {
  const pieces: Piece[] = []
  const open = new Set<string>()
  eachLine(bytes, (from, end) => {
    const frame = readDockerFrame(bytes, from, end)
    if (frame === null) {
      pieces.push({ from, to: end + 1, start: from, end, lane: '', partial: false, sized: false })
      return
    }
    const { lane, partial } = frame
    const start = open.has(lane) ? frame.start : from
    if (partial) open.add(lane)
    else open.delete(lane)
    pieces.push({ from, to: end + 1, start, end: partial ? frame.end : end, lane, partial, sized: false })
  })
  return pieces
}

function cutJournal(bytes: Buffer): Piece[] {
  const pieces: Piece[] = []
  eachEntry(bytes, (entry, end) => {
    let lane = ''
    const begin = pieces.length
    eachField(bytes, entry, end, (field) => {
      const { name, start, end: to, from, sized } = field
      if (/^(_SYSTEMD_UNIT|_PID|_TRANSPORT)$/.test(name)) lane += `${bytes.toString('latin1', start, to)} `
      const isMessage = name === 'MESSAGE'
      const text = isMessage || sized ? start : from
      pieces.push({ from, to: to + 1, start: text, end: to, lane: isMessage ? 'MESSAGE' : '', partial: false, sized })
    })
    for (let i = begin; i < pieces.length; i++)
      if (pieces[i].lane === 'MESSAGE') pieces[i] = { ...pieces[i], lane: `${lane}MESSAGE` }
  })
  return pieces
}

const readSyslog = createSyslogReader(() => new Date())

/** All of a line is text, its header as well. */
function cutSyslog(bytes: Buffer): Piece[] {
  const pieces: Piece[] = []
  const row = createRow()
  eachLine(bytes, (from, end) => {
    readSyslog(bytes, from, end, clear(row, bytes, from, end))
    pieces.push({ from, to: end + 1, start: from, end, lane: row.lane, partial: false, sized: false })
  })
  return pieces
}
