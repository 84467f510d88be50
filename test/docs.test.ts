// What README.md and docs/ show: every configuration loads, every file that is linked to is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkConfig } from '../src/config/config-load.ts'
import { configSchema } from '../src/config/config-schema.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  'README.md',
  'deploy/README.md',
  'detectors/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)
]
const text = (page: string) => readFileSync(join(root, page), 'utf8')

interface Block {
  readonly page: string
  readonly line: number
  readonly yaml: string
}

/** Configurations: blocks of YAML that begin with one of the sections. */
const blocks: readonly Block[] = pages.flatMap((page) => {
  const all = [...text(page).matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(({ 1: indent, 2: body, index }) => ({
    page,
    line: text(page).slice(0, index).split('\n').length,
    yaml: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
  }))
  return all.filter(({ yaml }) => Object.keys(configSchema.shape).some((section) => yaml.startsWith(`${section}:`)))
})

test('there are configurations in README.md and docs/', () => {
  expect(new Set(blocks.map(({ page }) => page))).toEqual(
    new Set(['README.md', 'docs/findings.md', 'docs/migration.md', 'docs/tuning.md'])
  )
})

test.each(blocks)('$page, line $line: the configuration loads', ({ yaml }) => {
  const anything = Buffer.alloc(32, 7).toString('base64')
  expect(checkConfig(yaml, { env: () => anything, file: () => anything }).mistakes).toEqual([])
})

test.each(pages)('%s: what it links to is there', (page) => {
  const links = [...text(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path]) => path)
  expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([])
})
