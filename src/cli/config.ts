import { fillDefaults, loadConfig, readWritten } from '../config/config-load.ts'
import { printConfig } from '../config/config-print.ts'
import { configJsonSchema } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { readRedaction } from './run-redaction.ts'

/** `logveil config check | print | schema | import`. Throws `CONFIG_INVALID` with all mistakes. */
export async function configCommand([verb, path, ...rest]: readonly string[]): Promise<number> {
  if (verb === '--help' || verb === '-h') {
    const { configHelp } = await import('./run-help.ts')
    return print(configHelp)
  }
  if (verb === 'import')
    return (await import('./config-import.ts')).configImport(path === undefined ? [] : [path, ...rest])
  if (rest.length > 0) throw new LogveilError('USAGE_INVALID', 'one file at a time')
  if (verb === 'schema' && path === undefined) return print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  if (verb === 'print')
    return print(path === undefined ? printConfig(fillDefaults({})) : printConfig(loadConfig(path), readWritten(path)))
  if (verb === 'check' && path !== undefined) {
    const { pipelines, redaction } = loadConfig(path)
    const { detectors } = await readRedaction(redaction)
    return print(`${path}: good, ${pipelines.length} pipeline(s), ${detectors.length} detectors\n`)
  }
  throw new LogveilError(
    'USAGE_INVALID',
    'say `logveil config check FILE`, `print [FILE]`, `schema` or `import KIND FILE`'
  )
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
