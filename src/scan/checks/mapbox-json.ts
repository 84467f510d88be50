import type { Check } from '../../model.ts'
import { pick } from './readable.ts'
import { tokenJson } from './token-json.ts'

/** `sk.` (secret), `pk.` (public) or `tk.` (temporary), JSON `{"u":<user>,"a":<token id>}`, `.`, signature. docs.mapbox.com "Token format" */
export const mapboxJson: Check = tokenJson({
  name: 'mapbox-json',
  description: 'JSON with user and token id before the signature (Mapbox tokens; docs.mapbox.com, token format)',
  prefix: /^[spt]k\.(?=.{1,400}\.[A-Za-z0-9_-]{20,24}$)/,
  members: [['u'], ['a', 'exp']],
  hints: ({ u }) => pick({ account: u }, ['account'])
})
