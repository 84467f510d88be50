import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { main, type Running, start, temporaryDirectory } from '../cli/spawn.ts'

/** A logveil process. */
export interface Daemon extends Running {
  /** Where it listens: `relay/http`, `relay/grpc`, ... */
  readonly ports: Readonly<Record<string, number>>
  readonly admin: string
  /** Its own log so far. */
  log(): Record<string, unknown>[]
  /** Resolves when a line of its log has this message. */
  logged(message: string | RegExp): Promise<Record<string, unknown>>
  /** Sends SIGTERM; resolves to the exit status. */
  stop(): Promise<number | null>
}

/** Starts `logveil run` with a configuration, given as JSON, which is YAML. */
export async function startDaemon(
  config: object,
  env: NodeJS.ProcessEnv = {}
): Promise<Daemon & { configPath: string }> {
  const { path } = temporaryDirectory()
  const configPath = path('logveil.yaml')
  writeFileSync(configPath, JSON.stringify(config))
  return { ...(await startCommand(['run', '--config', configPath], env)), configPath }
}

/** Starts a command that listens, and waits until it does. `within`: a command that runs it; `script`: of another installation. */
export async function startCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  within: readonly string[] = [],
  script = main
): Promise<Daemon> {
  const [command, ...rest] = [...within, process.execPath, script, ...args]
  const running = start(command, rest, env)
  let stderr = ''
  running.child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const log = () =>
    stderr
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))

  async function logged(message: string | RegExp): Promise<Record<string, unknown>> {
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      const line = log().find(({ msg }) => (typeof message === 'string' ? msg === message : message.test(String(msg))))
      if (line !== undefined) return line
      if (running.child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`it never said ${message}, but: ${stderr}`)
  }

  const { ports, admin } = await logged('started')
  return {
    ...running,
    ports: ports as Record<string, number>,
    admin: `http://127.0.0.1:${admin}`,
    log,
    logged,
    async stop() {
      running.child.kill('SIGTERM')
      return (await running.ended).status
    }
  }
}

/** A configuration of one pipeline on free ports. */
export function relayConfig(url: URL, more: { pipeline?: object; source?: object; sink?: object; rest?: object } = {}) {
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: '127.0.0.1:0', ...more.source }
  const sinks = [{ type: 'otlp', url: url.href, ...more.sink }]
  return { admin: '127.0.0.1:0', pipelines: [{ name: 'relay', source, sinks, ...more.pipeline }], ...more.rest }
}

/**
 * For several threads, which have to be told the same. Not one that the system would give to whoever asks for any (32768 and up): another
 * test would have it before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
