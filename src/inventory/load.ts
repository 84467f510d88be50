import { readFileSync } from 'node:fs'
import { formatMistake, mistakesOf, shown } from '../config/config-mistakes.ts'
import { type Mistake, parseYaml } from '../config/config-yaml.ts'
import { LogveilError } from '../errors.ts'
import { type Inventory, inventorySchema } from './inventory-schema.ts'

/** Reads an inventory (YAML or JSON). Throws `CONFIG_INVALID` with all mistakes, one a line; `INPUT_FAILED` when it cannot be read. */
export function loadInventory(path: string): Inventory {
  const { inventory, mistakes } = checkInventory(readText(path))
  if (inventory !== null) return inventory
  throw new LogveilError('CONFIG_INVALID', mistakes.map((mistake) => formatMistake(path, mistake)).join('\n'))
}

/** The inventory, or every mistake in it. Mistakes never quote what is written. */
export function checkInventory(text: string): {
  readonly inventory: Inventory | null
  readonly mistakes: readonly Mistake[]
} {
  const quick = fromJson(text)
  if (quick !== null) return { inventory: quick, mistakes: [] }
  const { value, mistakes, lineOf } = parseYaml(text, nothingAround)
  if (mistakes.length > 0) return { inventory: null, mistakes }
  const read = inventorySchema.safeParse(value ?? {})
  if (!read.success)
    return {
      inventory: null,
      mistakes: read.error.issues.flatMap((issue) => mistakesOf(issue, lineOf, inventorySchema))
    }
  const twice = twins(read.data).map((path) => ({
    line: lineOf(path),
    path: shown(path),
    message: 'is the name of another secret as well'
  }))
  return twice.length > 0 ? { inventory: null, mistakes: twice } : { inventory: read.data, mistakes: [] }
}

/** A large one is written as JSON, which takes a hundredth of the time to read. Null: it has mistakes, or is none, and is read for their lines. */
function fromJson(text: string): Inventory | null {
  if (!/^\s*\{/.test(text)) return null
  try {
    const read = inventorySchema.safeParse(JSON.parse(text))
    return read.success && twins(read.data).length === 0 ? read.data : null
  } catch {
    return null
  }
}

/** An inventory is data: it holds no placeholders. */
const nothingAround = { env: () => undefined, file: () => undefined }

function twins({ secrets }: Inventory): PropertyKey[][] {
  const names = new Set<string>()
  return secrets.flatMap(({ name }, i) => {
    if (names.has(name)) return [['secrets', i, 'name']]
    names.add(name)
    return []
  })
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new LogveilError('INPUT_FAILED', `cannot read ${path} (${code})`, { cause })
  }
}
