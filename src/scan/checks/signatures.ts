import { atlassianChecksum } from './atlassian-crc32.ts'
import { awsKeyBody } from './aws-key-id.ts'
import { caskChecksum } from './azure-cask.ts'
import { azureDevopsToken } from './azure-devops-pat.ts'
import { hisChecksum } from './azure-his-v1.ts'
import { cloudflareChecksum } from './cloudflare-crc32.ts'
import { confluentChecksum } from './confluent-crc32.ts'
import { entraChecksum } from './entra-client-secret.ts'
import { base62Checksum } from './github-crc32.ts'
import { fineGrainedChecksum } from './github-fine-grained.ts'
import { gitlabTrailer } from './gitlab-routable.ts'
import { grafanaChecksum } from './grafana-crc32.ts'
import { luhnDigit } from './luhn.ts'
import { vercelChecksum } from './vercel-crc32.ts'
import { zuploChecksum } from './zuplo-crc32.ts'

/** Writes what makes a check pass, given the secret so far. */
type Sign = (state: { readonly secret: string; readonly random: { bytes(length: number): Uint8Array } }) => string

/** Template parts `{{name}}` that end a token as its check demands; see detectors/README.md. */
export const signatures: Readonly<Record<string, Sign>> = {
  'crc32-base62': ({ secret }) => base62Checksum(secret.slice(secret.lastIndexOf('_') + 1)),
  'github-fine-grained': ({ secret }) => fineGrainedChecksum(secret),
  'vercel-crc32': ({ secret }) => vercelChecksum(secret),
  'gitlab-routable': ({ secret }) => gitlabTrailer(secret),
  'grafana-crc32': ({ secret }) => grafanaChecksum(secret),
  'cloudflare-crc32': ({ secret }) => cloudflareChecksum(secret),
  'atlassian-crc32': ({ secret }) => atlassianChecksum(secret),
  'zuplo-crc32': ({ secret }) => zuploChecksum(secret),
  'confluent-crc32': ({ secret }) => confluentChecksum(secret),
  'azure-cask': ({ secret }) => caskChecksum(secret),
  'azure-his-v1': ({ secret }) => hisChecksum(secret),
  'entra-client-secret': ({ secret }) => entraChecksum(secret),
  'azure-devops-pat': ({ random }) => azureDevopsToken(random.bytes(32)),
  luhn: ({ secret }) => luhnDigit(secret),
  'aws-key-id': ({ random }) => awsKeyBody(random.bytes(10))
}
