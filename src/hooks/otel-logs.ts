import type { Hook } from './hook.ts'
import { asMarker, noAttributes, type Owners, pick } from './otel-shared.ts'
import { replaceAttributes } from './otel-spans.ts'
import type { Attributes, ReadableLogRecord } from './otel-types.ts'
import { dropped } from './redact-trees.ts'

/** Everything of a log record that can hold text of an application. */
interface LogTexts {
  readonly body: unknown
  readonly attributes: Attributes
  readonly eventName: string | undefined
  readonly severityText: string | undefined
}

function textsOf({ body, attributes, eventName, severityText }: ReadableLogRecord): LogTexts {
  return { body, attributes, eventName, severityText }
}

/** Without those that are dropped. Records in which nothing was found stay the same objects; the others become copies, plain objects with the members of a ReadableLogRecord. */
export function redactLogRecords(
  records: readonly ReadableLogRecord[],
  hook: Hook,
  owners: Owners
): ReadableLogRecord[] {
  const before = records.map(textsOf)
  const after = hook.values(before)
  return records.flatMap((record, i) => {
    if (after[i] === dropped) return []
    const resource = owners.resource(record.resource)
    const scope = owners.scope(record.instrumentationScope)
    if (after[i] === before[i] && resource === record.resource && scope === record.instrumentationScope) return record
    return { ...pick(record, untouched), ...textsAfter(after[i]), resource, instrumentationScope: scope }
  })
}

const untouched = ['hrTime', 'hrTimeObserved', 'spanContext', 'severityNumber', 'droppedAttributesCount']

function textsAfter(redacted: unknown): LogTexts {
  const marker = asMarker(redacted)
  if (marker === null) return redacted as LogTexts
  return { body: marker, attributes: noAttributes(), eventName: undefined, severityText: undefined }
}

/** In place: body, attributes, event name, severity text. */
export function redactLogRecordInPlace(record: ReadableLogRecord, hook: Hook): void {
  const before = textsOf(record)
  const [after] = hook.values([before])
  if (after === before) return
  const { attributes, ...texts } = textsAfter(after)
  Object.assign(record, texts)
  replaceAttributes(record.attributes, attributes)
}
