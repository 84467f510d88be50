// re2 is the oracle of these tests: where it cannot be loaded they fail, they never skip.
import RE2 from 're2'
import type { PatternAst, PatternNode } from '../../src/scan/pattern/pattern.ts'

/** Numbers from 0 to below `limit`, the same for the same seed. */
export type Random = (limit: number) => number

export function seededRandom(seed: number): Random {
  let state = seed | 0
  return (limit) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

/** Bytes that the pattern matches as a whole, assertions left aside. */
export function sampleMatch(ast: PatternAst, random: Random): number[] {
  return sample(ast.root, ast.caseInsensitive, random)
}

function sample(node: PatternNode, fold: boolean, random: Random): number[] {
  switch (node.kind) {
    case 'literal':
      return node.bytes.map((byte) => (fold && byte >= 0x61 && byte <= 0x7a && random(2) === 1 ? byte ^ 0x20 : byte))
    case 'class':
      return sampleClass(node.set, random)
    case 'group':
      return sample(node.node, fold, random)
    case 'concat':
      return node.nodes.flatMap((part) => sample(part, fold, random))
    case 'alternation':
      return sample(node.nodes[random(node.nodes.length)], fold, random)
    case 'repeat': {
      const most = Math.min(node.max, node.min + 12)
      const count = random(8) === 0 && node.max <= 100 ? node.max : node.min + random(most - node.min + 1)
      return Array.from({ length: count }, () => sample(node.node, fold, random)).flat()
    }
    case 'assertion':
      return []
  }
}

const characters = ['é', '€', '😀'].map((text) => [...Buffer.from(text)])

function sampleClass(set: Uint8Array, random: Random): number[] {
  if (set[0x80] === 1 && random(6) === 0) return characters[random(characters.length)]
  const members = [...set.keys()].filter((byte) => byte < 0x80 && set[byte] === 1)
  return members.length === 0 ? characters[0] : [members[random(members.length)]]
}

/** A pattern of the dialect with one group, over so few characters that its parts often overlap. */
export function randomPattern(random: Random): string {
  const parts = Array.from({ length: 1 + random(4) }, () => randomPart(random, 2))
  const group = random(parts.length)
  const width = 1 + random(parts.length - group)
  return [...parts.slice(0, group), '(', ...parts.slice(group, group + width), ')', ...parts.slice(group + width)].join(
    ''
  )
}

const atoms = [
  'a',
  'b',
  'B',
  '0',
  '-',
  'ab',
  'é',
  '[ab]',
  '[a-c]',
  '[^a]',
  '[0b]',
  '[-a]',
  '[A-Z]',
  '\\d',
  '\\w',
  '\\x61',
  '\\-',
  '.',
  '\\s'
]
const quantifiers = ['?', '{2}', '{1,3}', '{0,2}', '{2,4}', '??', '{1,3}?', '{0}', '{3}', '{0,1}']

/** Long enough to be remembered by the bounded matcher; at the top only, since RE2 multiplies nested ones. */
const longQuantifiers = ['{0,70}', '{2,64}']

function randomPart(random: Random, depth: number): string {
  const nested = depth > 0 && random(3) === 0
  const atom = nested ? randomWays(random, depth - 1) : atoms[random(atoms.length)]
  if (atom === 'ab' || random(2) === 0) return atom
  const choices = depth === 2 && !nested && random(3) === 0 ? longQuantifiers : quantifiers
  return atom + choices[random(choices.length)]
}

function randomWays(random: Random, depth: number): string {
  const way = () => Array.from({ length: random(3) }, () => randomPart(random, depth)).join('')
  return `(?:${Array.from({ length: 1 + random(3) }, way).join('|')})`
}

/** Where RE2 finds group 1 at the very start of `bytes[at..end)`; null when it does not match there. */
export function anchoredByRe2(expression: RE2, bytes: Buffer, at: number, end: number): [number, number] | null {
  const group = expression.exec(bytes.subarray(at, end))?.indices?.[1]
  return group === undefined ? null : [at + group[0], at + group[1]]
}

export function anchored(source: string, caseInsensitive: boolean): RE2 {
  return new RE2(`^(?:${source})`, caseInsensitive ? 'di' : 'd')
}

export interface RealisticPattern {
  readonly source: string
  readonly caseInsensitive?: true
  /** null: no literal begins every match */
  readonly prefixes: readonly string[] | null
  /** of a match, in bytes */
  readonly lengths: readonly [min: number, max: number]
  /** Certain bytes behind every prefix; more than one number when they differ. */
  readonly body: readonly number[]
  /** of the group, as inside [...]; null: ends in a literal */
  readonly last: string | null
  /** whether it runs without RE2 */
  readonly bounded: boolean
}

/** Shapes of real tokens, and what must be known of each. */
export const realisticPatterns: readonly RealisticPattern[] = [
  {
    source: '(ghp_[A-Za-z0-9]{36})',
    prefixes: ['ghp_'],
    lengths: [40, 40],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(gh[ou]_[A-Za-z0-9]{36})',
    prefixes: ['gho_', 'ghu_'],
    lengths: [40, 40],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(ghr_[A-Za-z0-9]{76})',
    prefixes: ['ghr_'],
    lengths: [80, 80],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(github_pat_[0-9][A-Za-z0-9]{21}_[A-Za-z0-9]{59})',
    prefixes: ['github_pat_'],
    lengths: [93, 93],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(ghs_\\d{4,12}_[\\w-]{20,400}\\.[\\w-]{20,400}\\.[\\w-]{20,400})',
    prefixes: ['ghs_'],
    lengths: [71, 1219],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(glpat-[\\w-]{20})',
    prefixes: ['glpat-'],
    lengths: [26, 26],
    body: [20],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas)-[A-Za-z0-9_-]{27,300}\\.[0-9a-z]{2}\\.[0-9a-z]{9})',
    prefixes: ['glpat-', 'glptt-', 'gldt-', 'glrt-', 'glcbt-', 'glft-', 'glimt-', 'glagent-', 'gloas-'],
    lengths: [45, 321],
    body: [32],
    last: '0-9a-z',
    bounded: true
  },
  {
    source: '(glrt-t\\d_[\\w-]{27,300}\\.01\\.[0-9a-z]{9})',
    prefixes: ['glrt-t'],
    lengths: [48, 321],
    body: [32],
    last: '0-9a-z',
    bounded: true
  },
  {
    source: '(npm_[A-Za-z0-9]{36})',
    prefixes: ['npm_'],
    lengths: [40, 40],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(vc[piark]_[A-Za-z0-9_-]{56})',
    prefixes: ['vca_', 'vci_', 'vck_', 'vcp_', 'vcr_'],
    lengths: [60, 60],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(glsa_[A-Za-z0-9]{32}_[a-f0-9]{8})',
    prefixes: ['glsa_'],
    lengths: [46, 46],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(glc_eyJ[A-Za-z0-9+/]{60,400}={0,2})',
    prefixes: ['glc_eyJ'],
    lengths: [67, 409],
    body: [32],
    last: null,
    bounded: true
  },
  {
    source: '(cf(?:ut|at|k)_[A-Za-z0-9]{40}[a-f0-9]{8})',
    prefixes: ['cfut_', 'cfat_', 'cfk_'],
    lengths: [52, 53],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(AT[AC]TT3xFfG[A-Za-z0-9_=-]{150,300}=[A-F0-9]{8})',
    prefixes: ['ATATT3xFfG', 'ATCTT3xFfG'],
    lengths: [169, 319],
    body: [32],
    last: '0-9A-F',
    bounded: false
  },
  {
    source: '(ATBB[A-Za-z0-9]{24}[A-F0-9]{8})',
    prefixes: ['ATBB'],
    lengths: [36, 36],
    body: [32],
    last: '0-9A-F',
    bounded: true
  },
  {
    source: '(zpka_[a-z0-9]{32}_[a-f0-9]{8})',
    prefixes: ['zpka_'],
    lengths: [46, 46],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(cflt[A-Za-z0-9+/]{60})',
    prefixes: ['cflt'],
    lengths: [64, 64],
    body: [32],
    last: '+/-9A-Za-z',
    bounded: true
  },
  {
    source: '([A-Za-z0-9]{52}JQQJ9[9DH][A-Z][A-L][A-Za-z0-9]{12}(?:ACOG|AWPS|AZDO)[A-Za-z0-9]{4})',
    prefixes: null,
    lengths: [80, 80],
    body: [],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '([\\w~.-]{3}[78]Q~[\\w~.-]{31,34})',
    prefixes: null,
    lengths: [37, 40],
    body: [],
    last: '\\-.0-9A-Z_a-z~',
    bounded: true
  },
  { source: '([a-z2-7]{52})', prefixes: null, lengths: [52, 52], body: [], last: '2-7a-z', bounded: true },
  { source: '(oy2[a-z2-7]{43})', prefixes: ['oy2'], lengths: [46, 46], body: [32], last: '2-7a-z', bounded: true },
  {
    source: '(AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58})',
    prefixes: ['AGE-SECRET-KEY-1'],
    lengths: [74, 74],
    body: [32],
    last: '02-9AC-HJ-NP-Z',
    bounded: true
  },
  {
    source: '((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})',
    prefixes: ['A3T', 'AKIA', 'ASIA', 'ABIA', 'ACCA'],
    lengths: [20, 20],
    body: [17, 16],
    last: '2-7A-Z',
    bounded: true
  },
  { source: '([A-Za-z0-9+/]{40})', prefixes: null, lengths: [40, 40], body: [], last: '+/-9A-Za-z', bounded: true },
  {
    source: '(eyJ[\\w-]{10,900}\\.eyJ[\\w-]{10,900}\\.[\\w-]{20,700})',
    prefixes: ['eyJ'],
    lengths: [48, 2508],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(e(?:yJ|wo)[\\w-]{10,900}\\.e(?:yJ|wo)[\\w-]{10,900}\\.[\\w-]{0,700})',
    prefixes: ['eyJ', 'ewo'],
    lengths: [28, 2508],
    body: [25],
    last: null,
    bounded: true
  },
  {
    source: '(pypi-AgE[Il]c[\\w-]{100,400})',
    prefixes: ['pypi-AgEIc', 'pypi-AgElc'],
    lengths: [110, 410],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(sntrys_eyJ[A-Za-z0-9+/=_]{60,400}_[A-Za-z0-9+/]{43})',
    prefixes: ['sntrys_eyJ'],
    lengths: [114, 454],
    body: [32],
    last: '+/-9A-Za-z',
    bounded: false
  },
  {
    source: '(sntryu_[a-f0-9]{64})',
    prefixes: ['sntryu_'],
    lengths: [71, 71],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(ops_eyJ[\\w-]{200,900})',
    prefixes: ['ops_eyJ'],
    lengths: [207, 907],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '([MNO][\\w-]{23,25}\\.[\\w-]{6}\\.[\\w-]{27,38})',
    prefixes: null,
    lengths: [59, 72],
    body: [],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(\\d{8,12}:AA[\\w-]{33})',
    prefixes: null,
    lengths: [44, 48],
    body: [],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '/bot(\\d{8,12}:AA[\\w-]{33})/',
    prefixes: ['/bot'],
    lengths: [49, 53],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(cmVmdGtuO[A-Za-z0-9]{55})',
    prefixes: ['cmVmdGtuO'],
    lengths: [64, 64],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(AKCp[1-9A-HJ-NP-Za-km-z]{69})',
    prefixes: ['AKCp'],
    lengths: [73, 73],
    body: [32],
    last: '1-9A-HJ-NP-Za-km-z',
    bounded: true
  },
  {
    source: '(hvs\\.CAES[\\w-]{86,116})',
    prefixes: ['hvs.CAES'],
    lengths: [94, 124],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(hv[br]\\.[\\w-]{90,300})',
    prefixes: ['hvb.', 'hvr.'],
    lengths: [94, 304],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(xoxb-\\d{10,13}-\\d{10,13}-[A-Za-z0-9]{24,34})',
    prefixes: ['xoxb-'],
    lengths: [51, 67],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(xox[pe](?:-\\d{10,13}){3}-[a-z0-9]{28,34})',
    prefixes: ['xoxe-', 'xoxp-'],
    lengths: [66, 81],
    body: [32],
    last: '0-9a-z',
    bounded: true
  },
  {
    source: '(xapp-\\d-A[A-Z0-9]{8,12}-\\d{10,15}-[a-f0-9]{64})',
    prefixes: ['xapp-'],
    lengths: [92, 101],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(xoxe\\.xox[bp]-\\d-[A-Za-z0-9]{163,166})',
    prefixes: ['xoxe.xoxb-', 'xoxe.xoxp-'],
    lengths: [175, 178],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: 'https://hooks\\.slack\\.com/(?:services|workflows)/(T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24})',
    prefixes: ['https://hooks.slack.com/services/T', 'https://hooks.slack.com/workflows/T'],
    lengths: [77, 86],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source:
      '(sk-(?:proj|svcacct|admin)-(?:[\\w-]{74}T3BlbkFJ[\\w-]{74}|[\\w-]{58}T3BlbkFJ[\\w-]{58}|[\\w-]{20}T3BlbkFJ[\\w-]{20}))',
    prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'],
    lengths: [56, 167],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})',
    prefixes: ['sk-'],
    lengths: [51, 51],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(sk-ant-(?:api03|admin01|oat01)-[\\w-]{93}AA)',
    prefixes: ['sk-ant-api03-', 'sk-ant-admin01-', 'sk-ant-oat01-'],
    lengths: [108, 110],
    body: [32],
    last: null,
    bounded: true
  },
  {
    source: '(AIza[\\w-]{35})',
    prefixes: ['AIza'],
    lengths: [39, 39],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(GOCSPX-[\\w-]{28})',
    prefixes: ['GOCSPX-'],
    lengths: [35, 35],
    body: [28],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(ya29\\.[\\w-]{20,1000})',
    prefixes: ['ya29.'],
    lengths: [25, 1005],
    body: [20],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,99})',
    prefixes: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'],
    lengths: [18, 107],
    body: [10],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(whsec_[A-Za-z0-9+/]{32,64}={0,2})',
    prefixes: ['whsec_'],
    lengths: [38, 72],
    body: [32],
    last: null,
    bounded: true
  },
  {
    source: '(SG\\.[\\w-]{22}\\.[\\w-]{43})',
    prefixes: ['SG.'],
    lengths: [69, 69],
    body: [32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  { source: '(SK[a-f0-9]{32})', prefixes: ['SK'], lengths: [34, 34], body: [32], last: '0-9a-f', bounded: true },
  {
    source: '(sq0(?:atp-[\\w-]{22}|csp-[\\w-]{43}))',
    prefixes: ['sq0atp-', 'sq0csp-'],
    lengths: [29, 50],
    body: [22, 32],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})',
    prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    lengths: [38, 38],
    body: [32],
    last: '0-9A-Fa-f',
    bounded: true
  },
  {
    source: '(do[por]_v1_[a-f0-9]{64})',
    prefixes: ['doo_v1_', 'dop_v1_', 'dor_v1_'],
    lengths: [71, 71],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  { source: '(hf_[A-Za-z]{34})', prefixes: ['hf_'], lengths: [37, 37], body: [32], last: 'A-Za-z', bounded: true },
  {
    source: '(dapi[a-f0-9]{32}(?:-\\d)?)',
    prefixes: ['dapi'],
    lengths: [36, 38],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(lin_api_[A-Za-z0-9]{40})',
    prefixes: ['lin_api_'],
    lengths: [48, 48],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44})',
    prefixes: ['dp.pt.', 'dp.st.', 'dp.sa.', 'dp.scim.', 'dp.ct.', 'dp.audit.'],
    lengths: [46, 89],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(PMAK-[a-f0-9]{24}-[a-f0-9]{34})',
    prefixes: ['PMAK-'],
    lengths: [64, 64],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(dt0c0[1-9]\\.[A-Z2-7]{24}\\.[A-Z2-7]{64})',
    prefixes: ['dt0c0'],
    lengths: [96, 96],
    body: [32],
    last: '2-7A-Z',
    bounded: true
  },
  {
    source: '([A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,70})',
    prefixes: null,
    lengths: [83, 93],
    body: [],
    last: '\\-0-9A-Z_a-z',
    bounded: true
  },
  {
    source: '(re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24})',
    prefixes: ['re_'],
    lengths: [36, 36],
    body: [32],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(sk-or-v1-[a-f0-9]{64})',
    prefixes: ['sk-or-v1-'],
    lengths: [73, 73],
    body: [32],
    last: '0-9a-f',
    bounded: true
  },
  {
    source: '(tskey-(?:auth|api|client)-[A-Za-z0-9]{10,20}-[A-Za-z0-9]{20,40})',
    prefixes: ['tskey-auth-', 'tskey-api-', 'tskey-client-'],
    lengths: [41, 74],
    body: [31],
    last: '0-9A-Za-z',
    bounded: true
  },
  {
    source: '(bearer [\\w.~+/-]{20,300}={0,2})',
    caseInsensitive: true,
    prefixes: ['bearer '],
    lengths: [27, 309],
    body: [20],
    last: null,
    bounded: true
  },
  {
    source: 'key-([a-f0-9]{32})',
    caseInsensitive: true,
    prefixes: ['key-'],
    lengths: [36, 36],
    body: [32],
    last: '0-9A-Fa-f',
    bounded: true
  },
  {
    source: '[a-z][a-z0-9+.-]{2,12}://[^:@/\\s]{0,64}:([^@/\\s]{3,128})@',
    prefixes: null,
    lengths: [11, 786],
    body: [],
    last: '^\\t\\n\\f\\r /@',
    bounded: false
  },
  {
    source: '(?:password|passwd|pwd)=([^;\\s]{6,64})',
    prefixes: ['password=', 'passwd=', 'pwd='],
    lengths: [10, 265],
    body: [6],
    last: '^\\t\\n\\f\\r ;',
    bounded: false
  }
]
