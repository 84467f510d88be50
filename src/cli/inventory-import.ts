import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { LogveilError } from '../errors.ts'
import type { Found, FoundSecret } from '../inventory/import/found.ts'
import type { EntryInput, VersionInput } from '../inventory/inventory-schema.ts'
import { loadInventory, readText } from '../inventory/load.ts'
import { mergeInto } from '../inventory/merge.ts'
import { createFingerprint, type Fingerprint } from '../inventory/prints.ts'
import { listingKeys } from '../redact/fingerprint.ts'
import { complain } from './complain.ts'
import { type InventoryArguments, keysOf } from './inventory-arguments.ts'
import { readAll } from './inventory-fingerprint.ts'
import type { Outcome } from './outcome.ts'
import { systemMessage } from './system-message.ts'

type Values = InventoryArguments['values']

/** Where secrets come from: credentials by environment variables, which others cannot see. */
const sources: Record<string, (values: Values) => Promise<Found>> = {
  vault: async ({ url, mount = 'secret', path = '' }) => {
    const { VAULT_ADDR, BAO_ADDR, VAULT_NAMESPACE = null } = process.env
    const token = process.env.VAULT_TOKEN ?? process.env.BAO_TOKEN
    const { readVault } = await import('../inventory/import/vault.ts')
    return readVault({
      url: needed(url ?? VAULT_ADDR ?? BAO_ADDR, '--url, or VAULT_ADDR'),
      token: needed(token, 'VAULT_TOKEN'),
      namespace: VAULT_NAMESPACE,
      mount,
      path
    })
  },
  aws: async ({ url = null, region }) => {
    const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
    const { readAws } = await import('../inventory/import/aws.ts')
    return readAws({
      url,
      region: needed(region ?? AWS_REGION ?? AWS_DEFAULT_REGION, '--region, or AWS_REGION'),
      credentials: {
        accessKeyId: needed(AWS_ACCESS_KEY_ID, 'AWS_ACCESS_KEY_ID'),
        secretAccessKey: needed(AWS_SECRET_ACCESS_KEY, 'AWS_SECRET_ACCESS_KEY'),
        sessionToken: AWS_SESSION_TOKEN ?? null
      }
    })
  },
  azure: async ({ url }) => {
    const { readAzure } = await import('../inventory/import/azure.ts')
    return readAzure({
      url: needed(url, '--url https://NAME.vault.azure.net'),
      token: needed(process.env.AZURE_ACCESS_TOKEN, 'AZURE_ACCESS_TOKEN')
    })
  },
  gcp: async ({ url = null, project }) => {
    const { GOOGLE_CLOUD_PROJECT, GOOGLE_ACCESS_TOKEN } = process.env
    const { readGcp } = await import('../inventory/import/gcp.ts')
    return readGcp({
      url,
      project: needed(project ?? GOOGLE_CLOUD_PROJECT, '--project, or GOOGLE_CLOUD_PROJECT'),
      token: needed(GOOGLE_ACCESS_TOKEN, 'GOOGLE_ACCESS_TOKEN')
    })
  },
  kubernetes: async ({ url, namespace = null, file }) => {
    const { readKubernetes, readManifests } = await import('../inventory/import/kubernetes.ts')
    if (url !== undefined) return readKubernetes({ url, namespace, token: process.env.KUBE_TOKEN ?? null })
    return readManifests(await inputOf(file))
  },
  dotenv: async ({ file }) =>
    (await import('../inventory/import/dotenv.ts')).readDotenv(await inputOf(file), file ?? '.env')
}

/** `logveil inventory import SOURCE`: prints the inventory, or brings one up to date. */
export async function importSecrets(args: InventoryArguments): Promise<Outcome> {
  const { positionals, values } = args
  const [source = '', ...rest] = positionals
  if (!Object.hasOwn(sources, source) || rest.length > 0)
    throw new LogveilError('USAGE_INVALID', `say what to import from: ${Object.keys(sources).join(', ')}`)
  const fingerprint = createFingerprint(listingKeys(await keysOf(args)))
  const before = beforeOf(values.into)
  const entries: EntryInput[] = []
  for await (const found of await sources[source](values)) entries.push(entryOf(found, fingerprint, values))
  const { text, added, updated } = mergeInto(before, entries)
  if (values.into === undefined) return { text, status: 0 }
  replace(values.into, values.into.endsWith('.json') ? `${JSON.stringify(parse(text), null, 2)}\n` : text)
  complain(`${values.into}: ${added} secrets added, ${updated} brought up to date`)
  return { text: '', status: 0 }
}

function needed(value: string | undefined, what: string): string {
  if (value !== undefined && value !== '') return value
  throw new LogveilError('USAGE_INVALID', `${what} is missing: see \`logveil inventory --help\``)
}

async function inputOf(file: string | undefined): Promise<string> {
  return file === undefined || file === '-' ? (await readAll(process.stdin, longestInput)).toString() : readText(file)
}

const longestInput = 2 ** 28

/** Has to be without mistakes, so that nothing gets lost in it. */
function beforeOf(path: string | undefined): string {
  if (path === undefined || !existsSync(path)) return ''
  loadInventory(path)
  return readFileSync(path, 'utf8')
}

function entryOf({ entry, versions }: FoundSecret, fingerprint: Fingerprint, values: Values): EntryInput {
  const { application, environment, owner } = values
  const filled = versions.filter(({ value }) => value.toString().trim() !== '')
  const made = filled.map(({ value, id, state, created }): VersionInput => {
    const { strength, defaultCredential, refused, fingerprints } = fingerprint(value)
    return {
      ...given({ id, created }),
      state,
      ...given({ strength, refused }),
      ...(defaultCredential ? { defaultCredential } : {}),
      fingerprints
    }
  })
  const { rotation = {}, ...facts } = entry
  return {
    ...(given({ owner, application, environment, ...given(facts) }) as typeof entry),
    ...(Object.keys(given(rotation)).length === 0 ? {} : { rotation: given(rotation) }),
    versions: made
  }
}

/** Without what nobody knows. */
function given<T extends object>(facts: T): { [name in keyof T]?: NonNullable<T[name]> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== undefined)) as never
}

/** It is the old one or the new one, whatever happens. */
function replace(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, text, { mode: existsSync(path) ? statSync(path).mode & 0o777 : 0o600, flush: true })
    renameSync(draft, path)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw new LogveilError('OUTPUT_FAILED', `cannot write ${path}: ${systemMessage(cause)}`, { cause })
  }
}
