import type { Check, Hints } from '../../model.ts'
import { pick } from './readable.ts'
import { tokenJson } from './token-json.ts'

/**
 * Grafana's tokens in JSON. API keys before version 9 are `{"k":<key>,"n":<name>,"id":<organisation>}` (grafana/grafana,
 * pkg/components/apikeygen); those of Grafana Cloud `glc_` and `{"o":<organisation>,"n":<name>,"k":<key>,"m":{"r":<region>}}`.
 */
export const grafanaJson: Check = tokenJson({
  name: 'grafana-json',
  description:
    'JSON with key, name and organisation (Grafana Cloud tokens, old Grafana API keys; grafana/grafana, apikeygen)',
  prefix: /^(?:glc_)?(?=eyJ|ewo)/,
  members: [['k'], ['n'], ['o', 'id']],
  hints: ({ o, id, n, m }) => ({ ...pick({ org: o ?? id, name: n }, ['org', 'name']), ...regionOf(m) })
})

function regionOf(meta: unknown): Hints {
  return typeof meta === 'object' && meta !== null && 'r' in meta ? pick({ region: meta.r }, ['region']) : {}
}
