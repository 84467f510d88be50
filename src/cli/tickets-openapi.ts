import { openApi } from '../admin/openapi.ts'
import type { Outcome } from './outcome.ts'
import { version } from './version.ts'

/** `logveil tickets openapi`. */
export function showOpenApi(): Outcome {
  return { text: `${JSON.stringify(openApi(version()), null, 2)}\n`, status: 0 }
}
