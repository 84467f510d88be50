import { unwatchFile, watchFile } from 'node:fs'
import { loadConfig } from '../config/config-load.ts'
import type { Config } from '../config/config-schema.ts'
import { describe } from './complain.ts'
import type { Crew } from './run-crew.ts'
import type { Report } from './run-engine-options.ts'
import { readRedaction } from './run-redaction.ts'
import { withTicketKey } from './tickets-keys.ts'

export interface ReloadOptions {
  readonly config: Config
  /** null: there is no file; SIGHUP reads detectors and keys again all the same. */
  readonly path: string | null
  readonly crew: Crew
  readonly report: Report
}

const lookMs = 2000

/** Reads redaction again at SIGHUP and when a file changes. Whatever is wrong, the old one stays in use. Returns what ends it. */
export function reloadOnChange({ config, path, crew, report }: ReloadOptions): () => void {
  const { reloads, reloadOk } = crew.metrics
  reloadOk.set(1)
  for (const outcome of ['applied', 'failed']) reloads.inc({ outcome }, 0)
  let last = Promise.resolve()

  async function reload(): Promise<void> {
    try {
      const fresh = path === null ? config : loadConfig(path)
      const settings = withTicketKey(await readRedaction(fresh.redaction), config.tickets)
      await crew.swap(settings)
      reloadOk.set(1)
      reloads.inc({ outcome: 'applied' })
      report('info', 'redaction was read again', { detectors: settings.detectors.length, digest: settings.digest })
      if (!sameButRedaction(config, fresh)) report('warn', 'what changed outside redaction needs a restart')
    } catch (error) {
      reloadOk.set(0)
      reloads.inc({ outcome: 'failed' })
      report('error', `the configuration is bad, the one before stays in use: ${describe(error)}`)
    }
  }

  const enqueue = (): void => {
    last = last.then(reload)
  }
  const watched = [...given(path), ...config.redaction.detectors, ...given(config.redaction.inventory)]
  for (const file of watched) watchFile(file, { interval: lookMs, persistent: false }, enqueue)
  process.on('SIGHUP', enqueue)
  return () => {
    for (const file of watched) unwatchFile(file, enqueue)
    process.off('SIGHUP', enqueue)
  }
}

function given(path: string | null): string[] {
  return path === null ? [] : [path]
}

function sameButRedaction(a: Config, b: Config): boolean {
  return JSON.stringify({ ...a, redaction: null }) === JSON.stringify({ ...b, redaction: null })
}
