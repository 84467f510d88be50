import { encodeAttributes } from '../../otlp/log-request.ts'
import type { ReadRow } from './row.ts'
import { readTime } from './time.ts'

// What containerd and CRI-O make of a container's output (kubernetes/design-proposals-archive, node/kubelet-cri-logging.md):
//
//   line = time " " ("stdout" | "stderr") " " tag " " text        time: RFC 3339 with nanoseconds
//   tag = "F" | "P"                                               P: the line goes on in the next one of its stream
//
// More tags may come one day, behind colons. As nobody knows what they hold, such a line is text as a whole until then.

const streams = ['stdout', 'stderr'].map((name) => ({
  name,
  bytes: Buffer.from(` ${name} `),
  attributes: encodeAttributes({ 'log.iostream': name })
}))
const tagsAt = ' stdout '.length
const longestTime = 36

export const readCri: ReadRow = (bytes, start, end, row) => {
  // A call of indexOf costs more than these few steps.
  const last = Math.min(end - tagsAt, start + longestTime + 1)
  let timeEnd = start
  while (timeEnd < last && bytes[timeEnd] !== 0x20) timeEnd++
  if (timeEnd >= last) return
  const stream = bytes[timeEnd + 4] === 0x6f ? streams[0] : streams[1]
  for (let i = 0; i < tagsAt; i++) if (bytes[timeEnd + i] !== stream.bytes[i]) return
  const tag = bytes[timeEnd + tagsAt]
  if (tag !== 0x46 && tag !== 0x50) return
  const text = timeEnd + tagsAt + 1
  if (text < end && bytes[text] !== 0x20) return
  if (!readTime(bytes, start, timeEnd, row)) return
  row.start = Math.min(end, text + 1)
  row.lane = stream.name
  row.partial = tag === 0x50
  row.attributes = stream.attributes
}
