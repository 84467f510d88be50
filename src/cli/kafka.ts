import { parseArgs } from 'node:util'
import type { Config, ConfigInput } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { makeConfig, orOff, serveMade } from './run-made.ts'
import { parseOptions } from './run-options.ts'
import { madeRedaction, redactionOptions } from './run-redaction-options.ts'
import { madeTickets } from './tickets-made.ts'
import { ticketOptions } from './tickets-options.ts'

/** `logveil kafka`: `logveil run` with a configuration made of options. */
export async function kafkaCommand(args: readonly string[]): Promise<number> {
  const options = parse(args)
  if (options.help) {
    const { kafkaHelp } = await import('./run-help.ts')
    process.stdout.write(kafkaHelp)
    return 0
  }
  if (options.open !== undefined) return (await import('./kafka-open.ts')).openDeadLetters(options.open)
  return serveMade(kafkaConfig(options), options['print-config'])
}

type KafkaOptions = ReturnType<typeof parse>

function parse(args: readonly string[]) {
  return parseOptions('kafka', () =>
    parseArgs({
      args: [...args],
      options: {
        brokers: { type: 'string' },
        in: { type: 'string', multiple: true },
        out: { type: 'string' },
        group: { type: 'string' },
        client: { type: 'string' },
        'transactional-id': { type: 'string' },
        'instance-id': { type: 'string' },
        'session-timeout-ms': { type: 'string' },
        'transaction-timeout-ms': { type: 'string' },
        from: { type: 'string' },
        format: { type: 'string' },
        signal: { type: 'string' },
        'dead-letters': { type: 'string' },
        'dead-letter-key': { type: 'string' },
        open: { type: 'string' },
        findings: { type: 'string' },
        compression: { type: 'string' },
        annotate: { type: 'boolean' },
        ...redactionOptions,
        admin: { type: 'string' },
        console: { type: 'boolean' },
        ...ticketOptions,
        'print-config': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  ).values
}

const example = '`logveil kafka --brokers localhost:9092 --in logs --out logs.clean --group logveil`'

/** Throws `USAGE_INVALID`. */
export function kafkaConfig(options: KafkaOptions): Config {
  const { brokers, in: topics, out, group } = options
  for (const name of ['brokers', 'in', 'out', 'group'] as const) {
    if (options[name] === undefined) throw new LogveilError('USAGE_INVALID', `--${name} is missing: ${example}`)
  }
  const id = options['transactional-id']
  const source = {
    type: 'kafka',
    brokers: brokers?.split(','),
    topics,
    group,
    exactlyOnce: id !== undefined,
    ...given({ client: options.client, clientId: id, instanceId: options['instance-id'] }),
    ...numbers({
      sessionTimeoutMs: options['session-timeout-ms'],
      transactionTimeoutMs: options['transaction-timeout-ms']
    }),
    ...given({ from: options.from, format: options.format, signal: options.signal })
  }
  const sink = {
    type: 'kafka',
    topic: out,
    findingsTopic: options.findings ?? null,
    deadLetterTopic: options['dead-letters'] ?? null,
    deadLetterKey: options['dead-letter-key'] ?? null,
    ...given({ compression: options.compression })
  }
  const input = {
    admin: orOff(options.admin) ?? null,
    ...madeRedaction(options),
    ...madeTickets(options),
    pipelines: [{ name: 'kafka', source, annotate: options.annotate ?? false, sinks: [sink] }]
  } as ConfigInput
  return makeConfig(input, optionAt)
}

function given(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))
  )
}

function numbers(options: Readonly<Record<string, string | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(given(options)).map(([name, text]) => [name, Number(text)]))
}

const optionNames: Readonly<Record<string, string>> = {
  topics: 'in',
  topic: 'out',
  sessionTimeoutMs: 'session-timeout-ms',
  transactionTimeoutMs: 'transaction-timeout-ms',
  findingsTopic: 'findings',
  deadLetterTopic: 'dead-letters',
  deadLetterKey: 'dead-letter-key',
  clientId: 'transactional-id',
  instanceId: 'instance-id'
}

function optionAt(path: readonly PropertyKey[]): string {
  const name = String(path.findLast((part) => typeof part === 'string'))
  return optionNames[name] ?? name
}
