// npm run new:detector -- PROVIDER [--prefix PREFIX] [--directory DIR]: scaffolds DIR/PROVIDER.yaml, a detector that passes
// `logveil detectors check` as it is. What to change in it stands in its comments; detectors/README.md says the rest.
import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './generated.mjs'

const usage = 'usage: npm run new:detector -- PROVIDER [--prefix PREFIX] [--directory DIR]'

try {
  const { provider, prefix, directory } = parse(process.argv.slice(2))
  const file = join(directory, `${provider}.yaml`)
  if (existsSync(file)) throw new Error(`${shown(file)} is there already: add the detector to it`)
  writeFileSync(file, scaffold(provider, prefix))
  console.log(`${shown(file)}: edit it, then run\n  npm run -s detectors -- check ${shown(file)}`)
} catch (error) {
  console.error(`new:detector: ${error.message}`)
  process.exitCode = 1
}

function parse(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { prefix: { type: 'string' }, directory: { type: 'string' } }
  })
  const [provider] = positionals
  if (positionals.length !== 1) throw new Error(usage)
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(provider))
    throw new Error('the provider is kebab-case: lower-case letters, digits, hyphens')
  const prefix = values.prefix ?? `${provider.replaceAll('-', '_')}_`
  if (!/^[A-Za-z0-9_.-]{3,40}$/.test(prefix)) throw new Error('the prefix has 3 to 40 letters, digits and any of _ . -')
  return { provider, prefix, directory: values.directory ?? join(root, 'detectors') }
}

function shown(file) {
  const path = relative('', file)
  return path.startsWith('..') ? file : path
}

function scaffold(provider, prefix) {
  const name = provider
    .split('-')
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join(' ')
  const escaped = prefix.replaceAll('.', '\\.')
  return `# yaml-language-server: $schema=schema.json
provider: ${/^[0-9]|^(?:null|true|false)$/.test(provider) ? `'${provider}'` : provider}
name: ${name}
# The page that describes the format. Without one: where you saw it.
references:
  - https://example.com/CHANGE-ME
# Where the owner replaces a leaked one; stands in the ticket. Leave it out when there is no such page.
rotation: https://example.com/CHANGE-ME
detectors:
  # Stands in every placeholder and ticket: never rename it later.
  - id: ${provider}-token
    name: ${name} token
    # critical: takes over accounts or money; high: reads or changes data; medium: limited; low: hardly a secret.
    severity: high
    # Literals that every match contains. The longer, the cheaper.
    keywords: ['${prefix}']
    # RE2, bounded ({32}, {20,200}; no + or *), exactly one group: what is redacted. What may stand around it is not its business:
    # a token begins and ends where its own alphabet does (boundaries).
    pattern: '(${escaped}[A-Za-z0-9]{32})'
    # Offline proofs of structure, when the format has one: npx logveil detectors list --checks
    # checks: [github-crc32]
    # At least two, as they stand in logs. [[ ]] marks what must be redacted, {{base62:32}} is random: no real token here.
    examples:
      - 'level=info msg="calling ${provider}" key=[[${prefix}{{base62:32}}]]'
      - '{"msg":"401 for [[${prefix}{{base62:32}}]] at /v1/items"}'
    # Near misses that must stay: one short, one long, a public identifier that looks alike.
    counterExamples:
      - '${prefix}{{base62:31}}'
      - '${prefix}{{base62:33}}'
`
}
