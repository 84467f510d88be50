// The worst input: records of 1 MiB made of whatever makes the scanner look closer, over and over. A record may cost no more than a limit,
// and twice the record no more than about twice as much.

import { createRedactor } from '../src/index.ts'
import type { Redactor } from '../src/redactor.ts'
import { type Attack, fill, listAttacks } from './attacks.ts'
import { bestMs } from './measure.ts'

/** Most milliseconds for a record of 1 MiB. */
export const limitMs = 50
/** Most that twice the bytes may cost. */
export const limitGrowth = 2.2
/** Below this, in ms, growth is not looked at: the clock and the collector of garbage decide it. */
const tooFastToGrow = 20
/** A quick run takes one attack in this many: prime, since their forms come in eights. */
const quickStep = 17
/** How many are measured again, the slowest first: when more are slow, these are work enough. */
const maxSuspects = 100
/** How long one attack is measured again, about, in ms. */
const patienceMs = 1000
/** Sizes to try, so that what is too slow for a small record never gets the next one, which might take hours. */
const sizes = [14, 15, 16, 17, 18, 19, 20].map((power) => 1 << power)

export interface Attacked {
  /** The unit as JSON prints it; bytes that are no UTF-8 as latin-1. */
  readonly unit: string
  readonly form: 'text' | 'json'
  /** 1 MiB, or less when that was too slow already. */
  readonly bytes: number
  readonly ms: number
  /** Time for twice the bytes, as a multiple. */
  readonly growth: number
  readonly findings: number
}

export interface Adversarial {
  readonly attacks: number
  /** Slowest per byte first. */
  readonly worst: readonly Attacked[]
  readonly tooSlow: readonly Attacked[]
  readonly tooSteep: readonly Attacked[]
  readonly mistakes: readonly string[]
}

export function measureAdversarial(quick: boolean): Adversarial {
  const mistakes = new Set<string>()
  const redactor = createRedactor({ onError: () => mistakes.add('the redactor met an error of its own') })
  const attacks = listAttacks().filter((_, i) => !quick || i % quickStep === 0)
  for (const [i, attack] of attacks.entries()) if (i % quickStep === 0) screen(redactor, attack)
  const screened = attacks.map((attack) => ({ attack, ...screen(redactor, attack) })).sort(bySpeed)
  const suspects = screened.filter((one, i) => i < 20 || (!quick && (isSlow(one, limitMs / 2) || isSteep(one))))
  const measured = suspects
    .slice(0, maxSuspects)
    .map((one) => confirm(redactor, one))
    .sort(bySpeed)
  return {
    attacks: attacks.length,
    worst: measured.slice(0, 10),
    tooSlow: measured.filter((one) => isSlow(one, limitMs)),
    tooSteep: measured.filter(isSteep),
    mistakes: [...mistakes]
  }
}

interface Timed {
  readonly bytes: number
  readonly ms: number
  readonly growth: number
}

function bySpeed(a: Timed, b: Timed): number {
  return b.ms / b.bytes - a.ms / a.bytes
}

function isSlow({ bytes, ms }: Timed, limit: number): boolean {
  return ms > limit || (ms / bytes) * (1 << 20) > limit
}

function isSteep({ ms, growth }: Timed): boolean {
  return growth > limitGrowth && ms * growth > tooFastToGrow
}

/** One try at each size, until one is too slow. */
function screen(redactor: Redactor, attack: Attack): Timed {
  let last: Timed = { bytes: 0, ms: 0, growth: 0 }
  for (const bytes of sizes) {
    const record = fill(attack, bytes)
    const ms = bestMs(1, () => redactor.redact(record))
    last = { bytes, ms, growth: last.bytes === 0 ? 0 : ms / last.ms }
    if (ms > limitMs) break
  }
  return last
}

/** The best of three; one that still looks too steep, or a little too slow, gets more tries before it counts. */
function confirm(redactor: Redactor, { attack, bytes, ms }: Timed & { readonly attack: Attack }): Attacked {
  const affordable = Math.max(1, Math.floor(patienceMs / (3 * ms)))
  const first = measure(redactor, attack, bytes, Math.min(3, affordable))
  const isDoubtful = isSteep(first) || (isSlow(first, limitMs) && !isSlow(first, 2 * limitMs))
  return isDoubtful ? measure(redactor, attack, bytes, Math.min(9, 2 * affordable)) : first
}

function measure(redactor: Redactor, attack: Attack, bytes: number, rounds: number): Attacked {
  const [one, two] = [fill(attack, bytes), fill(attack, 2 * bytes)]
  let findings = 0
  const ms = bestMs(rounds, () => {
    findings = redactor.redact(one).findings.length
  })
  const twice = bestMs(rounds, () => redactor.redact(two))
  return { unit: label(attack.unit), form: attack.form, bytes, ms, growth: twice / ms, findings }
}

/** Long runs of one character are told by their length. */
function label(unit: Buffer): string {
  const text = unit.toString('utf8')
  const printed = JSON.stringify(Buffer.from(text).equals(unit) ? text : unit.toString('latin1'))
  return printed.replace(/(.)\1{4,}/g, (run) => `${run[0]}{${run.length}}`)
}
