import { LogveilError } from '../errors.ts'
import type { Action, Confidence, Match } from '../model.ts'
import { globPath, globText } from './glob.ts'

/** What happens to which secret: plain data, as it stands in a configuration. */
export interface Policy {
  /** Where no override applies; `label` when absent. */
  readonly default?: Action
  /** The first one whose conditions all hold decides. */
  readonly overrides?: readonly PolicyOverride[]
}

/** At least one condition, and the action. */
export interface PolicyOverride {
  /** Detector id or glob: `github-pat-classic`, `aws-*`. */
  readonly detector?: string
  readonly confidence?: Confidence
  /** Field path or glob: `http.headers.*` (one key), `**.password` (any depth). A key that holds dots counts as several. */
  readonly path?: string
  readonly action: Action
}

export interface CompiledPolicy {
  resolve(match: Pick<Match, 'detector' | 'confidence' | 'field'>): Action
  /** Every action that can be the answer. */
  readonly actions: ReadonlySet<Action>
}

export const allActions: readonly Action[] = ['label', 'mask', 'partial', 'hmac', 'encrypt', 'remove', 'drop', 'flag']
const confidences: readonly Confidence[] = ['confirmed', 'likely', 'possible']

/** Compiles a policy once, so that a match costs a few comparisons. Throws `POLICY_INVALID`. */
export function compilePolicy(policy: Policy = {}): CompiledPolicy {
  const fallback = policy.default ?? 'label'
  const overrides = policy.overrides ?? []
  checkAction(fallback, 'default')
  overrides.forEach(checkOverride)
  const forDetector = memoize((id) =>
    overrides.filter(({ detector }) => detector === undefined || globText(detector, id))
  )
  return {
    actions: new Set([fallback, ...overrides.map(({ action }) => action)]),
    resolve(match) {
      const found = forDetector(match.detector.id).find((override) => applies(override, match))
      return found?.action ?? fallback
    }
  }
}

/** Bounded, as the ids come from the detectors and never from input. */
function memoize<T>(compute: (id: string) => T): (id: string) => T {
  const known = new Map<string, T>()
  return (id) => {
    const value = known.get(id) ?? compute(id)
    known.set(id, value)
    return value
  }
}

/** The detector was looked at before. The path comes last: it is computed on demand. */
function applies({ confidence, path }: PolicyOverride, match: Pick<Match, 'confidence' | 'field'>): boolean {
  if (confidence !== undefined && confidence !== match.confidence) return false
  return path === undefined || globPath(path, match.field.path())
}

function checkOverride(override: PolicyOverride, index: number): void {
  const place = `overrides[${index}]`
  checkAction(override.action, place)
  if (override.detector === undefined && override.confidence === undefined && override.path === undefined) {
    throw new LogveilError(
      'POLICY_INVALID',
      `${place}: name a detector, confidence or path, or change the default instead`
    )
  }
  if (override.confidence !== undefined && !confidences.includes(override.confidence)) {
    throw new LogveilError('POLICY_INVALID', `${place}: confidence is one of ${confidences.join(', ')}`)
  }
}

function checkAction(action: Action, place: string): void {
  if (!allActions.includes(action)) {
    throw new LogveilError('POLICY_INVALID', `${place}: action is one of ${allActions.join(', ')}`)
  }
}
