import type { Detector } from '../../src/model.ts'
import { unsaid } from '../../src/scan/load/defaults.ts'

const common = { ...unsaid, severity: 'high' } as const

/** `canary_` and six digits, wherever it stands. */
export const canary: Detector = {
  ...common,
  id: 'github-canary',
  name: 'canary',
  provider: 'github', // of those whose base64 and hex forms are looked for
  keywords: ['canary_'],
  context: 'anywhere',
  pattern: '(canary_[0-9]{6})',
  maxLength: 13,
  boundaries: { left: 'A-Za-z0-9', right: 'A-Za-z0-9' },
  value: null
}

/** Whatever a name with `password` governs. */
export const password: Detector = {
  ...common,
  id: 'toy-password',
  name: 'password',
  provider: 'toy',
  keywords: ['password'],
  context: 'assigned',
  pattern: '',
  maxLength: 256,
  boundaries: { left: '', right: '' },
  value: 'any'
}
