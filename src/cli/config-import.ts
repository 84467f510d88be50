import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import type { ConfigInput } from '../config/config-schema.ts'
import { references } from '../config/import-detectors.ts'
import type { Imported, Importer } from '../config/import-result.ts'
import { LogveilError } from '../errors.ts'
import { complain } from './complain.ts'
import { systemMessage } from './system-message.ts'

const importers: Record<string, () => Promise<Importer>> = {
  otel: async () => (await import('../config/import-otel.ts')).importOtel,
  alloy: async () => (await import('../config/import-alloy.ts')).importAlloy,
  pino: async () => (await import('../config/import-pino.ts')).importPino
}

/** `logveil config import KIND FILE`. 0: all settings came along, 1: some were left out. Throws `USAGE_INVALID`, `CONFIG_INVALID`, `INPUT_FAILED`. */
export async function configImport(args: readonly string[]): Promise<number> {
  const { kind, file, detectorFile, to } = readArguments(args)
  const importer = await importers[kind]()
  const imported = attempt(file, () => importer(readText(file), { provider: providerOf(detectorFile), to }))
  const config = withDetectors(imported, detectorFile)
  for (const { kind, setting, message } of imported.remarks) complain(`${file}: ${setting}: ${kind}: ${message}`)
  process.stdout.write(stringify(config, { lineWidth: 0 }))
  return imported.remarks.some(({ kind }) => kind === 'left out') ? 1 : 0
}

function readArguments(args: readonly string[]) {
  let read: ReturnType<typeof parse>
  try {
    read = parse(args)
  } catch (error) {
    throw new LogveilError('USAGE_INVALID', (error as Error).message.split('. ')[0])
  }
  const [kind = '', file, ...rest] = read.positionals
  if (!Object.hasOwn(importers, kind) || file === undefined || rest.length > 0)
    throw new LogveilError('USAGE_INVALID', 'say `logveil config import otel|alloy|pino FILE`')
  const { detectors: detectorFile = null, to = null } = read.values
  return { kind, file, detectorFile, to }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { detectors: { type: 'string' }, to: { type: 'string' } }
  })
}

/** A file of detectors has the name of their provider. */
function providerOf(detectorFile: string | null): string {
  const name = detectorFile === null ? 'imported.yaml' : basename(detectorFile)
  const [, provider] = /^([a-z0-9]+)\.yaml$/.exec(name) ?? []
  if (provider === undefined)
    throw new LogveilError(
      'USAGE_INVALID',
      '--detectors: the file is called by small letters and digits, and .yaml: imported.yaml'
    )
  return provider
}

function withDetectors({ config, detectors }: Imported, file: string | null): ConfigInput {
  if (detectors.length === 0) return config
  if (file === null)
    throw new LogveilError(
      'USAGE_INVALID',
      'this needs detectors of its own: say where to write them, --detectors imported.yaml'
    )
  const provider = providerOf(file)
  try {
    const content = { provider, name: 'Imported', references, detectors }
    writeFileSync(file, stringify(content, style), { flag: 'wx' })
  } catch (cause) {
    throw new LogveilError('INPUT_FAILED', `cannot write ${file}: ${systemMessage(cause)}`, { cause })
  }
  const { detectors: others = [] } = config.redaction ?? {}
  return { ...config, redaction: { ...config.redaction, detectors: [...others, file] } }
}

/** As people write detectors. */
const style = {
  lineWidth: 0,
  aliasDuplicateObjects: false,
  defaultStringType: 'QUOTE_SINGLE',
  defaultKeyType: 'PLAIN'
} as const

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw new LogveilError('INPUT_FAILED', `cannot read ${file}: ${systemMessage(cause)}`, { cause })
  }
}

/** Its mistakes begin with the file. */
function attempt<T>(file: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof LogveilError && error.code === 'CONFIG_INVALID')
      throw new LogveilError('CONFIG_INVALID', `${file}: ${error.message}`, { cause: error })
    throw error
  }
}
