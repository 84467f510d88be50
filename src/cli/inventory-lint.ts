import { formatMistake } from '../config/config-mistakes.ts'
import { LogveilError } from '../errors.ts'
import { createRedactor } from '../index.ts'
import { inventoryJsonSchema } from '../inventory/inventory-schema.ts'
import { listedSecrets } from '../inventory/listed.ts'
import { checkInventory, readText } from '../inventory/load.ts'
import type { InventoryArguments } from './inventory-arguments.ts'
import type { Outcome } from './outcome.ts'

/** `logveil inventory lint FILE`. */
export async function lintInventory({ positionals, values }: InventoryArguments): Promise<Outcome> {
  const [path, ...rest] = positionals
  if (path === undefined || rest.length > 0)
    throw new LogveilError('USAGE_INVALID', 'say `logveil inventory lint FILE`')
  const text = readText(path)
  const { inventory, mistakes } = checkInventory(text)
  const all = [...mistakes, ...secretsIn(text)].sort((a, b) => a.line - b.line)
  const status = all.length > 0 ? 1 : 0
  if (values.json) return { text: `${JSON.stringify(all, null, 2)}\n`, status }
  const lines = all.map((mistake) => formatMistake(path, mistake))
  if (inventory !== null && status === 0) {
    const listed = listedSecrets(inventory)
    const found = listed.filter(({ forms }) => forms.some(({ token }) => token !== null)).length
    lines.push(
      `${path}: good, ${inventory.secrets.length} secrets, ${listed.length} versions with fingerprints, ${found} of them looked for`
    )
  }
  return { text: `${lines.join('\n')}\n`, status }
}

/** `logveil inventory schema`. */
export function showSchema(): Outcome {
  return { text: `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`, status: 0 }
}

/** What does not belong there. */
function secretsIn(text: string): { line: number; path: string; message: string }[] {
  const { findings } = createRedactor({ codec: 'text' }).redact(Buffer.from(text))
  return findings.map(({ record, detector }) => ({
    line: record + 1,
    path: '',
    message: `holds a secret (${detector}): an inventory has fingerprints, no values; rotate it if others can read this file`
  }))
}
