import type { Detector } from './model.ts'

/** Say where a secret stands, not whose it is: a token has one name, in a header as well as alone. */
const carriers: ReadonlySet<string> = new Set(
  'http url connection-string command-line code known ldap mail network-device pgpass redis snmp sql'.split(' ')
)

/** How little a detector says of whose a secret is. 0: it names the vendor; such a match stands for every vaguer one within it. */
export function vagueness({ provider }: Detector): 0 | 1 | 2 {
  return provider === 'generic' ? 2 : carriers.has(provider) ? 1 : 0
}
