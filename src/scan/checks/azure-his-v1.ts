import type { Check, Hints } from '../../model.ts'
import { alone } from './around.ts'
import { decodeBase64 } from './base-n.ts'
import { littleEndian } from './crc32.ts'
import { marvin32 } from './marvin32.ts'

/** Marvin32 seeds by the 4-character signature; a service has one for each kind of key. */
const seeds: Readonly<Record<string, readonly string[]>> = {
  '+ASt': ['Default0'],
  ACDb: ['MastRW00', 'MastRO00', 'Resour00', 'Encryp00', 'SysAll00', 'SystRW00', 'SystRO00'],
  AzCa: ['Access00'],
  '+ABa': ['AbAcct00'],
  '+AEh': ['Send0000', 'Listen00', 'Manage00'],
  '+ASb': ['Send0000', 'Listen00', 'Manage00'],
  '+ARm': ['Send0000', 'Listen00', 'Manage00'],
  AzFu: ['Functi00', 'System00', 'Master00'],
  AzSe: ['Query000', 'PAdmin00'],
  AIoT: ['IoTHub00', 'DpsKey00', 'Device00'],
  APIM: ['Tenant00', 'IoTHub00', 'Gatewy00', 'GitKey00'],
  '+ACR': ['ACRDflt0'],
  '+AMC': ['Classic0'],
  '+SQL': ['UsrPwd00']
}

/**
 * Identifiable Azure key, version 1, base64 (Functions: base64url) of 32, 39, 40 or 64 bytes, with or without padding:
 *
 *     key      = random signature checksum      ; 4 and 6 characters, then padding
 *     checksum = the last 4 bytes: Marvin32, little-endian, of all bytes before
 *
 * microsoft/security-utilities, IdentifiableSecrets.cs and IdentifiableMetadata.cs (seeds)
 */
export const azureHisV1: Check = {
  name: 'azure-his-v1',
  description: 'Marvin32 of all bytes but the last four (Azure identifiable keys; microsoft/security-utilities)',
  check(secret) {
    const bare = secret.replace(/=+$/, '')
    const head = bare.slice(0, -6)
    return seedsOf(head).some((seed) => bare.slice(-6) === checksum(head, seed)) ? 'pass' : 'fail'
  },
  hints(secret, around = alone) {
    const head = secret.replace(/=+$/, '').slice(0, -6)
    return seedsOf(head).length > 0 ? { signature: head.slice(-4), ...ownerOf(around.before(256)) } : {}
  }
}

/** `AccountName=x;AccountKey=` and `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=y;SharedAccessKey=`. */
function ownerOf(before: string): Hints {
  const account = /AccountName=([a-z0-9]{3,24});AccountKey=$/.exec(before)?.[1]
  const host =
    /Endpoint=[a-z]{2,5}:\/\/([a-z0-9.-]{3,100})\/?(?::\d{1,5}\/?)?;(?:SharedAccessKeyName=[^;\s]{1,64};SharedAccess|Account)Key=$/.exec(
      before
    )?.[1]
  return { ...(account === undefined ? {} : { account }), ...(host === undefined ? {} : { host }) }
}

/** Six characters and padding, for a key up to its signature. */
export function hisChecksum(head: string): string {
  const text = checksum(head, seedsOf(head)[0] ?? 'Default0')
  return text + '='.repeat((4 - ((head.length + text.length) % 4)) % 4)
}

function seedsOf(head: string): readonly string[] {
  const signature = head.slice(-4)
  return Object.hasOwn(seeds, signature) ? seeds[signature] : []
}

/** The signature ends on a 6-bit border and the checksum begins on the next 8-bit one: the bits between are zero. */
function checksum(head: string, seed: string): string {
  const covered = decodeBase64(`${head}${'A'.repeat(4 - (head.length % 4))}`)
  if (covered === null) return ''
  const bytes = covered.subarray(0, Math.ceil((head.length * 6) / 8))
  const whole = Buffer.concat([bytes, Buffer.from(littleEndian(marvin32(bytes, seed)), 'latin1')])
  return whole.toString(/[-_]/.test(head) ? 'base64url' : 'base64').slice(head.length, head.length + 6)
}
