import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { documentedPacks } from '../../src/cli/bundled-files.ts'
import { describeDetectors } from '../../src/config/detector-docs.ts'
import { loadDetectors } from '../../src/scan/load/load.ts'

test('docs/detectors.md is that of the files: else `npm run docs`', () => {
  const written = readFileSync(fileURLToPath(new URL('../../docs/detectors.md', import.meta.url)), 'utf8')
  // Not toBe: a difference would be printed with half a megabyte around it.
  expect(written === describeDetectors(documentedPacks())).toBe(true)
})

describe('the table', () => {
  const detector = (id: string, more: object = {}) => ({
    id,
    name: `The <${id}> | one`,
    severity: 'low',
    keywords: ['zork_'],
    pattern: '(zork_[a-z]{8})',
    examples: ['a=[[zork_{{lower:8}}]]', 'b=[[zork_{{lower:8}}]]'],
    counterExamples: ['zork_'],
    ...more
  })
  const source = (provider: string, head: object, ...detectors: object[]) => ({
    file: `${provider}.yaml`,
    content: { provider, references: [`https://${provider}.test/a`, `https://${provider}.test/b`], ...head, detectors },
    lineOf: () => 0
  })

  test('groups detectors by provider, marks proofs, links where to rotate and to read', () => {
    const { placed } = loadDetectors([
      source('zork', { name: 'Zork_Inc', rotation: 'https://zork.test/keys' }, detector('zork-a'), detector('zork-b')),
      source('acme', {}, detector('acme-a', { checks: ['jwt', 'luhn'] }))
    ])
    expect(
      describeDetectors([
        { name: 'default', about: 'All.', placed },
        { name: 'none', about: 'Off.', placed: [] }
      ])
    ).toBe(`# Detectors

Written by \`npm run docs\` from the files in \`detectors/\`; change those.

3 in \`default\`, 0 in \`none\`. A check in bold is an offline proof: a finding that passes is \`confirmed\`. The others drop what is no secret.
\`logveil detectors coverage\` sums this up by provider, \`logveil detectors list --checks\` says what each check does.

## Pack \`default\`

All.

### acme

| id | name | severity | context | checks | rotation | reference |
|---|---|---|---|---|---|---|
| \`acme-a\` | The \\<acme-a> \\| one | low | anywhere | **jwt**, luhn | | [1](https://acme.test/a) [2](https://acme.test/b) |

### Zork\\_Inc

| id | name | severity | context | checks | rotation | reference |
|---|---|---|---|---|---|---|
| \`zork-a\` | The \\<zork-a> \\| one | low | anywhere | | [rotate](https://zork.test/keys) | [1](https://zork.test/a) [2](https://zork.test/b) |
| \`zork-b\` | The \\<zork-b> \\| one | low | anywhere | | [rotate](https://zork.test/keys) | [1](https://zork.test/a) [2](https://zork.test/b) |

## Pack \`none\`

Off.
`)
  })
})
