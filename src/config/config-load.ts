import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LogveilError } from '../errors.ts'
import { formatMistake, mistakesOf, shown } from './config-mistakes.ts'
import { type Config, type ConfigInput, configSchema, sinkName } from './config-schema.ts'
import { type Mistake, parseYaml, type Surrounding } from './config-yaml.ts'

/** Reads a configuration file. Throws `CONFIG_INVALID` with all mistakes, one a line; `INPUT_FAILED` when it cannot be read. */
export function loadConfig(path: string, env: NodeJS.ProcessEnv = process.env): Config {
  const { config, mistakes } = checkConfig(readText(path), surroundingOf(path, env))
  if (config !== null) return config
  throw new LogveilError('CONFIG_INVALID', mistakes.map((mistake) => formatMistake(path, mistake)).join('\n'))
}

/** What stands in a configuration file, with its references to the environment and to files as they are written. */
export function readWritten(path: string): unknown {
  return parseYaml(readText(path), { env: (name) => `\${env:${name}}`, file: (name) => `\${file:${name}}` }).value
}

/** The configuration, or every mistake in it. */
export function checkConfig(
  text: string,
  surrounding: Surrounding
): { readonly config: Config | null; readonly mistakes: readonly Mistake[] } {
  const { value, mistakes, lineOf } = parseYaml(text, surrounding)
  if (mistakes.length > 0) return { config: null, mistakes }
  const read = configSchema.safeParse(value ?? {})
  if (!read.success) {
    return { config: null, mistakes: read.error.issues.flatMap((issue) => mistakesOf(issue, lineOf, configSchema)) }
  }
  const clashes = clashesIn(read.data).map(({ path, message }) => ({ line: lineOf(path), path: shown(path), message }))
  return clashes.length > 0 ? { config: null, mistakes: clashes } : { config: withInventory(read.data), mistakes: [] }
}

/** One that was not written by hand. */
export function fillDefaults(input: ConfigInput): Config {
  return withInventory(configSchema.parse(input))
}

/** Tickets know of the inventory that redaction has. */
function withInventory(config: Config): Config {
  const { tickets, redaction } = config
  if (tickets === null || tickets.inventory !== null) return config
  return { ...config, tickets: { ...tickets, inventory: redaction.inventory } }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new LogveilError('INPUT_FAILED', `cannot read ${path} (${code})`, { cause })
  }
}

/** Files are named from where the configuration stands. */
export function surroundingOf(path: string, env: NodeJS.ProcessEnv): Surrounding {
  return {
    env: (name) => env[name],
    file(name) {
      try {
        return readFileSync(resolve(dirname(path), name), 'utf8')
      } catch {
        return undefined
      }
    }
  }
}

/** What speaks against the page for people; null: nothing. */
export function consoleMistake({
  admin,
  console,
  tickets
}: Pick<Config, 'admin' | 'console' | 'tickets'>): string | null {
  if (!console) return null
  if (admin === null) return 'needs an address to be seen at: admin is null'
  const isOpen = !/^(localhost|127\.[\d.]+|\[::1\]):\d+$/.test(admin)
  return isOpen && !tickets?.api ? 'needs tokens (tickets.api.tokens), as others than this machine reach admin' : null
}

/** What no single value shows. */
function clashesIn({
  pipelines,
  admin,
  findings,
  workers,
  maxInFlightBytes,
  tickets,
  redaction,
  console
}: Config): { path: PropertyKey[]; message: string }[] {
  const clashes: { path: PropertyKey[]; message: string }[] = []
  if (findings !== null && findings.bearerTokens.length > 0 && admin === null)
    clashes.push({ path: ['findings'], message: 'needs an address to be sent to: admin is null' })
  if (findings !== null && findings.bearerTokens.length === 0 && findings.topic === null)
    clashes.push({ path: ['findings'], message: 'needs bearerTokens or topic' })
  if (findings?.topic && tickets === null)
    clashes.push({ path: ['findings', 'topic'], message: 'needs a section tickets, in which findings count' })
  if (tickets?.rotation && tickets.inventory === null && redaction.inventory === null)
    clashes.push({ path: ['tickets', 'rotation'], message: 'needs an inventory: only listed secrets are rotated' })
  if (tickets?.api && admin === null)
    clashes.push({ path: ['tickets', 'api'], message: 'needs an address to be asked at: admin is null' })
  const mistake = consoleMistake({ admin, console, tickets })
  if (mistake !== null) clashes.push({ path: ['console'], message: mistake })
  const names = new Set<string>()
  const addresses = new Set(admin === null ? [] : [admin])
  if (tickets !== null && tickets.directory === null) {
    if (tickets.postgres === null) clashes.push({ path: ['tickets'], message: 'needs directory or postgres' })
    else if (redaction.keys.length === 0)
      clashes.push({ path: ['tickets'], message: 'needs redaction.keys, the same in all instances, or a directory' })
  }
  pipelines.forEach(({ name, source, sinks, durable }, i) => {
    const at = (...path: PropertyKey[]) => ['pipelines', i, ...path]
    if (names.has(name)) clashes.push({ path: at('name'), message: 'is the name of another pipeline as well' })
    names.add(name)
    if (source.type === 'files' && workers !== 1)
      clashes.push({ path: at('source'), message: 'needs workers: 1, as a file has one reader' })
    if (source.type === 'otlp' && source.http === null && source.grpc === null)
      clashes.push({ path: at('source'), message: 'listens nowhere: http and grpc are both null' })
    const isStage = source.type === 'kafka'
    if (isStage && (sinks.length > 1 || sinks[0].type !== 'kafka'))
      clashes.push({ path: at('sinks'), message: 'has to be one topic: topics go to a topic' })
    sinks.forEach((sink, j) => {
      if (sink.type === 'kafka' && (sink.brokers === null) !== isStage)
        clashes.push({
          path: at('sinks', j, 'brokers'),
          message: isStage ? 'are those of the source: topics go to a topic of the same cluster' : 'is missing'
        })
    })
    if (source.type === 'kafka' && source.instanceId !== null && source.client !== 'confluent')
      clashes.push({
        path: at('source', 'instanceId'),
        message: 'needs client: confluent, kafkajs has no static members'
      })
    if (source.type === 'kafka' && source.client === 'confluent' && source.exactlyOnce && source.clientId === 'logveil')
      clashes.push({
        path: at('source', 'clientId'),
        message: 'has to be another for each instance: the transactions of confluent are named by it'
      })
    sinks.forEach((sink, j) => {
      if (sink.type === 'kafka' && sink.deadLetterKey !== null && sink.deadLetterTopic === null)
        clashes.push({ path: at('sinks', j, 'deadLetterKey'), message: 'needs a deadLetterTopic' })
    })
    if (isStage && durable !== null)
      clashes.push({ path: at('durable'), message: 'is not for topics, which are durable themselves' })
    if (source.type === 'otlp' && source.maxBodyBytes > maxInFlightBytes)
      clashes.push({
        path: at('source', 'maxBodyBytes'),
        message: 'is more than maxInFlightBytes, which it has to fit into'
      })
    for (const protocol of ['http', 'grpc'] as const) {
      const address = source.type === 'otlp' ? source[protocol] : null
      if (address === null || /:0$/.test(address)) continue
      if (addresses.has(address))
        clashes.push({ path: at('source', protocol), message: 'is taken by another listener' })
      addresses.add(address)
    }
    sinks.forEach((sink, j) => {
      if (durable !== null && sinks.findIndex((other) => sinkName(other) === sinkName(sink)) < j)
        clashes.push({ path: at('sinks', j), message: 'needs a name of its own, by which its batches are stored' })
      if (sink.type !== 'otlp' && workers !== 1)
        clashes.push({ path: at('sinks', j), message: 'needs workers: 1, as threads would write into each other' })
      if (sink.type === 'otlp' && (sink.tls.certFile === null) !== (sink.tls.keyFile === null))
        clashes.push({ path: at('sinks', j, 'tls'), message: 'needs certFile and keyFile together' })
    })
  })
  return clashes
}
