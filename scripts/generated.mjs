// src/generated: files made from other files in this repository, remade only when their inputs have changed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const generated = join(root, 'src', 'generated')

/** Writes src/generated/<name> with make(), unless it is there already and was made from the same inputs. */
export async function remake(name, inputs, make) {
  const target = join(generated, name)
  const stampFile = join(generated, `.${name}.stamp`)
  const stamp = hashOf(inputs)
  if (existsSync(target) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  const text = await make()
  mkdirSync(generated, { recursive: true })
  replace(target, text)
  replace(stampFile, stamp)
}

export function hashOf(inputs) {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap(filesIn).sort())
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex')
}

export function filesIn(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)))
}

/** Two builds may run at once: a reader must never see half a file. */
export function replace(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}
