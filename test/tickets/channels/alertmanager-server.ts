// Alertmanager itself, where `npm run alertmanager` has built it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../e2e/daemon.ts'

const binary = fileURLToPath(new URL('../../../node_modules/.cache/logveil/alertmanager', import.meta.url))

/** Why it cannot be had here; empty: it can. */
export const missingAlertmanager = existsSync(binary) ? '' : 'no Alertmanager: npm run alertmanager builds one, with Go'

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface AlertmanagerServer {
  readonly url: string
  /** A folder of its own. */
  readonly folder: string
  /** Those that fire. */
  alerts(): Promise<Alert[]>
  start(): Promise<void>
  /** By SIGKILL. */
  stop(): Promise<void>
  remove(): void
}

/** Not started yet. */
export async function openAlertmanager(): Promise<AlertmanagerServer> {
  const folder = mkdtempSync(join(tmpdir(), 'logveil-alertmanager-'))
  writeFileSync(join(folder, 'config.yml'), 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let running: ChildProcess
  return {
    url,
    folder,
    alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as Alert[],
    async start() {
      const args = ['--config.file', join(folder, 'config.yml'), '--storage.path', join(folder, 'data')]
      const listen = ['--web.listen-address', `127.0.0.1:${port}`, '--cluster.listen-address', '']
      running = spawn(binary, [...args, ...listen], { stdio: 'ignore' })
      for (const end = performance.now() + 40_000; performance.now() < end; ) {
        if ((await fetch(`${url}/-/ready`).catch(() => null))?.status === 200) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error('Alertmanager does not become ready')
    },
    async stop() {
      running.kill('SIGKILL')
      await once(running, 'exit')
    },
    remove: () => rmSync(folder, { recursive: true })
  }
}
