import type { Check } from '../../model.ts'
import { decodeBase64 } from './base-n.ts'

/** `pypi-` and a base64url macaroon whose location is the index: 02 01, length, location, 02. warehouse, macaroons/services.py */
export const pypiMacaroon: Check = {
  name: 'pypi-macaroon',
  description: 'macaroon of pypi.org or test.pypi.org (PyPI tokens)',
  check: (secret) => (indexOf(secret) === null ? 'fail' : 'pass'),
  hints(secret) {
    const index = indexOf(secret)
    return index === null ? {} : { index }
  }
}

const locations = ['pypi.org', 'test.pypi.org']

function indexOf(secret: string): string | null {
  const bytes = secret.startsWith('pypi-') ? decodeBase64(secret.slice(5)) : null
  if (bytes === null) return null
  const text = Buffer.from(bytes.subarray(0, 24)).toString('latin1')
  return (
    locations.find((location) => text.startsWith(`\x02\x01${String.fromCharCode(location.length)}${location}\x02`)) ??
    null
  )
}
