import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { $ZodIssue } from 'zod/v4/core'
import { LogveilError } from '../errors.ts'
import { nearest } from '../scan/load/nearest.ts'
import { type Config, type ConfigInput, configSchema, sinkName } from './config-schema.ts'
import { type Mistake, parseYaml, type Surrounding } from './config-yaml.ts'

/** Reads a configuration file. Throws `CONFIG_INVALID` with all mistakes, one a line; `INPUT_FAILED` when it cannot be read. */
export function loadConfig(path: string, env: NodeJS.ProcessEnv = process.env): Config {
  const { config, mistakes } = checkConfig(readText(path), surroundingOf(path, env))
  if (config !== null) return config
  throw new LogveilError('CONFIG_INVALID', mistakes.map((mistake) => formatMistake(path, mistake)).join('\n'))
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
    return { config: null, mistakes: read.error.issues.flatMap((issue) => mistakesOf(issue, lineOf)) }
  }
  const clashes = clashesIn(read.data).map(({ path, message }) => ({ line: lineOf(path), path: shown(path), message }))
  return clashes.length > 0 ? { config: null, mistakes: clashes } : { config: read.data, mistakes: [] }
}

/** One that was not written by hand. */
export function fillDefaults(input: ConfigInput): Config {
  return configSchema.parse(input)
}

export function formatMistake(file: string, { line, path, message }: Mistake): string {
  return `${file}${line > 0 ? `:${line}` : ''}: ${path === '' ? '' : `${path} `}${message}`
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

function mistakesOf(issue: $ZodIssue, lineOf: (path: readonly PropertyKey[]) => number): Mistake[] {
  const at = (path: readonly PropertyKey[], message: string): Mistake => ({
    line: lineOf(path),
    path: shown(path),
    message
  })
  if (issue.code !== 'unrecognized_keys') return [at(issue.path, remedy(issue))]
  const known = knownKeys(issue.path)
  return issue.keys.map((key) => {
    const guess = nearest(key, known)
    return at([...issue.path, key], `is not known${guess === null ? '' : `: did you mean ${guess}?`}`)
  })
}

/** What to write instead; never what was written. */
function remedy(issue: $ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined && / undefined$/.test(issue.message)) return 'is missing'
    return issue.expected === 'string' ? 'must be text: put it in quotes' : `must be ${article(issue.expected)}`
  }
  if (issue.code === 'invalid_value') return `is one of ${issue.values.join(', ')}`
  if (issue.code === 'invalid_union') {
    if ('options' in issue && Array.isArray(issue.options)) return `is one of ${issue.options.join(', ')}`
    return 'is neither a whole number nor auto'
  }
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${issue.origin === 'array' ? ' entry' : ''}`
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  if (issue.code === 'invalid_key') return 'is no name of a header'
  return issue.message
}

function article(kind: string): string {
  const names: Record<string, string> = { int: 'a whole number', array: 'a list', object: 'a map', record: 'a map' }
  return names[kind] ?? `a ${kind}`
}

/** The names that could have been meant: of all maps, as a name is rarely good in another one. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const text = JSON.stringify(configSchema.toJSONSchema({ io: 'input' }))
  const names = new Set([...text.matchAll(/"(\w+)":\{"/g)].map(([, name]) => name))
  return path.length === 0 ? Object.keys(configSchema.shape) : [...names].filter((name) => name !== 'properties')
}

/** `pipelines[0].sinks[1].url`. */
function shown(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('')
}

/** What no single value shows. */
function clashesIn({
  pipelines,
  admin,
  findings,
  workers,
  maxInFlightBytes,
  tickets,
  redaction
}: Config): { path: PropertyKey[]; message: string }[] {
  const clashes: { path: PropertyKey[]; message: string }[] = []
  if (findings !== null && admin === null)
    clashes.push({ path: ['findings'], message: 'needs an address to be sent to: admin is null' })
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
