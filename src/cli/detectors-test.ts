import { LogveilError } from '../errors.ts'
import { createRedactor } from '../index.ts'
import type { Detector, Finding } from '../model.ts'
import { nearest } from '../scan/load/nearest.ts'
import { byLine } from '../scan/marks.ts'
import { expand } from '../scan/template.ts'
import type { DetectorsArguments } from './detectors-arguments.ts'
import type { Outcome } from './outcome.ts'
import { extendBundled } from './own-detectors.ts'

/** An example that the scanner sees otherwise than the file says. */
export interface Failure {
  readonly field: 'examples' | 'counterExamples'
  /** 0-based. */
  readonly number: number
  readonly message: string
}

/** Runs the examples of detectors through a redactor with all of them, and names what fails. */
export async function testDetectors({
  positionals: ids,
  detectors: paths,
  packs
}: DetectorsArguments): Promise<Outcome> {
  const all = extendBundled(paths, { packs })
  const trial = createTrial(all)
  const tested = ids.length === 0 ? all : ids.map((id) => byId(all, id))
  const results = tested.map((detector) => ({ detector, failures: trial(detector) }))
  return {
    text: results
      .flatMap(describeTrial)
      .map((line) => `${line}\n`)
      .join(''),
    status: results.every(({ failures }) => failures.length === 0) ? 0 : 1
  }
}

function describeTrial({ detector, failures }: { detector: Detector; failures: readonly Failure[] }): string[] {
  const { id, examples, counterExamples } = detector
  if (failures.length === 0)
    return [`${id}: ${examples.length} examples, ${counterExamples.length} counter-examples: fine`]
  return failures.map(({ field, number, message }) => `${id}: ${field}[${number + 1}]: ${message}`)
}

function byId(detectors: readonly Detector[], id: string): Detector {
  const found = detectors.find((detector) => detector.id === id)
  if (found !== undefined) return found
  const close = nearest(
    id,
    detectors.map((detector) => detector.id)
  )
  throw new LogveilError(
    'USAGE_INVALID',
    `there is no detector ${id}; ${close === null ? 'see `logveil detectors list`' : `did you mean ${close}?`}`
  )
}

/** A function that runs a detector's examples beside `detectors`, of which it is one. */
export function createTrial(detectors: readonly Detector[]): (detector: Detector) => Failure[] {
  const { redact } = createRedactor({ detectors })
  return ({ id, examples, counterExamples }) => [
    ...examples.flatMap((template, number): Failure[] => {
      const { text, spans } = expand(template, 1)
      const bytes = Buffer.from(text)
      const { findings } = redact(bytes)
      const found = spansOf(findings, id)
      if (String(byLine(bytes, found)) === String(byLine(bytes, spans))) return []
      return [
        {
          field: 'examples',
          number,
          message: `is found at ${places(found)} instead of ${places(spans)}${rivals(findings, id, spans)}`
        }
      ]
    }),
    ...counterExamples.flatMap((template, number): Failure[] => {
      const found = spansOf(redact(Buffer.from(expand(template, 1).text)).findings, id)
      return found.length === 0 ? [] : [{ field: 'counterExamples', number, message: `is found at ${places(found)}` }]
    })
  ]
}

type Span = readonly [start: number, end: number]

function spansOf(findings: readonly Finding[], id: string): Span[] {
  return findings.filter(({ detector }) => detector === id).map(({ span }) => span)
}

/** What other detectors found there. */
function rivals(findings: readonly Finding[], id: string, spans: readonly Span[]): string {
  const others = findings.filter(
    ({ detector, span }) => detector !== id && spans.some(([start, end]) => span[0] < end && start < span[1])
  )
  return others
    .map(({ detector, confidence, span }) => `; ${detector} (${confidence}) is at ${places([span])}`)
    .join('')
}

function places(spans: readonly Span[]): string {
  return spans.length === 0 ? 'no place' : spans.map(([start, end]) => `${start}-${end}`).join(', ')
}
