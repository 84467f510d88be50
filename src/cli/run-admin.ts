import { type AdminServer, listenAdmin } from '../admin/admin-server.ts'
import { createConsoleApi } from '../admin/console-api.ts'
import { createConsolePage } from '../admin/console-page.ts'
import { createFindingsReceiver } from '../admin/findings-receiver.ts'
import { createTicketsApi } from '../admin/tickets-api.ts'
import type { Config } from '../config/config-schema.ts'
import type { Metrics } from '../metrics.ts'
import type { Detector } from '../model.ts'
import { createAuthorize, createIdentify } from '../sources/bearer.ts'
import { createServices } from './run-services.ts'
import { parseAddress } from './run-sources.ts'
import type { Spots } from './run-tickets.ts'
import type { AskedLedger } from './tickets-messages.ts'
import { createTicketsService } from './tickets-service.ts'
import { version } from './version.ts'

export interface AdminParts {
  readonly metrics: Metrics
  readonly exposition: () => Promise<string>
  readonly unready: () => readonly string[]
  readonly isDetector: (id: string) => boolean
  readonly detectors: readonly Detector[]
  /** Where findings of applications count; null: nowhere but in metrics. */
  readonly spots: Spots | null
  /** null: there are no tickets. */
  readonly ledger: AskedLedger | null
  readonly redact: (text: string) => string
}

/** Listens at the address of `admin`, with what the configuration has there; null: nothing. Throws `LISTEN_FAILED`. */
export async function openAdmin(config: Config, parts: AdminParts): Promise<AdminServer | null> {
  const { admin, findings, tickets } = config
  if (admin === null) return null
  const { metrics, exposition, unready, isDetector, spots, ledger, redact } = parts
  const services = createServices(metrics, redact)
  const receiver =
    findings === null || findings.bearerTokens.length === 0
      ? null
      : createFindingsReceiver({
          authorize: createAuthorize(findings.bearerTokens),
          metrics,
          isDetector,
          async take(findings) {
            services.reported(findings)
            spots?.reported(findings)
          }
        })
  const api =
    !tickets?.api || ledger === null
      ? null
      : createTicketsApi({
          identify: createIdentify(tickets.api.tokens),
          service: createTicketsService(ledger, redact),
          version: version()
        })
  return listenAdmin({
    ...parseAddress(admin),
    metrics: exposition,
    unready,
    findings: receiver,
    tickets: api,
    console: config.console ? await openConsole(config, parts) : null
  })
}

/** Its page is large: only who wants it loads it. */
async function openConsole({ tickets, redaction }: Config, { detectors, ledger }: AdminParts) {
  const { createConsoleService, files } = await import('./console-service.ts')
  const tokens = tickets?.api?.tokens ?? null
  const inventory = tickets?.inventory ?? redaction.inventory
  return {
    page: createConsolePage(files),
    api: createConsoleApi({
      identify: tokens === null ? null : createIdentify(tokens),
      service: createConsoleService({ detectors, inventory, ledger: tokens === null ? null : ledger })
    })
  }
}
