// src/admin/console → src/generated/console.json: the page for people as the admin port serves it, its TypeScript as one file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { remake, root } from './generated.mjs'

const directory = join(root, 'src/admin/console')

export async function buildConsole() {
  await remake('console.json', [directory, fileURLToPath(import.meta.url)], async () => {
    const texts = ['index.html', 'console.css', 'icon.svg'].map((name) => [
      name,
      readFileSync(join(directory, name), 'utf8')
    ])
    return `${JSON.stringify(Object.fromEntries([...texts, ['console.js', await script()]]))}\n`
  })
}

async function script() {
  const bundle = await rolldown({ input: join(directory, 'main.ts'), platform: 'browser' })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  return output[0].code
}
