import { createRequire } from 'node:module'
import type { OptionsType, ZxcvbnFactory } from '@zxcvbn-ts/core'

type Strength = 'weak' | 'fair' | 'strong'

/** Where time comes from, and how much of it estimates may take. */
export interface StrengthLimits {
  /** Milliseconds, from anywhere; default: the process's clock. */
  readonly now?: () => number
  /** Of all the time since the estimator was made, the part that estimates may use up; default: a tenth. */
  readonly share?: number
  /** What they may use up beyond that, in milliseconds; default: 250. */
  readonly burstMs?: number
}

/**
 * An estimator of passwords by zxcvbn (Wheeler, USENIX Security 2016): how many guesses an attacker needs who knows leaked passwords,
 * names, English words, keyboard walks, dates and letter substitutions. `weak`: below 10^8, `fair`: below 10^10, `strong`: more.
 *
 * An estimate takes about a millisecond, 20 at worst, which a log full of passwords would feel: when estimates have used up their share
 * of the time, there are none (null) until it has grown again. The first one loads 150,000 words, which takes about 0.2 s and 60 MB; making
 * an estimator loads nothing. Nothing of a password is kept, so the same one is estimated anew each time.
 */
export function createStrengthEstimator(limits: StrengthLimits = {}): (password: string) => Strength | null {
  const { now = () => performance.now(), share = 0.1, burstMs = 250 } = limits
  const begin = now()
  let estimator: ZxcvbnFactory | null = null
  let loadingMs = 0
  let spentMs = 0
  return (password) => {
    const start = now()
    if (spentMs > burstMs + share * (start - begin - loadingMs)) return null
    estimator ??= load()
    const loaded = now()
    loadingMs += loaded - start
    const strength = named(estimator.check(password).score)
    spentMs += now() - loaded
    return strength
  }
}

/** zxcvbn's scores: 3 is "safely unguessable" online, 4 also where the hash was stolen. */
function named(score: number): Strength {
  return score <= 2 ? 'weak' : score === 3 ? 'fair' : 'strong'
}

/** What products come with, and the products' names: no list of leaked passwords has them all. */
const defaults = (
  'admin root guest user test changeme changeit change_me default secret letmein welcome postgres postgresql mysql mariadb mongo mongodb redis ' +
  'rabbitmq kafka elastic elasticsearch kibana logstash grafana prometheus jenkins tomcat minio minioadmin vagrant ansible puppet docker kubernetes ' +
  'keycloak nexus sonar gitlab oracle sybase sa dbpassword mysecretpassword calvin raspberry ubnt cisco toor s3cret p@ssw0rd'
).split(' ')

/** Whether a password is one of those. */
export function isDefaultCredential(password: string): boolean {
  return defaults.includes(password.toLowerCase())
}

/** CommonJS, because the core that asks is synchronous, and at the first need, so that nobody waits for it who needs no estimate. */
function load(): ZxcvbnFactory {
  const require = createRequire(import.meta.url)
  const core: typeof import('@zxcvbn-ts/core') = require('@zxcvbn-ts/core')
  const common: typeof import('@zxcvbn-ts/language-common') = require('@zxcvbn-ts/language-common')
  const english: typeof import('@zxcvbn-ts/language-en') = require('@zxcvbn-ts/language-en')
  return new core.ZxcvbnFactory({ ...boundedWork, graphs: common.adjacencyGraphs, dictionary: words(common, english) })
}

/** Each dictionary is looked up for every part of a password: the smaller ones of zxcvbn cost more than they find. */
function words(
  { dictionary: common }: typeof import('@zxcvbn-ts/language-common'),
  { dictionary: english }: typeof import('@zxcvbn-ts/language-en')
): NonNullable<OptionsType['dictionary']> {
  return {
    defaults,
    passwords: common['passwords-common'],
    words: english['commonWords-en'],
    firstNames: english['firstnames-en'],
    lastNames: english['lastnames-en']
  }
}

/** With the default of 100 ways to undo substitutions a password takes up to a second. */
const boundedWork = { maxLength: 64, l33tMaxSubstitutions: 4 }
