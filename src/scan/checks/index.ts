import type { Check } from '../../model.ts'
import { anthropicShape } from './anthropic-shape.ts'
import { atlassianCrc32 } from './atlassian-crc32.ts'
import { atlassianDcPat } from './atlassian-dc-pat.ts'
import { awsKeyId } from './aws-key-id.ts'
import { azureCask } from './azure-cask.ts'
import { azureDevopsPat } from './azure-devops-pat.ts'
import { azureHisV1 } from './azure-his-v1.ts'
import { base58check } from './base58check.ts'
import { basicAuth } from './basic-auth.ts'
import { bech32 } from './bech32.ts'
import { cardNumber } from './card-number.ts'
import { cloudflareCrc32 } from './cloudflare-crc32.ts'
import { confluentCrc32 } from './confluent-crc32.ts'
import { cryptHash } from './crypt-hash.ts'
import { discordSnowflake } from './discord-snowflake.ts'
import { entraClientSecret } from './entra-client-secret.ts'
import { gcpServiceAccount } from './gcp-service-account.ts'
import { githubCrc32 } from './github-crc32.ts'
import { githubFineGrained } from './github-fine-grained.ts'
import { gitlabRoutable } from './gitlab-routable.ts'
import { grafanaCrc32 } from './grafana-crc32.ts'
import { grafanaJson } from './grafana-json.ts'
import { iban } from './iban.ts'
import { jfrogReftkn } from './jfrog-reftkn.ts'
import { jsonBase64 } from './json-base64.ts'
import { jwt } from './jwt.ts'
import { luhn } from './luhn.ts'
import { mapboxJson } from './mapbox-json.ts'
import { onepasswordOps } from './onepassword-ops.ts'
import { openaiMark } from './openai-mark.ts'
import { privateKey } from './private-key.ts'
import { puttyKey } from './putty-key.ts'
import { pypiMacaroon } from './pypi-macaroon.ts'
import { random } from './random.ts'
import { sentryOrg } from './sentry-org.ts'
import { signedUrl } from './signed-url.ts'
import { slackTeam } from './slack-team.ts'
import { telegramId } from './telegram-id.ts'
import { urlUserinfo } from './url-userinfo.ts'
import { vaultProto } from './vault-proto.ts'
import { vercelCrc32 } from './vercel-crc32.ts'
import { zuploCrc32 } from './zuplo-crc32.ts'

const all: readonly Check[] = [
  githubCrc32,
  githubFineGrained,
  vercelCrc32,
  gitlabRoutable,
  grafanaCrc32,
  cloudflareCrc32,
  atlassianCrc32,
  zuploCrc32,
  confluentCrc32,
  azureCask,
  azureHisV1,
  entraClientSecret,
  azureDevopsPat,
  awsKeyId,
  jwt,
  pypiMacaroon,
  sentryOrg,
  jsonBase64,
  slackTeam,
  discordSnowflake,
  telegramId,
  openaiMark,
  anthropicShape,
  vaultProto,
  jfrogReftkn,
  basicAuth,
  urlUserinfo,
  signedUrl,
  onepasswordOps,
  grafanaJson,
  mapboxJson,
  gcpServiceAccount,
  atlassianDcPat,
  privateKey,
  puttyKey,
  bech32,
  base58check,
  cryptHash,
  luhn,
  cardNumber,
  iban,
  random
]

/** Every check by the name that detector files use. */
export const checks: Readonly<Record<string, Check>> = Object.fromEntries(all.map((check) => [check.name, check]))
