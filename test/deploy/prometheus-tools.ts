// Promtool and Prometheus themselves. `npm run promtool` builds them; without them their tests are skipped.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort } from '../e2e/daemon.ts'

const binary = (name: string) => fileURLToPath(new URL(`../../node_modules/.cache/logveil/${name}`, import.meta.url))

export const missingTools =
  existsSync(binary('promtool')) && existsSync(binary('prometheus'))
    ? ''
    : 'promtool and Prometheus are not built: run `npm run promtool` (needs Go)'

/** Resolves to what it says, exit status first; `input` goes to its standard input. */
export function promtool(args: readonly string[], input = ''): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(binary('promtool'), args, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` })
    })
    child.stdin?.end(input)
  })
}

export interface PrometheusServer {
  /** Instant query: the vector. */
  query(expr: string): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]>
  get(path: string): Promise<unknown>
  stop(): Promise<void>
}

export async function startPrometheus(configPath: string, dataPath: string): Promise<PrometheusServer> {
  const port = await freePort()
  const args = [
    `--config.file=${configPath}`,
    `--storage.tsdb.path=${dataPath}`,
    `--web.listen-address=127.0.0.1:${port}`
  ]
  const child: ChildProcess = spawn(binary('prometheus'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const base = `http://127.0.0.1:${port}`
  for (const end = performance.now() + 30_000; ; ) {
    if (child.exitCode !== null || performance.now() > end) throw new Error(`Prometheus does not start: ${said}`)
    if (
      await fetch(`${base}/-/ready`).then(
        ({ ok }) => ok,
        () => false
      )
    )
      break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  async function get(path: string): Promise<unknown> {
    const answer = (await (await fetch(`${base}${path}`)).json()) as { status: string; data: unknown; error?: string }
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
    return answer.data
  }
  return {
    get,
    async query(expr) {
      const { result } = (await get(`/api/v1/query?query=${encodeURIComponent(expr)}`)) as { result: never }
      return result
    },
    async stop() {
      child.kill('SIGKILL')
      await ended
    }
  }
}
