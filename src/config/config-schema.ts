import { z } from 'zod'
import { lineFormats } from '../model.ts'
import { broker, clientTls, kafkaSecurity } from './peer-schema.ts'
import { ticketsSchema } from './tickets-schema.ts'

/** The configuration of `logveil run`: the one source for its validation, its JSON Schema and its documentation. */

const secret = z.string().min(1).meta({ secret: true })
const file = z.string().min(1)
const ms = (low: number) => z.int().min(low).max(3_600_000)
const bytes = (low: number) =>
  z
    .int()
    .min(low)
    .max(2 ** 40)

const pattern = z.string().min(1).max(1000)

const address = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]*):\d{1,5}$/, {
    error: 'is no address: write HOST:PORT, for all interfaces 0.0.0.0:PORT',
    abort: true
  })
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) < 65536, 'has a port above 65535')

const serverTls = z.strictObject({
  certFile: file.describe('PEM, with the intermediate certificates'),
  keyFile: file.describe('PEM'),
  clientCaFile: file.nullable().default(null).describe('Only clients whose certificate it vouches for are taken (mTLS)')
})

const cors = z.strictObject({
  allowedOrigins: z
    .array(z.string().min(1))
    .min(1)
    .describe('Of pages: https://app.example; * stands for anything: https://*.example, or * alone'),
  allowedHeaders: z
    .array(z.string().min(1))
    .default([])
    .describe('Beside Content-Type, Authorization and others that OTLP needs; *: all'),
  maxAgeSeconds: z.int().min(0).max(86_400).default(7200).describe('So long do browsers remember that they may send')
})

const otlpSource = z.strictObject({
  type: z.literal('otlp'),
  http: address.nullable().default('127.0.0.1:4318').describe('OTLP over HTTP; null: off'),
  grpc: address.nullable().default('127.0.0.1:4317').describe('OTLP over gRPC; null: off'),
  tls: serverTls.nullable().default(null).describe('Certificates are read again when their files change'),
  cors: cors.nullable().default(null).describe('Browsers whose pages may send over HTTP; null: none'),
  bearerTokens: z
    .array(secret)
    .default([])
    .describe('One of them has to be sent; several, so that they can be changed'),
  maxBodyBytes: bytes(1024)
    .default(2 ** 26)
    .describe('Longest request, compressed and decompressed'),
  maxConnections: z.int().min(1).max(1_000_000).default(10_000),
  timeoutMs: ms(10).default(9000).describe('For senders that do not say how long they wait')
})

const filesSource = z.strictObject({
  type: z.literal('files'),
  include: z.array(z.string().min(1)).min(1).describe('Globs: /var/log/app/*.log, /var/log/**/*.log'),
  exclude: z
    .array(z.string().min(1))
    .default([])
    .describe('Globs; of compressed files only those are read that rotation made of a followed one'),
  stateDirectory: file
    .nullable()
    .default(null)
    .describe('Checkpoints, for this process alone; null: nothing is remembered across restarts'),
  from: z
    .enum(['beginning', 'end'])
    .default('beginning')
    .describe('Where files begin that are there at the very first start; later ones begin at their beginning'),
  maxLineBytes: bytes(1024)
    .default(2 ** 20)
    .describe('Longer lines go on as several, cut where no secret stands'),
  format: z
    .enum(['auto', ...lineFormats])
    .default('auto')
    .describe(
      'How records lie in lines; auto: as the first lines of a file tell. Container runtimes, journald and syslog: what stands around a text is read for OTLP, and stays as it is elsewhere'
    ),
  multiline: z
    .union([
      z.enum(['none', 'indented', 'stack-traces']),
      z.strictObject({ start: pattern.describe('Records begin with lines that match') }),
      z.strictObject({ continued: pattern.describe('Lines that match belong to the record before') })
    ])
    .default('none')
    .describe('Which lines are one record of OTLP'),
  joinMs: ms(10).default(1000).describe('So long do lines stay back that the next ones may belong to'),
  partialLineMs: ms(10).default(5000).describe('So long does a last line without an end stay back'),
  closeAfterMs: ms(10)
    .default(60_000)
    .describe('A file that was renamed or removed is closed when nothing was written to it for so long'),
  pollMs: ms(10).default(500).describe('How often sizes are looked at, where the system does not tell of changes'),
  discoverMs: ms(10)
    .default(2000)
    .describe('How often the globs are looked at, where the system does not tell of names'),
  inFlight: z.int().min(1).max(1000).default(8).describe('Files from which batches are under way at once'),
  batchBytes: bytes(1024)
    .default(2 ** 18)
    .describe('What is read of a file at once')
})

const syslogSource = z.strictObject({
  type: z.literal('syslog'),
  tcp: address
    .nullable()
    .default('127.0.0.1:5514')
    .describe('RFC 5424 and 3164, each message with its length before it or a line feed behind it; null: off'),
  udp: address.nullable().default('127.0.0.1:5514').describe('A message a datagram; null: off'),
  tls: serverTls.nullable().default(null).describe('For TCP. Certificates are read again when their files change'),
  maxMessageBytes: bytes(480)
    .default(2 ** 16)
    .describe('Longer ones become [WITHHELD:size]'),
  maxConnections: z.int().min(1).max(1_000_000).default(1000)
})

const retry = z.strictObject({
  initialMs: ms(1).default(200).describe('First pause; doubles with every try'),
  maxMs: ms(1).default(5000)
})

const otlpSink = z.strictObject({
  type: z.literal('otlp'),
  name: z.string().min(1).nullable().default(null).describe('In metrics; null: the host and port'),
  url: z
    .url({
      protocol: /^(https?|grpcs?)$/,
      error: 'is no URL of an OTLP backend: http://, https://, grpc:// or grpcs://'
    })
    .refine((text) => !/^[a-z]+:\/\/[^/]*@/.test(text), 'holds credentials: put them into headers')
    .refine((text) => !/[?#]/.test(text), 'has a query or a fragment: neither is sent')
    .describe('http://HOST:4318 (to it come /v1/logs and so on) or grpc://HOST:4317; https and grpcs with TLS'),
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/), secret).default({}),
  tls: clientTls.prefault({}),
  compression: z
    .enum(['none', 'gzip', 'zstd', 'deflate'])
    .default('none')
    .describe('Clean gzip batches stay as they came'),
  timeoutMs: ms(10).default(9000).describe('Less where the sender waits less'),
  retry: retry.prefault({})
})

const httpSink = z.strictObject({
  type: z.literal('http').describe('Log records for backends that know no OTLP'),
  name: z.string().min(1).nullable().default(null).describe('In metrics; null: the host and port'),
  url: z
    .url({ protocol: /^https?$/, error: 'is no URL: http:// or https://' })
    .refine((text) => !/^[a-z]+:\/\/[^/]*@/.test(text), 'holds credentials: put them into headers')
    .describe('Without a path: that of the format'),
  format: z
    .enum(['ndjson', 'loki', 'elasticsearch'])
    .default('ndjson')
    .describe('ndjson: an object a line; loki: its push API; elasticsearch: the bulk API, also of OpenSearch'),
  index: z.string().min(1).default('logveil').describe('Of Elasticsearch: index or data stream'),
  headers: otlpSink.shape.headers,
  tls: clientTls.prefault({}),
  compression: z.enum(['none', 'gzip']).default('none'),
  timeoutMs: ms(10).default(9000),
  retry: retry.prefault({})
})

const stdoutSink = z.strictObject({
  type: z.literal('stdout').describe('OTLP/JSON, one batch a line; lines of files as they are')
})

const kafkaSource = z.strictObject({
  type: z.literal('kafka'),
  client: z
    .enum(['kafkajs', 'confluent'])
    .default('kafkajs')
    .describe('confluent: librdkafka, of the package @confluentinc/kafka-javascript, which has to be installed'),
  brokers: z.array(broker).min(1).describe('HOST:PORT of some of the brokers: they name the others'),
  topics: z.array(z.string().min(1)).min(1).describe('Names, or /pattern/'),
  group: z.string().min(1).describe('Consumer group: its instances share the partitions'),
  clientId: z
    .string()
    .min(1)
    .default('logveil')
    .describe('Names this instance to the brokers; with confluent and exactlyOnce another for each instance'),
  instanceId: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Static membership, with confluent only: partitions wait for this instance while it restarts'),
  from: z.enum(['beginning', 'end']).default('beginning').describe('Where a group begins that has no offsets yet'),
  exactlyOnce: z
    .boolean()
    .default(true)
    .describe(
      'Records and offsets in one transaction, whose id is GROUP.TOPIC.PARTITION (kafkajs) or GROUP.CLIENTID (confluent); false: at least once'
    ),
  format: z
    .enum(['text', 'otlp-proto', 'otlp-json'])
    .default('text')
    .describe('Of values; text: also JSON, and what is no text is masked in its place'),
  signal: z.enum(['logs', 'traces', 'metrics']).default('logs').describe('Of values that are OTLP'),
  sessionTimeoutMs: ms(1000).default(30_000).describe('An instance silent for so long loses its partitions'),
  transactionTimeoutMs: ms(1000).default(60_000),
  maxBatchBytes: bytes(2 ** 10)
    .nullable()
    .default(null)
    .describe('Of the records of a partition in one transaction; null: 512 KiB with kafkajs, 2 MiB with confluent'),
  partitionsAtOnce: z.int().min(1).max(1000).default(12),
  ...kafkaSecurity
})

const findingsTopic = z.strictObject({
  brokers: kafkaSource.shape.brokers,
  topics: kafkaSource.shape.topics,
  group: kafkaSource.shape.group.describe('Consumer group: each finding counts once in the tickets of a group'),
  clientId: kafkaSource.shape.clientId,
  from: kafkaSource.shape.from,
  sessionTimeoutMs: kafkaSource.shape.sessionTimeoutMs,
  ...kafkaSecurity
})

const kafkaSink = z.strictObject({
  type: z.literal('kafka'),
  topic: z.string().min(1).describe('With as many partitions as a source topic, records keep their partition'),
  brokers: z
    .array(broker)
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'For what comes from elsewhere than topics: each line is a record; topics go to topics of the same cluster'
    ),
  clientId: z.string().min(1).default('logveil'),
  ...kafkaSecurity,
  timeoutMs: ms(100).default(10_000).describe('So long may a batch take, tries included'),
  compression: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).default('none'),
  findingsTopic: z.string().min(1).nullable().default(null).describe('A record for each finding, by fingerprint'),
  deadLetterTopic: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Where records stood that could not go on, and what was redacted of them; without it their partition waits'
    ),
  deadLetterKey: file
    .nullable()
    .default(null)
    .describe('Public key (X25519, PEM): what could not be redacted comes along encrypted; null: it does not')
})

const fileSink = z.strictObject({
  type: z.literal('file'),
  path: file.describe('Lines are added at its end; made when it is missing, for its owner only'),
  maxBytes: bytes(1024)
    .nullable()
    .default(null)
    .describe('A file that has become so long is renamed to PATH.1, that one to PATH.2 and so on; null: it grows'),
  keep: z.int().min(1).max(1000).default(5).describe('How many renamed files stay')
})

const durable = z.strictObject({
  directory: file.describe('For this process alone; made when it is missing, for its owner only'),
  maxBytes: bytes(2 ** 20)
    .default(2 ** 30)
    .describe('What may wait for each sink, shared out among workers; more is refused until there is room'),
  segmentBytes: bytes(2 ** 12)
    .default(2 ** 24)
    .describe('Length of the files: one that is delivered is deleted'),
  fsync: z
    .enum(['always', 'never'])
    .default('always')
    .describe('always: a batch is answered when the disk has it. never: when the system has it, which may crash'),
  inFlight: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Batches under way to a sink at once; with 1 they arrive in the order they came'),
  deadLetterBytes: z
    .int()
    .min(0)
    .max(2 ** 40)
    .default(2 ** 26)
    .describe(
      'Batches that a sink refuses for good are kept, redacted, in a file of this size at most; 0: they are dropped'
    )
})

const pipeline = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'is lower-case letters, digits and dashes'),
  source: z.discriminatedUnion('type', [otlpSource, filesSource, syslogSource, kafkaSource]),
  annotate: z.boolean().default(false).describe('Adds the attribute logveil.detectors to records with findings'),
  unknownFields: z
    .enum(['strict', 'lenient'])
    .default('strict')
    .describe('Protobuf fields that OTLP does not define: strict takes them out, lenient scans them'),
  durable: durable
    .nullable()
    .default(null)
    .describe(
      'Batches are stored on disk, redacted, then answered, then delivered; null: answered when a sink has them'
    ),
  sinks: z
    .array(z.discriminatedUnion('type', [otlpSink, httpSink, fileSink, stdoutSink, kafkaSink]))
    .min(1)
    .describe('Each gets every batch')
})

const actions = ['label', 'mask', 'partial', 'hmac', 'encrypt', 'remove', 'drop', 'flag'] as const

const override = z.strictObject({
  detector: z.string().min(1).optional().describe('Id or glob: aws-*'),
  confidence: z.enum(['confirmed', 'likely', 'possible']).optional(),
  path: z.string().min(1).optional().describe('Path or glob of the field: **.password'),
  action: z.enum(actions)
})

const redaction = z.strictObject({
  action: z.enum(actions).default('label').describe('What takes the place of a secret'),
  overrides: z.array(override).default([]).describe('The first one that fits decides'),
  packs: z.array(z.string().min(1)).default([]).describe('Packs of detectors beside the default one'),
  detectors: z.array(file).default([]).describe('More detectors: YAML files, or folders of them'),
  disable: z.array(z.string().min(1)).default([]).describe('Ids of detectors that are left out'),
  keys: z.array(secret).default([]).describe('For fingerprints: base64 or hex, or id:key; the first is used'),
  inventory: file
    .nullable()
    .default(null)
    .describe('Secrets that are found wherever they stand, listed under one of the keys: logveil inventory --help'),
  encryptTo: file.nullable().default(null).describe('Public key (PEM) for the action encrypt'),
  costs: z
    .boolean()
    .default(false)
    .describe(
      'Counts what each detector costs: logveil_detector_cost_seconds: 2 % slower, more where there are many secrets'
    )
})

export const configSchema = z.strictObject({
  admin: address.nullable().default('127.0.0.1:9464').describe('/metrics, /healthz, /readyz; null: off'),
  console: z
    .boolean()
    .default(false)
    .describe(
      'A page for people at /console of admin, for whoever has a token of tickets.api; without tokens on loopback only'
    ),
  findings: z
    .strictObject({
      bearerTokens: z
        .array(secret)
        .default([])
        .describe('POST /v1/findings at the address of admin takes findings with one of them; none: it does not'),
      topic: findingsTopic
        .nullable()
        .default(null)
        .describe('Topics with findings, as other instances (findingsTopic) or applications write them')
    })
    .nullable()
    .default(null)
    .describe('What others found: it counts in tickets; null: off'),
  workers: z
    .union([z.int().min(1).max(256), z.literal('auto')])
    .default(1)
    .describe('Threads; auto: one for each core'),
  gracePeriodMs: ms(0).default(25_000).describe('So long may batches in flight take to settle at the end'),
  maxInFlightBytes: bytes(2 ** 20)
    .default(2 ** 27)
    .describe('What all batches in flight may take, of each worker'),
  redaction: redaction.prefault({}).describe('Read again at SIGHUP and when a file changes; the rest needs a restart'),
  tickets: ticketsSchema
    .nullable()
    .default(null)
    .describe('A ticket for each secret that leaked, and who is told of it; null: none'),
  pipelines: z
    .array(pipeline)
    .min(1)
    .prefault([{ name: 'otlp', source: { type: 'otlp' }, sinks: [{ type: 'stdout' }] }])
})

export type Config = z.output<typeof configSchema>
/** As it is written: defaults left out. */
export type ConfigInput = z.input<typeof configSchema>
export type PipelineConfig = Config['pipelines'][number]
export type DurableConfig = NonNullable<PipelineConfig['durable']>
export type OtlpSourceConfig = Extract<PipelineConfig['source'], { type: 'otlp' }>
export type FilesSourceConfig = Extract<PipelineConfig['source'], { type: 'files' }>
export type FindingsTopicConfig = z.output<typeof findingsTopic>
export type KafkaSourceConfig = Extract<PipelineConfig['source'], { type: 'kafka' }>
export type KafkaSinkConfig = Extract<PipelineConfig['sinks'][number], { type: 'kafka' }>
export type SyslogSourceConfig = Extract<PipelineConfig['source'], { type: 'syslog' }>
export type SinkConfig = PipelineConfig['sinks'][number]
export type RedactionConfig = Config['redaction']

/** In metrics, and of what is stored for it. */
export function sinkName(sink: SinkConfig): string {
  if (sink.type === 'file') return sink.path
  if (sink.type === 'kafka') return sink.topic
  return sink.type === 'stdout' ? 'stdout' : (sink.name ?? new URL(sink.url).host)
}

/** JSON Schema, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' })
}
