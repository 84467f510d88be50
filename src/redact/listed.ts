import { LogveilError } from '../errors.ts'
import type { Finding, Hints, ListedSecret, Severity } from '../model.ts'
import type { Fingerprinter, FingerprintKey } from './fingerprint.ts'

/** Listed secrets by their fingerprints. */
export interface Listed {
  /** What is listed under one of these fingerprints, of any form; of several entries the one that matters most. */
  of(fingerprints: readonly string[]): ListedSecret | null
}

/** What a finding of a listed secret says beside what its detector knows. */
export type ListedFacts = Pick<Finding, 'confidence' | 'severity' | 'hints'>

export function indexListed(secrets: readonly ListedSecret[]): Listed {
  const index = new Map<string, ListedSecret>()
  for (const secret of [...secrets].sort(byWeight))
    for (const fingerprint of [...secret.fingerprints, ...secret.forms.map((form) => form.fingerprint)])
      if (!index.has(fingerprint)) index.set(fingerprint, secret)
  return {
    of(fingerprints) {
      const found = fingerprints.find((fingerprint) => index.has(fingerprint))
      return found === undefined ? null : (index.get(found) ?? null)
    }
  }
}

/** Current ones before retired ones, production before all else: two entries may share a value. */
function byWeight(a: ListedSecret, b: ListedSecret): number {
  return weights[a.state] - weights[b.state] || Number(b.production) - Number(a.production)
}

const weights: Readonly<Record<ListedSecret['state'], number>> = { current: 0, pending: 1, previous: 2, retired: 3 }

/**
 * Every form of a listed secret gets the fingerprint of its value, so that it is one secret, with one ticket. Throws `KEY_MISSING` when
 * no key is one of those under which they are listed.
 */
export function withListed(
  fingerprinter: Fingerprinter,
  secrets: readonly ListedSecret[],
  keys: readonly FingerprintKey[]
): Fingerprinter {
  const ids = keys.map(({ id }) => id)
  const own = (fingerprint: string): boolean => ids.some((id) => fingerprint.startsWith(`${id}.`))
  const used = secrets.flatMap(({ fingerprints }) => fingerprints)
  if (used.length > 0 && !used.some(own))
    throw new LogveilError(
      'KEY_MISSING',
      `the inventory's fingerprints are made with the key ${used[0].split('.')[0]}: give that key`
    )
  const names = new Map<string, string>()
  for (const { fingerprints, forms } of secrets)
    for (const { fingerprint } of forms) {
      const name = fingerprints.find((one) => one.split('.')[0] === fingerprint.split('.')[0])
      if (name !== undefined && name !== fingerprint) names.set(fingerprint, name)
    }
  return {
    ...fingerprinter,
    fingerprint(secret) {
      const fingerprint = fingerprinter.fingerprint(secret)
      return fingerprint === null ? null : (names.get(fingerprint) ?? fingerprint)
    }
  }
}

/** That it is listed is proof. A current one of production is worse than its kind, one that is not valid any more hardly matters. */
export function listedFacts(secret: ListedSecret, found: ListedFacts): ListedFacts {
  const { name, owner, state, production } = secret
  const hints: Hints = { ...found.hints, inventory: name, version: state, ...(owner === null ? {} : { owner }) }
  return { confidence: 'confirmed', severity: severityOf(found.severity, state, production), hints }
}

function severityOf(severity: Severity, state: ListedSecret['state'], production: boolean): Severity {
  if (state === 'retired') return 'low'
  return production && state !== 'previous' ? worse[severity] : severity
}

const worse: Readonly<Record<Severity, Severity>> = {
  critical: 'critical',
  high: 'critical',
  medium: 'high',
  low: 'medium'
}
