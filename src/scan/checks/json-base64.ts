import type { Check } from '../../model.ts'
import { jsonObject } from './readable.ts'

/** A JSON object in base64 or base64url somewhere in the token: `ops_eyJ...`, `glc_eyJ...`, `sk.eyJ....signature`. */
export const jsonBase64: Check = {
  name: 'json-base64',
  description: 'holds a JSON object in base64 (1Password, Grafana Cloud, Mapbox and others)',
  check: (secret) => (objectIn(secret) === null ? 'fail' : 'pass')
}

function objectIn(secret: string): Readonly<Record<string, unknown>> | null {
  const text = /(?:eyJ|ewo|e30)[A-Za-z0-9+/_-]*={0,2}/.exec(secret)?.[0]
  return text === undefined ? null : jsonObject(text)
}
