// The prefilter alone: MB/s over clean logs, ns for small texts, ms for 1 MiB of repeated literals.
// node bench/kernel.ts [log file, may be gzipped]; without one the development corpus beside the repository, if it is
// there, else generated lines.

import assert from 'node:assert'
import { buildAutomaton, type Guard, type Literal } from '../src/scan/automaton.ts'
import { findAll } from '../test/scan/automaton-oracle.ts'
import { loadCorpus, loadLog } from './corpus.ts'
import { bestMs } from './measure.ts'

const ROUNDS = 9
const SAMPLE_BYTES = 1 << 20

const PREFIXES = `
ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glrt- glcbt- glffct- glft- glimt- glagent- gloas- glptt- glsoat- gldt- npm_
GR1348941 vcp_ vci_ vca_ vcr_ vck_ glsa_ glc_ cfut_ cfat_ cfk_ ATATT3 ATCTT3 ATBB zpka_ cflt JQQJ99 8Q~ 7Q~ oy2 AKIA ASIA
AGE-SECRET-KEY-1 ABIA ACCA A3T eyJ ewo pypi- sntrys_ sntryu_ ops_ hvs. hvb. hvr. cmVmdGtuO AKCp BBDC- xoxb- xoxp- xoxe-
xoxa- xoxs- xoxr- xapp- xwfp- hooks.slack.com/services/ sk-proj- sk-svcacct- sk-admin- T3BlbkFJ sk-ant-api03- sk-ant-admin01-
sk-ant-oat01- &sig= X-Amz-Signature X-Goog-Signature -----BEGIN PuTTY-User-Key $2a$ $2b$ $2y$ $argon2 $apr1$ AIza GOCSPX-
ya29. sk_live_ sk_test_ rk_live_ rk_test_ sk_org_ whsec_ SG. EAAA sq0atp- sq0csp- sq0idp- shpat_ shpca_ shppa_ shpss_ dop_v1_
doo_v1_ dor_v1_ hf_ api_org_ dapi ntn_ lin_api_ lin_oauth_ dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. pul- rubygems_
PMAK- dt0c01. .atlasv1. FlyV1 fo1_ fm1_ fm2_ sbp_ sb_secret_ NRAK- NRJS- NRII- phx_ phc_ tskey-api- tskey-auth- re_ sgp_
xai- sk-or-v1- dckr_pat_ dckr_oat_ CFPAT- _mmk gsk_ pplx- pscale_pw_ pscale_tkn_ pscale_oauth_ rdme_ xkeysib- xsmtpsib-
sm_pat_ sm_aat_ sm_sat_ squ_ sqp_ sqa_ tfp_ aio_ bkua_ CCIPAT_ odt_ smtp_ tk-us- HRKU- FLWSECK_ FLWPUBK_ fio-u- live_pub_
test_pub_ key- pubkey- ico- CLOJARS_ dnkey- p8e- pnu_ r8_ rnd_ nfp_ figd_ figu_ flb_ AccountKey= SharedAccessKey=
SharedAccessSignature DefaultEndpointsProtocol +ASt +AMC +ASb +AEh ACDb AzCa AzFu AzSe AIoT APIM ACRD duffel_test_
duffel_live_ EZAK EZTK frameio- hooks.zapier.com mailgun- m0- mch_ nvapi- okta_ oai_ prefect_ shippo_live_ shippo_test_ snyk_
telegram_bot vault_ wandb_ xendit_ AQVN t1.9eu y0_ jina_ lsv2_pt_ lsv2_sk_ pcsk_ sk.eyJ pk.eyJ amzn.mws. amzn1.oa2- LTAI AKID
EAACEdEose0cBA EAAB IGQV discord_ MTA4 apify_api_ algolia_ bitly_ cio_ pk_prod_ ddapi_ ddp_ deno_ dropbox_ sl. essu_ fnA
pat-na1- pat-eu1- dG9rO intercom_ EZTK_ patA fauna_ lob_live_ lob_test_ plaid- secret-test- sumo_ tfc_ zd_ ctp_ cpat_`

const KEY_WORDS = `
pass passw password passwd pwd pw secret token apikey api_key api-key auth authorization key credential cred session
sessionid sid cookie private privatekey access access_key bearer basic signature passphrase pin otp jwt client_secret
connectionstring conn_str dsn webhook salt cipher encryption signing seed mnemonic license account_key shared_key sas_token
x-api-key x-auth csrf xsrf refresh id_token hash nonce userpass login ssh pgp pem certificate`

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function byteClass(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0))
}

/** A small generator, so that every run has the same literals and lines. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
}

function listLiterals(): Literal[] {
  const random = createRandom(12345)
  const after = byteClass(/[\w-]/)
  const before = byteClass(/[A-Za-z0-9]/)
  const token: Guard = { kind: 'run', min: 16, after, before, exactCase: true }
  const encoded = Array.from({ length: 150 }, () => Array.from({ length: 5 }, () => BASE64[random(64)]).join(''))
  return [
    ...words(PREFIXES).map((text) => ({ text, guard: token })),
    ...words(KEY_WORDS).map((text) => ({ text, guard: { kind: 'assign', whole: false } as const })),
    ...encoded.map((text) => ({ text, guard: { kind: 'none' } as const })),
    { text: '://', guard: { kind: 'userinfo' } }
  ]
}

function words(list: string): string[] {
  return list.trim().split(/\s+/)
}

const literals = listLiterals()
const log = process.argv[2] === undefined ? loadCorpus(40e6).bytes : loadLog(process.argv[2])
const buildMs = bestMs(5, () => buildAutomaton(literals))
const automaton = buildAutomaton(literals)
const { states, classes, tableBytes } = automaton.stats
console.log(
  `${literals.length} literals: ${states} states, ${classes} classes, ${tableBytes >> 10} KiB, ${buildMs.toFixed(1)} ms`
)

const at = Math.max(log.length / 2 - SAMPLE_BYTES, 0)
const sample = log.subarray(at, at + SAMPLE_BYTES)
const expected = findAll(literals, sample.toString('latin1'))
const found = automaton.scan(sample)
assert.deepEqual([...found.pairs], expected.flat(), 'the automaton and the oracle disagree')
console.log(`sample of ${sample.length} bytes: ${found.count} hits, as the oracle finds`)

for (const batch of [4 << 10, 64 << 10, 1 << 20, log.length]) {
  let hits = 0
  const ms = bestMs(ROUNDS, () => {
    hits = 0
    for (let i = 0; i < log.length; i += batch) hits += automaton.scan(log, i, Math.min(i + batch, log.length)).count
  })
  const mbps = Math.round(log.length / ms / 1e3)
  console.log(`${mbps} MB/s in batches of ${batch} bytes, ${hits} hits in ${log.length} bytes`)
}

for (const size of [50, 100, 200, 500, 2000]) {
  const text = new Uint8Array(size).fill(0x78)
  const ms = bestMs(ROUNDS, () => {
    for (let i = 0; i < 100_000; i++) automaton.scan(text)
  })
  console.log(`${Math.round(ms * 10)} ns for a text of ${size} bytes without hits`)
}

const repeated = [
  ...literals.map((literal) => literal.text),
  '"pw",',
  'pw[',
  "'pw',\"pw',`pw',",
  'key ',
  '--pw ',
  'pw (a1'
]
const [slowest, ms] = repeated
  .map((unit): [string, number] => {
    const line = Buffer.alloc(1 << 20, unit)
    return [unit, bestMs(2, () => automaton.scan(line))]
  })
  .reduce((most, next) => (next[1] > most[1] ? next : most))
console.log(`${ms.toFixed(1)} ms for 1 MiB of the slowest repetition, ${JSON.stringify(slowest)}`)
