import type { Check, Hints, Verdict } from '../../model.ts'
import { alone, percentDecoded, urlAround } from './around.ts'
import { awsKeyId } from './aws-key-id.ts'
import { canonicalBase64 } from './base-n.ts'
import { hostHint, hostOfUrl } from './host-around.ts'
import { expiryHint, parseCompact, parseIso } from './time.ts'

type Parameters = ReadonlyMap<string, string>

/** One way to sign a URL: the parameters that give it away, and what its signature must look like. */
interface Scheme {
  readonly marks: readonly string[]
  readonly signature: (text: string) => boolean
}

const hexOf = (least: number, most: number) => (text: string) =>
  text.length >= least && text.length <= most && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text)

/** Base64 in any of the alphabets that URLs use; CloudFront writes `-_~` for `+=/`. */
const base64Of = (least: number, most: number) => (text: string) => {
  const bytes = canonicalBase64(text.replace(/_{1,2}$/, '').replaceAll('~', '/'))
  return bytes !== null && bytes.length >= least && bytes.length <= most
}

/**
 * Amazon, Google, Alibaba and Volcengine (V4: date and seconds), Tencent, Azure (SAS of storage, Service Bus and Logic Apps), and the older
 * ones with `Expires` (S3 V2, Google V2, Alibaba V1, CloudFront).
 */
const schemes: readonly Scheme[] = [
  { marks: ['x-amz-date', 'x-amz-expires'], signature: hexOf(64, 64) },
  { marks: ['x-goog-date', 'x-goog-expires'], signature: hexOf(64, 1024) },
  { marks: ['x-oss-date', 'x-oss-expires'], signature: hexOf(64, 64) },
  { marks: ['x-tos-date', 'x-tos-expires'], signature: hexOf(64, 64) },
  { marks: ['q-sign-time', 'q-ak'], signature: hexOf(40, 40) },
  { marks: ['se', 'sv'], signature: base64Of(32, 32) },
  { marks: ['se', 'sr'], signature: base64Of(32, 32) },
  { marks: ['sp', 'sv'], signature: base64Of(32, 32) },
  { marks: ['expires', 'awsaccesskeyid'], signature: base64Of(20, 20) },
  { marks: ['expires', 'ossaccesskeyid'], signature: base64Of(20, 20) },
  { marks: ['expires', 'googleaccessid'], signature: base64Of(64, 1024) },
  { marks: ['key-pair-id'], signature: base64Of(64, 1024) }
]

/**
 * The signature of a signed URL, beside what was signed: its length follows from the scheme that the other parameters name.
 * docs.aws.amazon.com "Authenticating Requests: Using Query Parameters", learn.microsoft.com "Create a service SAS", cloud.google.com
 * "V4 signing process", alibabacloud.com "Signed URLs", cloud.tencent.com "Request signature".
 */
export const signedUrl: Check = {
  name: 'signed-url',
  description:
    'length that the scheme of the URL demands (Azure SAS, AWS SigV4, Google and others; the providers’ documentation)',
  check: (secret, around = alone) => verdictOf(secret, urlAround(around).parameters),
  hints(secret, around = alone) {
    const { before, parameters } = urlAround(around)
    return {
      ...hostHint(hostOfUrl(before)),
      ...scopeOf(parameters),
      ...(verdictOf(secret, parameters) === 'pass' ? expiryOf(parameters) : {})
    }
  }
}

function verdictOf(secret: string, parameters: Parameters): Verdict {
  const scheme = schemes.find(({ marks }) => marks.every((mark) => parameters.has(mark)))
  if (scheme === undefined) return 'unknown'
  return scheme.signature(percentDecoded(secret)) ? 'pass' : 'fail'
}

/** When the URL stops working. */
function expiryOf(parameters: Parameters): Hints {
  for (const name of ['x-amz', 'x-goog', 'x-oss', 'x-tos']) {
    const seconds = parameters.get(`${name}-expires`)
    if (seconds !== undefined && /^[0-9]{1,9}$/.test(seconds))
      return expiryHint(parseCompact(parameters.get(`${name}-date`) ?? '') + Number(seconds))
  }
  const end = parameters.get('se') ?? parameters.get('expires') ?? parameters.get('q-sign-time')?.split(';')[1] ?? ''
  return /^[0-9]+$/.test(end) ? expiryHint(end) : expiryHint(parseIso(end))
}

/** Account, region and service of AWS's scope `<key id>/<date>/<region>/<service>/aws4_request`. */
function scopeOf(parameters: Parameters): Hints {
  const scope = /^([A-Z0-9]{20})\/\d{8}\/([a-z0-9-]{2,24})\/([a-z0-9-]{2,24})\/aws4_request$/.exec(
    parameters.get('x-amz-credential') ?? ''
  )
  return scope === null ? {} : { ...awsKeyId.hints?.(scope[1]), region: scope[2], service: scope[3] }
}
