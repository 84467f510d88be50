import { readFileSync } from 'node:fs'
import { LogveilError } from '../errors.ts'
import { createRedactor, createStrengthEstimator } from '../index.ts'
import type { Finding, TraceEvent } from '../model.ts'
import type { DetectorsArguments } from './detectors-arguments.ts'
import type { Outcome } from './outcome.ts'
import { extendBundled } from './own-detectors.ts'

/** More would be no line any more, and every step of it is printed. */
const maxBytes = 1 << 20

/**
 * What the scanner did with a text: which literal stood where, which pattern matched, what a check said, what was found. Places
 * and lengths only: the text may be a secret.
 */
export async function explainLine({
  positionals,
  detectors: paths,
  packs,
  json
}: DetectorsArguments): Promise<Outcome> {
  const input = readInput(positionals)
  const steps: TraceEvent[] = []
  const { findings } = createRedactor({
    detectors: extendBundled(paths, { packs }),
    strength: createStrengthEstimator(),
    trace: (event) => steps.push(event)
  }).redact(input)
  const text = json
    ? `${JSON.stringify({ bytes: input.length, steps, findings }, null, 2)}\n`
    : describeSteps(input.length, steps, findings)
  return { text, status: 0 }
}

function readInput(positionals: readonly string[]): Buffer {
  if (positionals.length === 0)
    throw new LogveilError('USAGE_INVALID', 'detectors explain needs a line, or - for standard input')
  // Unquoted words of a line arrive one by one.
  const input =
    positionals.length === 1 && positionals[0] === '-' ? readFileSync(0) : Buffer.from(positionals.join(' '))
  if (input.length > maxBytes)
    throw new LogveilError('USAGE_INVALID', `detectors explain takes at most ${maxBytes} bytes`)
  return input.at(-1) === 0x0a ? input.subarray(0, -1) : input
}

/** By detector, in the order of their first step; literals that led to nothing else are summed up. */
function describeSteps(bytes: number, steps: readonly TraceEvent[], findings: readonly Finding[]): string {
  const lines = [`${bytes} bytes; ${findings.length} found`]
  for (const [detector, own] of groups(steps.filter(({ stage }) => stage !== 'literal'))) {
    lines.push(
      '',
      detector,
      ...own.map(({ stage, start, end, outcome }) => `  ${place(start, end)}  ${stage.padEnd(8)}  ${outcome}`)
    )
  }
  const literals = steps.filter(({ stage }) => stage === 'literal')
  if (literals.length > 0)
    lines.push('', 'literals', ...literals.map(({ start, end, detector }) => `  ${place(start, end)}  ${detector}`))
  if (findings.length > 0) lines.push('', 'found')
  for (const { span, detector, confidence, severity, action, hints } of findings) {
    const facts = Object.entries(hints)
      .map(([name, value]) => ` ${name}=${value}`)
      .join('')
    lines.push(`  ${place(...span)}  ${detector}  ${confidence}, ${severity}, action ${action}${facts}`)
  }
  return `${lines.join('\n')}\n`
}

function groups(steps: readonly TraceEvent[]): Map<string, TraceEvent[]> {
  const byDetector = new Map<string, TraceEvent[]>()
  for (const step of steps) byDetector.set(step.detector, [...(byDetector.get(step.detector) ?? []), step])
  return byDetector
}

function place(start: number, end: number): string {
  return `${start}-${end} (${end - start} bytes)`.padEnd(24)
}
