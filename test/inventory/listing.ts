import type { ListedSecret } from '../../src/index.ts'
import { formsOf, readForm, writeForm } from '../../src/inventory/forms.ts'
import { type FingerprintKey, listingKeys } from '../../src/redact/fingerprint.ts'

export const key: FingerprintKey = { id: 'k1', key: Buffer.alloc(32, 7) }

/** A value as an inventory lists it. */
export function listedOf(value: string, facts: Partial<ListedSecret> = {}, keys = [key]): ListedSecret {
  const forms = listingKeys(keys).flatMap((one) =>
    formsOf(Buffer.from(value)).map((form) => readForm(writeForm(form, one, true)))
  )
  const fingerprints = forms.filter(({ name }) => name === 'raw').map(({ fingerprint }) => fingerprint)
  return { name: 'pay/db', owner: 'team-pay', state: 'current', production: false, fingerprints, forms, ...facts }
}
