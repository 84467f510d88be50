import type { Check } from '../../model.ts'

/** Country and length. SWIFT, IBAN Registry (ISO 13616-2) */
const lengths: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 ' +
    'LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 ' +
    'SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))])
)

/** International bank account number: length of its country, and 1 modulo 97 (ISO 13616, ISO 7064). Anything else is dropped. */
export const iban: Check = {
  name: 'iban',
  filter: true,
  description: 'length of the country and 1 modulo 97; anything else is dropped (IBAN; ISO 13616, ISO 7064)',
  check: (secret) => (countryOf(secret) === null ? 'reject' : 'pass'),
  hints(secret) {
    const country = countryOf(secret)
    return country === null ? {} : { country }
  }
}

function countryOf(secret: string): string | null {
  const text = secret.replace(/[ -]/g, '').toUpperCase()
  const country = text.slice(0, 2)
  if (text.length !== lengths.get(country) || !/^[A-Z]{2}[0-9]{2}[A-Z0-9]+$/.test(text)) return null
  return remainderOf(text.slice(4) + text.slice(0, 4)) === 1 ? country : null
}

/** Modulo 97, letters being the numbers from 10 on. */
function remainderOf(text: string): number {
  let rest = 0
  for (const char of text) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}
