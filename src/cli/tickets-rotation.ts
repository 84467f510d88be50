import { readFile } from 'node:fs/promises'
import type { RotationConfig, RotationHookConfig } from '../config/rotation-schema.ts'
import { LogveilError } from '../errors.ts'
import type { Owners } from '../inventory/owners.ts'
import { createAwsHook } from '../inventory/rotation/aws.ts'
import { createAzureHook } from '../inventory/rotation/azure.ts'
import { createCommandHook } from '../inventory/rotation/command.ts'
import { createVaultHook } from '../inventory/rotation/vault.ts'
import { createWebhookHook } from '../inventory/rotation/webhook.ts'
import type { Channel, RotationHook } from '../model.ts'
import { decodeSecret } from '../tickets/channels/webhook.ts'
import type { Ledger } from '../tickets/ledger.ts'
import { createRotator, type RotatableSecret } from '../tickets/rotator.ts'

const hourMs = 3_600_000

/** Hooks as they are configured, for what the inventory lists. Throws `CONFIG_INVALID`, `KEY_INVALID`. */
export function rotatorOf(config: RotationConfig, owners: Owners): (ledger: Ledger) => Channel {
  const { dryRun, automatic, perHour, everyHours } = config
  const hooks = config.hooks.map(createHook)
  const twice = hooks.find(({ name }, i) => hooks.findIndex((other) => other.name === name) < i)
  if (twice !== undefined)
    throw new LogveilError('CONFIG_INVALID', `tickets.rotation.hooks: two are named ${twice.name}`)
  const pauseMs = everyHours * hourMs
  const secretOf = (fingerprint: string) => rotatable(owners, fingerprint)
  return (ledger) => createRotator({ ledger, hooks, secretOf, dryRun, automatic, perHour, pauseMs, now: Date.now })
}

function rotatable(owners: Owners, fingerprint: string): RotatableSecret | null {
  const entry = owners.entryOf(fingerprint)
  if (entry === null) return null
  const { name, status, rotation } = entry
  return {
    name,
    dual: rotation.phases === 'dual',
    used: status !== 'revoked' && status !== 'deleted',
    hook: rotation.hook
  }
}

function createHook(config: RotationHookConfig): RotationHook {
  switch (config.type) {
    case 'command':
      return createCommandHook(config)
    case 'webhook':
      return createWebhookHook({ ...config, keys: config.secrets.map(decodeSecret), now: Date.now })
    case 'vault':
      return createVaultHook({ ...config, token: () => tokenIn(config.tokenFile, config.name) })
    case 'azure':
      return createAzureHook({ ...config, token: () => tokenIn(config.tokenFile, config.name), now: Date.now })
    case 'aws':
      return createAwsHook({ ...config, credentials: config, now: () => new Date() })
  }
}

/** What another process keeps up to date. */
async function tokenIn(path: string, name: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    throw new LogveilError('DELIVERY_FAILED', `the token of ${name} cannot be read`, { retryable: true })
  }
}
