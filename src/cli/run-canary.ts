import type { Detector } from '../model.ts'
import { unsaid } from '../scan/load/defaults.ts'

/**
 * Stands in every set of detectors of the daemon, so that the self-test has a secret whatever else is in the set; and so that anybody can
 * send one through and look for it behind.
 */
export const canaryDetector: Detector = {
  ...unsaid,
  id: 'logveil-canary',
  name: 'Canary of logveil',
  provider: 'logveil',
  severity: 'low',
  keywords: ['logveil-canary-'],
  pattern: '(logveil-canary-[0-9a-f]{32})',
  maxLength: 47,
  boundaries: { left: 'A-Za-z0-9', right: 'A-Za-z0-9' }
}

/** A secret that it finds. */
export const canary = `logveil-canary-${'0123456789abcdef'.repeat(2)}`
