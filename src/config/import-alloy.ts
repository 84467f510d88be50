import { LogveilError } from '../errors.ts'
import { type AlloyBlock, parseAlloy } from './alloy-syntax.ts'
import type { ConfigInput } from './config-schema.ts'
import { importRedaction } from './import-otel.ts'
import { type Imported, type ImportOptions, type ImportRemark, unknownSetting } from './import-result.ts'

/** Components `loki.secretfilter` of a configuration of Grafana Alloy; without any of them its `otelcol.processor.redaction`. */
export function importAlloy(text: string, options: ImportOptions): Imported {
  const blocks = parseAlloy(text)
  const filters = blocks.filter(({ name }) => name === 'loki.secretfilter')
  const processors = blocks.filter(({ name }) => name === 'otelcol.processor.redaction')
  const pick = ({ name, label }: AlloyBlock) => (label === null ? name : `${name}.${label}`)
  if (filters.length > 0) {
    const imported = importFilters(
      filters.map((block) => [pick(block), block]),
      blocks,
      options
    )
    const rest = processors.map((block): ImportRemark => {
      return { kind: 'left out', setting: pick(block), message: 'import it from a file without loki.secretfilter' }
    })
    return { ...imported, remarks: [...imported.remarks, ...rest] }
  }
  if (processors.length === 0)
    throw new LogveilError('CONFIG_INVALID', 'there is no loki.secretfilter and no otelcol.processor.redaction in it')
  return importRedaction(
    processors.map((block) => {
      const sanitizers = block.blocks.filter(({ name }) => name !== 'output' && name !== 'debug_metrics')
      return [pick(block), { ...block.attributes, ...Object.fromEntries(sanitizers.map(({ name }) => [name, true])) }]
    }),
    options
  )
}

function importFilters(
  filters: readonly (readonly [string, AlloyBlock])[],
  blocks: readonly AlloyBlock[],
  { to }: ImportOptions
): Imported {
  const remarks: ImportRemark[] = []
  const detectors: string[] = []
  const sinks = new Map<string, SinkInput>()
  let masks = false
  for (const [name, { attributes, blocks: inner }] of filters) {
    const remark = (kind: ImportRemark['kind'], setting: string, message: string): void => {
      remarks.push({ kind, setting: `${name}.${setting}`, message })
    }
    for (const [setting, value] of Object.entries(attributes)) {
      if (setting === 'gitleaks_config' && typeof value === 'string') detectors.push(value)
      else if (setting === 'partial_mask' && Number(value) > 0) masks = true
      else if (setting === 'forward_to')
        forwardTo(value, blocks, sinks, (message) => remark('left out', setting, message))
      const [kind, message] = told(setting, value)
      if (message !== null) remark(kind, setting, message)
    }
    for (const block of inner) remark('left out', block.name, unknownSetting)
  }
  if (to !== null) sinks.clear()
  const chosen: SinkInput = to === null ? { type: 'stdout' } : { type: 'http', url: to, format: 'loki' }
  const config: ConfigInput = {
    ...((masks || detectors.length > 0) && {
      redaction: {
        ...(masks && { action: 'partial' }),
        ...(detectors.length > 0 && { detectors: [...new Set(detectors)] })
      }
    }),
    pipelines: [
      { name: 'logs', source: { type: 'otlp', grpc: null }, sinks: sinks.size > 0 ? [...sinks.values()] : [chosen] }
    ]
  }
  const source: ImportRemark = {
    kind: 'differs',
    setting: 'source',
    message:
      'send to logveil with otelcol.receiver.loki and otelcol.exporter.otlphttp: it takes OTLP, and writes to Loki'
  }
  return { config, detectors: [], remarks: [...remarks, source] }
}

type SinkInput = NonNullable<ConfigInput['pipelines']>[number]['sinks'][number]

/** What `loki.write` of the same file says of where logs go. */
function forwardTo(
  value: unknown,
  blocks: readonly AlloyBlock[],
  sinks: Map<string, SinkInput>,
  leaveOut: (message: string) => void
): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    const label = /^loki\.write\.(\w+)\.receiver$/.exec((one as { expression?: string })?.expression ?? '')?.[1]
    const write = blocks.find(({ name, label: own }) => name === 'loki.write' && own === label && label !== undefined)
    const endpoints = write?.blocks.filter(({ name }) => name === 'endpoint') ?? []
    if (endpoints.length === 0) leaveOut('leads to no loki.write of this file: write `sinks`, or use --to URL')
    for (const { attributes, blocks: inner } of endpoints) {
      const { url, ...rest } = attributes
      if (typeof url === 'string' && /^https?:\/\/[^@?#]+$/.test(url))
        sinks.set(url, { type: 'http', url, format: 'loki' })
      else leaveOut('the url of its endpoint is no plain address: write `sinks`, or use --to URL')
      const more = [...Object.keys(rest), ...inner.map(({ name }) => name)]
      if (more.length > 0) leaveOut(`of its endpoint: ${more.join(', ')}; credentials go into \`headers\` of the sink`)
    }
  }
}

function told(setting: string, value: unknown): readonly [ImportRemark['kind'], string | null] {
  switch (setting) {
    case 'forward_to':
      return ['differs', null]
    case 'gitleaks_config':
      return typeof value === 'string'
        ? [
            'differs',
            'is read beside the detectors of logveil; it has to lie there: `logveil detectors check` tells what of it cannot come along'
          ]
        : ['left out', 'is computed by Alloy: write the path into `redaction.detectors`']
    case 'types':
      return ['differs', 'all kinds of secrets are looked for; `redaction.disable` leaves out detectors']
    case 'allowlist':
      return [
        'left out',
        'what it lets through is redacted: write it into `allow` of a detector, an [allowlist] of gitleaks_config, or mark it a false positive in its ticket'
      ]
    case 'redact_with':
      return typeof value === 'string' && value.includes('$SECRET_HASH')
        ? [
            'differs',
            'placeholders name the detector; with `redaction.keys` a keyed fingerprint takes the place of the hash'
          ]
        : ['differs', 'placeholders name the detector: [REDACTED:<detector>]']
    case 'partial_mask':
      return Number(value) > 0
        ? ['differs', 'action partial shows the public prefix of a token (ghp_), and nothing of secrets without one']
        : ['differs', null]
    case 'include_generic':
      return value === true
        ? ['differs', null]
        : ['differs', "logveil's own generic detectors are on; `redaction.disable: [generic-...]` leaves them out"]
    case 'enable_entropy':
      return ['differs', 'detectors of logveil have their own tests of randomness']
    case 'origin_label':
      return ['left out', 'findings and tickets tell the service that a secret comes from']
    case 'drop_on_timeout':
    case 'processing_timeout':
      return ['left out', 'there is no time-out: a record that is too much work is withheld, and counted']
    default:
      return ['left out', unknownSetting]
  }
}
