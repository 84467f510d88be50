import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeConfiguration } from '../../src/config/config-docs.ts'
import { configJsonSchema } from '../../src/config/config-schema.ts'

test('docs/configuration.md is that of the schema: else `npm run docs`', () => {
  const written = readFileSync(fileURLToPath(new URL('../../docs/configuration.md', import.meta.url)), 'utf8')
  expect(written === describeConfiguration(configJsonSchema())).toBe(true)
})

test('settings, parts, kinds and lists', () => {
  const kinds = [
    { type: 'object', properties: { type: { const: 'a' }, size: { type: 'integer', default: 4 } } },
    {
      type: 'object',
      properties: { type: { enum: ['b', 'c'] }, key: { type: 'string', secret: true } },
      required: ['key']
    }
  ]
  const text = describeConfiguration({
    properties: {
      level: { enum: ['low', 'high'], default: 'low', description: 'How much' },
      from: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            kind: { oneOf: kinds },
            tls: {
              anyOf: [{ type: 'object', properties: { file: { type: 'string' } } }, { type: 'null' }],
              default: null
            }
          }
        }
      }
    }
  })
  expect(text.slice(text.indexOf('| `level`')).split('\n')).toEqual([
    '| `level` | `"low"`, `"high"` | `"low"` | How much. |',
    '',
    '## `from[ ]`',
    '',
    '| setting | type | default | |',
    '|---|---|---|---|',
    '| `tls` | object or null | `null` |  |',
    '| `tls.file` | string |  |  |',
    '',
    '### `from[ ].kind`',
    '',
    '#### `from[ ].kind`, `type: a`',
    '',
    '| setting | type | default | |',
    '|---|---|---|---|',
    '| `size` | integer | `4` |  |',
    '',
    '#### `from[ ].kind`, `type: b`, `type: c`',
    '',
    '| setting | type | default | |',
    '|---|---|---|---|',
    '| `key` | string | **needed** | A secret. |',
    ''
  ])
})
