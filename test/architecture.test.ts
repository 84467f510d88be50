// Enforces the layout: arrows point to model.ts, sibling folders never import each other, the core is pure.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const FOLDERS = [
  'scan',
  'codecs',
  'redact',
  'otlp',
  'sources',
  'sinks',
  'tickets',
  'inventory',
  'kafka',
  'admin',
  'config',
  'hooks',
  'cli'
]
const LEAVES = ['model.ts', 'errors.ts', 'metrics.ts', 'exchange.ts', 'vagueness.ts']
const FORBIDDEN_FOLDERS = ['utils', 'core', 'lib', 'services']
/** Sibling imports that are allowed: config loads detectors through scan's own rules, both ends of OTLP speak the same protocol. */
const ALSO: Record<string, string[]> = {
  config: ['scan'],
  sources: ['otlp'],
  sinks: ['otlp'],
  inventory: ['config', 'scan', 'redact']
}

const PURE = /^(scan|codecs|redact)\/|^redactor\.ts$/
const PURE_MODULES = ['node:buffer', 'node:string_decoder', 'node:util', 'node:zlib']
const IMPURE_NAMES: [string, RegExp][] = [
  ['Date', /(?<![\w$.])Date\b/],
  ['Math.random', /\bMath\s*\.\s*random\b/],
  ['process', /(?<![\w$.])process\b(?!\.getBuiltinModule\()\s*(\.|\?\.|\[)|=\s*process\b(?!\.getBuiltinModule\()/],
  ['performance', /(?<![\w$.])performance\s*(\.|\?\.|\[)|=\s*performance\b/],
  ['crypto.getRandomValues', /\bgetRandomValues\b|\brandom(Bytes|UUID|Fill|FillSync|Int)\b/],
  ['fetch', /(?<![\w$.])fetch\s*\(/],
  ['a timer', /(?<![\w$.])set(Timeout|Interval|Immediate)\b/]
]

/** Files by path relative to src, with `/`. */
type Files = Record<string, string>

function violations(files: Files): string[] {
  return Object.entries(files).flatMap(([file, text]) =>
    isExempt(file) ? [] : [...placement(file), ...importsOf(file, text), ...purity(file, text)]
  )
}

/** Generated files, and AssemblyScript: the WebAssembly sandbox makes that pure. */
function isExempt(file: string): boolean {
  return file.startsWith('generated/') || file.startsWith('scan/kernel/assembly/') || !/\.[cm]?tsx?$/.test(file)
}

function placement(file: string): string[] {
  const folders = file.split('/').slice(0, -1)
  const found = folders.filter((name) => FORBIDDEN_FOLDERS.includes(name)).map((name) => `${file}: no folder "${name}"`)
  const top = folders[0]
  if (top !== undefined && !FOLDERS.includes(top)) found.push(`${file}: "${top}" is not a stage of the flow`)
  return found
}

function importsOf(file: string, text: string): string[] {
  return specifiers(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(file), specifier))
    .filter((target) => !mayImport(file, target))
    .map((target) => `${file} must not import ${target}`)
}

function mayImport(file: string, target: string): boolean {
  const from = area(file)
  const to = area(target)
  if (file === 'model.ts') return false
  if (LEAVES.includes(file)) return to === 'model.ts' || to === 'errors.ts'
  if (from === 'cli') return true
  if (to === 'generated') return from === 'scan' || from === 'create-redactor.ts'
  if (FOLDERS.includes(from)) return from === to || LEAVES.includes(to) || (ALSO[from] ?? []).includes(to)
  return to !== 'cli' && !target.startsWith('..')
}

/** The top folder of a path in src, or the file itself when it lies directly in src. */
function area(path: string): string {
  return path.split('/')[0]
}

function purity(file: string, text: string): string[] {
  if (!PURE.test(file)) return []
  const modules = specifiers(text).filter((specifier) => isBuiltin(specifier) && !isPureModule(file, specifier))
  const code = withoutComments(text, true)
  const names = IMPURE_NAMES.filter(([, pattern]) => pattern.test(code)).map(([name]) => name)
  return [...modules, ...names].map((what) => `${file}: the core is pure, no ${what}`)
}

function isPureModule(file: string, specifier: string): boolean {
  return PURE_MODULES.includes(specifier) || (specifier === 'node:crypto' && file.startsWith('redact/'))
}

const BARE_BUILTINS = [
  'fs',
  'net',
  'http',
  'https',
  'child_process',
  'os',
  'crypto',
  'worker_threads',
  'path',
  'timers'
]

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || BARE_BUILTINS.includes(area(specifier))
}

/** What a file imports, re-exports, requires, gets of Node at run time, or points to with `new URL(..., import.meta.url)`; types as well. */
function specifiers(text: string): string[] {
  const code = withoutComments(text, false)
  const pattern =
    /(?:\bfrom\s*|\bimport\s*\(?\s*|\b(?:require|getBuiltinModule)\s*\(\s*|\bnew\s+URL\s*\(\s*)(?:'([^'\n]+)'|"([^"\n]+)"|`([^`$\n]+)`)/g
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3])
}

/** Comments become a space; with `strings`, the text of literals goes too, while code in a template's `${}` stays. */
function withoutComments(text: string, strings: boolean): string {
  let out = ''
  const templates: number[] = [] // for each open `${`, how many `{` are open in it
  for (let at = 0; at < text.length; ) {
    const inTemplate = templates.at(-1) === -1
    const rest = inTemplate ? TEMPLATE_TEXT : REGEX_MAY_FOLLOW.test(out.slice(-12)) ? TOKEN_OR_REGEX : TOKEN
    rest.lastIndex = at
    const part = rest.exec(text)?.[0] ?? text[at]
    at += part.length
    out += render(part, inTemplate, strings)
    track(part, inTemplate, templates)
  }
  return out
}

const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])+|\$\{|`/y
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[\w$]+|\s+/y
const TOKEN_OR_REGEX = new RegExp(
  `${TOKEN.source}|\\/(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n])*\\]|[^/\\\\[\\n])+\\/[a-z]*`,
  'y'
)
const REGEX_MAY_FOLLOW = /(?:^|[=(,:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|of|in))\s*$/

function render(part: string, inTemplate: boolean, strings: boolean): string {
  if (inTemplate) return strings && part !== '`' && part !== '${' ? '' : part
  if (part.startsWith('//') || part.startsWith('/*')) return ' '
  return strings && part.length > 1 && /^['"/]/.test(part) ? "''" : part
}

/** -1 on the stack stands for the text of a template, a count for the code in its `${}`. */
function track(part: string, inTemplate: boolean, templates: number[]): void {
  const top = templates.length - 1
  if (part === '`') {
    if (inTemplate) templates.pop()
    else templates.push(-1)
  } else if (inTemplate && part === '${') templates.push(0)
  else if (top < 0 || inTemplate) return
  else if (part === '{') templates[top] = templates[top] + 1
  else if (part === '}' && templates[top] === 0) templates.pop()
  else if (part === '}') templates[top] = templates[top] - 1
}

function readTree(directory: string, prefix = ''): Files {
  const files: Files = {}
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const name = `${prefix}${entry.name}`
    if (entry.isDirectory()) Object.assign(files, readTree(join(directory, entry.name), `${name}/`))
    else files[name] = readFileSync(join(directory, entry.name), 'utf8')
  }
  return files
}

test('src keeps to the layout', () => {
  const files = readTree(fileURLToPath(new URL('../src', import.meta.url)))
  expect(Object.keys(files)).toContain('model.ts')
  expect(violations(files)).toEqual([])
})

describe('the checker', () => {
  const allowed: [string, string][] = [
    ['scan/scanner.ts', "import type { Hits } from '../model.ts'\nimport { x } from './kernel/load.ts'"],
    ['scan/kernel/load.ts', "import { kernelBase64 } from '../../generated/kernel.ts'\nimport RE2 from 're2'"],
    ['scan/checks/crc.ts', "import { crc32 } from 'node:zlib'\nimport { a } from '../values.ts'"],
    ['config/load.ts', "import { y } from '../scan/pattern.ts'\nimport { readFileSync } from 'node:fs'"],
    ['redact/fingerprint.ts', "import { createHmac } from 'node:crypto'"],
    ['redact/crypto.ts', "const { createHmac } = process.getBuiltinModule('node:crypto')"],
    ['redactor.ts', "import { s } from './scan/scanner.ts'\nimport { r } from './redact/actions.ts'"],
    ['pipeline.ts', "import { r } from './redactor.ts'\nconst now = Date.now()"],
    ['create-redactor.ts', "import d from './generated/detectors.json' with { type: 'json' }"],
    ['metrics.ts', "import type { M } from './model.ts'"],
    ['cli/redact.ts', "import { p } from '../pipeline.ts'\nimport { s } from '../sinks/stdout.ts'"],
    ['codecs/json.ts', '// new Date()\n/* Math.random() */ const text = "process.env"'],
    [
      'scan/values.ts',
      "const words = ['Date', `performance`, 'process.env']\nconst p = /process.env|'/\nconst q = 'x'"
    ],
    ['scan/text.ts', `const t = \`Date \${b ? \`process.env \${c}\` : '}'} new Date() // x\`; const d = 1`],
    ['scan/date.ts', 'interface T { process(a: string): void }\nconst v = a.process + options.performance'],
    ['scan/kernel/assembly/automaton.ts', 'const t = Date.now()']
  ]
  test.each(allowed)('allows in %s: %s', (file, text) => {
    expect(violations({ [file]: text })).toEqual([])
  })

  const refused: [string, string][] = [
    ['model.ts', "import type { E } from './errors.ts'"],
    ['errors.ts', "import { m } from './metrics.ts'"],
    ['metrics.ts', "import { r } from './redactor.ts'"],
    ['scan/scanner.ts', "import { c } from '../codecs/json.ts'"],
    ['scan/checks/deep.ts', "export { c } from '../../redact/overlap.ts'"],
    ['codecs/json.ts', "import type { S } from '../scan/scanner.ts'"],
    ['codecs/json.ts', "import * as g from '../generated/detectors.json'"],
    ['sinks/http.ts', "import { r } from '../redactor.ts'"],
    ['sources/file.ts', "const s = await import('../sinks/stdout.ts')"],
    ['sources/file.ts', "const s = new Worker(new URL('../sinks/stdout.ts', import.meta.url))"],
    ['tickets/ledger.ts', "import {\n  a,\n  b\n} from '../inventory/known.ts'"],
    ['scan/load.ts', "import { c } from '../config/load.ts'"],
    ['index.ts', "import { main } from './cli/main.ts'"],
    ['pipeline.ts', "import { main } from '../bin/logveil.mjs'"],
    ['pipeline.ts', "import { kernel } from './generated/kernel.ts'"],
    ['scan/utils/a.ts', 'export const a = 1'],
    ['tickets/core/a.ts', 'export const a = 1'],
    ['helpers/a.ts', 'export const a = 1'],
    ['scan/a.ts', "import { readFileSync } from 'node:fs'"],
    ['scan/a.ts', "import { promises } from 'fs/promises'"],
    ['codecs/a.ts', "import { createHash } from 'node:crypto'"],
    ['redact/a.ts', "import { randomBytes } from 'node:crypto'"],
    ['redact/a.ts', "import 'node:http'"],
    ['redact/a.ts', "const { request } = process.getBuiltinModule('node:http')"],
    ['scan/a.ts', "const { createHmac } = process.getBuiltinModule('node:crypto')"],
    ['redactor.ts', 'const at = new Date()'],
    ['redactor.ts', 'const at = Date.now()'],
    ['scan/a.ts', 'const r = Math.random()'],
    ['codecs/a.ts', 'const key = process.env.KEY'],
    ['codecs/a.ts', 'const { env } = process'],
    ['codecs/a.ts', 'const t = performance.now() // a comment'],
    ['codecs/a.ts', `const t = \`\${Date.now()}\``],
    ['codecs/a.ts', `const t = \`a \${b} c\`; const d = Date.now(); const e = \`\${{ a: {} }}\``],
    ['codecs/a.ts', `const t = /[/'"\`]/.test(s); const d = Date.now()`],
    ['codecs/a.ts', "const url = 'http://x' + Date.now()"],
    ['codecs/a.ts', 'const half = a / b; const t = Date.now(); const c = d / e']
  ]
  test.each(refused)('refuses in %s: %s', (file, text) => {
    expect(violations({ [file]: text })).toHaveLength(1)
  })
})
