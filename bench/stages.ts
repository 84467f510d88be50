// Cases in this process: the scanner alone and the redactor, over logs with more and more secrets, and over longer and longer lines.

import { autoCodec } from '../src/codecs/auto.ts'
import { bundledDetectors, createRedactor } from '../src/index.ts'
import { createScanner } from '../src/scan/scanner.ts'
import { cutBatches, generateLog } from './corpus.ts'
import type { Case } from './measure.ts'
import type { Planted } from './plant.ts'
import { plant } from './plant.ts'
import { verifyRedactor, verifyScanner } from './verify.ts'

/** Cases that are measured in turns; `make` only when the filter lets the case through. */
export interface Group {
  readonly cases: readonly { readonly name: string; make(): Case }[]
}

/** Shares of lines that hold a secret. */
export const shares = [0, 0.001, 0.01, 0.1] as const

export function percent(share: number): string {
  return `${share * 100} %`
}

export function scanGroup(corpus: string, planted: (share: number) => Planted): Group {
  return {
    cases: shares.map((share) => {
      const name = `scan ${corpus} ${percent(share)}`
      return { name, make: () => scanCase(name, planted(share)) }
    })
  }
}

export function redactGroup(corpus: string, planted: (share: number) => Planted): Group {
  return {
    cases: shares.map((share) => {
      const name = `redact ${corpus} ${percent(share)}`
      return { name, make: () => redactCase(name, planted(share)) }
    })
  }
}

/** Bytes of a line, by what the case is called. */
const lengths: Readonly<Record<string, number>> = { '200 B': 200, '1 KB': 1000, '16 KB': 16_000, '1 MB': 1_000_000 }

/** One group for each length: without secrets, and with a secret in 1 % of the lines. */
export function lengthGroups(bytes: number): Group[] {
  return Object.entries(lengths).map(([length, lineBytes]) => ({
    cases: [0, 0.01].map((share) => {
      const name = `redact lines of ${length} ${percent(share)}`
      return { name, make: () => redactCase(name, plant(generateLog(bytes, lineBytes), share)) }
    })
  }))
}

function redactCase(name: string, planted: Planted): Case {
  const redactor = createRedactor()
  const batches = cutBatches(planted.bytes)
  return {
    ...sizes(name, planted),
    expected: planted.secrets.length,
    verify: () => verifyRedactor(redactor, planted),
    run: () => batches.reduce((found, { bytes }) => found + redactor.redact(bytes).findings.length, 0)
  }
}

/** A secret may match several detectors: what every run must find is what the run that is verified finds. */
function scanCase(name: string, planted: Planted): Case {
  const scanner = createScanner(bundledDetectors)
  const batches = cutBatches(planted.bytes)
  const run = () => batches.reduce((found, { bytes }) => found + scanner.scan(bytes, autoCodec).matches.length, 0)
  return { ...sizes(name, planted), expected: run(), verify: () => verifyScanner(scanner, autoCodec, planted), run }
}

function sizes(name: string, { bytes, lines, secrets }: Planted) {
  return { name, bytes: bytes.length, lines, planted: secrets.length }
}
