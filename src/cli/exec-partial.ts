// What may be shown of a line whose end has not come: a prompt, a progress bar. Half a secret cannot be recognised, so what the next bytes
// may turn into one stays back.

/** Redacts a beginning of the line, without a trace in any state; the same object when nothing was found. */
export type RedactBeginning = (bytes: Uint8Array) => Uint8Array

export interface PartialRules {
  readonly redact: RedactBeginning
  /** How many of the last bytes can be the beginning of a known secret. */
  readonly knownTail: (bytes: Uint8Array) => number
}

/** Longer lines are no prompts, and cost too much to be looked at again and again; in bytes. */
const longestShown = 16_384
const random = 'Zq7Xw2Kp9Lm4Rt8Vb3Nc6Yd'
/** How a line may go on: what comes before may be shown only if it stays as it is, whichever follows. All that detectors look for behind a secret. */
export const continuations = [
  random,
  `${random}"`,
  `${random}'`,
  '| docker login --password-stdin',
  '-AsPlainText -Force'
]
/** Begins a private key, of which nothing may be shown. */
const keyHeader = '-----BEGIN'

/**
 * How much of a line may be shown as it is, in bytes: no more than up to the first finding, nothing of the last word unless that is one that
 * prompts and progress end in, nothing that would be redacted if the line went on like a secret. JSON is no prompt: a name may follow its value.
 */
export function decidedEnd(line: Buffer, { redact, knownTail }: PartialRules): number {
  if (line.length > longestShown || isJson(line)) return 0
  const found = Math.min(firstDifference(line, redact(line)), line.indexOf(keyHeader) >>> 0)
  const end = found < line.length ? wordStart(line, found) : line.length
  const word = wordStart(line, end)
  const candidates = isSettled(line.subarray(word, end)) ? [end, word] : [word]
  return candidates.find((at) => at > 0 && staysAsItIs(line.subarray(0, at))) ?? 0

  function staysAsItIs(beginning: Buffer): boolean {
    if (knownTail(withoutControls(beginning)) > 0) return false
    return continuations.every((continuation) => {
      const longer = Buffer.concat([beginning, Buffer.from(continuation)])
      return firstDifference(longer, redact(longer)) >= beginning.length
    })
  }
}

function isJson(line: Buffer): boolean {
  return /^\s*(\{|\[\s*["{[])/.test(line.toString('latin1', 0, 64))
}

/** Offset of the first byte that is not the same; the length of `before` when `after` begins with it. */
export function firstDifference(before: Uint8Array, after: Uint8Array): number {
  if (before === after) return before.length
  let at = 0
  while (at < before.length && before[at] === after[at]) at++
  return at
}

/** Where the word begins that ends at `end`; `end` itself behind white space. */
function wordStart(line: Buffer, end: number): number {
  let at = end
  while (at > 0 && !isSpace(line[at - 1])) at--
  return at
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are controlled with them
const controlSequence = /\x1b\[[0-9;?]*[ -/]*[@-~]/g

/** The `m` of a colour begins no secret. */
function withoutControls(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').replace(controlSequence, ''), 'latin1')
}

/** Words that no secret goes on from: `password:`, `(y/n)`, `[Y/n]?`, `...`, `45%`, `12/340]`, a spinner, nothing at all. */
function isSettled(word: Buffer): boolean {
  const text = word.toString('utf8').replace(controlSequence, '')
  if (text.includes('\x1b') || text.includes('\ufffd')) return false
  return (
    /^([^A-Za-z0-9]*([^A-Za-z0-9$+/=_.~-]|\.\.))?$/.test(text) ||
    /^[([{<"']*[A-Za-z]{1,24}([/'-][A-Za-z]{1,24}){0,3}["')\]}>]*([:?>!)\]}#]|\.{3}|…)$/.test(text) ||
    /^[([{<]*\d{1,6}([./]\d{1,6})?[%)\]}>:]+$/.test(text)
  )
}
