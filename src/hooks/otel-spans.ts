import type { Hook } from './hook.ts'
import { asMarker, noAttributes, type Owners, pick, withoutTraceState } from './otel-shared.ts'
import type { Attributes, Link, ReadableSpan, SpanContext, TimedEvent } from './otel-types.ts'
import { dropped } from './redact-trees.ts'

/** Everything of a span that can hold text of an application. */
interface SpanTexts {
  readonly name: string
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes | undefined }[]
  readonly links: readonly { readonly attributes: Attributes | undefined; readonly traceState: string | undefined }[]
  readonly status: string | undefined
  readonly traceState: string | undefined
  readonly parentTraceState: string | undefined
}

function textsOf(span: ReadableSpan): SpanTexts {
  return {
    name: span.name,
    attributes: span.attributes,
    events: span.events.map(({ name, attributes }) => ({ name, attributes })),
    links: span.links.map(({ attributes, context }) => ({ attributes, traceState: stateOf(context) })),
    status: span.status.message,
    traceState: stateOf(span.spanContext()),
    parentTraceState: stateOf(parentOf(span))
  }
}

function stateOf(context: SpanContext | undefined): string | undefined {
  return context?.traceState?.serialize()
}

function parentOf(span: ReadableSpan): SpanContext | undefined {
  return (span as { parentSpanContext?: SpanContext }).parentSpanContext
}

/** Without those that are dropped. Spans in which nothing was found stay the same objects; the others become copies, plain objects with the members of a ReadableSpan. */
export function redactSpans(spans: readonly ReadableSpan[], hook: Hook, owners: Owners): ReadableSpan[] {
  const before = spans.map(textsOf)
  const after = hook.values(before)
  return spans.flatMap((span, i) => {
    if (after[i] === dropped) return []
    const resource = owners.resource(span.resource)
    const scope = owners.scope(span.instrumentationScope)
    if (after[i] === before[i] && resource === span.resource && scope === span.instrumentationScope) return span
    const marker = asMarker(after[i])
    const texts = marker === null ? (after[i] as SpanTexts) : withheldTexts(before[i], marker)
    return { ...copySpan(span, before[i], texts), resource, instrumentationScope: scope }
  })
}

function withheldTexts({ events, links }: Pick<SpanTexts, 'events' | 'links'>, marker: string): SpanTexts {
  return {
    name: marker,
    attributes: noAttributes(),
    events: events.map(() => ({ name: marker, attributes: undefined })),
    links: links.map(() => ({ attributes: undefined, traceState: undefined })),
    status: undefined,
    traceState: undefined,
    parentTraceState: undefined
  }
}

const untouched = [
  'kind',
  'parentSpanId',
  'startTime',
  'endTime',
  'duration',
  'ended',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount'
]

function copySpan(
  span: ReadableSpan,
  before: SpanTexts,
  { name, attributes, events, links, status, ...states }: SpanTexts
) {
  const context = withState(span.spanContext(), before.traceState, states.traceState)
  const parent = parentOf(span)
  return {
    ...pick(span, untouched),
    ...(parent === undefined
      ? {}
      : { parentSpanContext: withState(parent, before.parentTraceState, states.parentTraceState) }),
    name,
    spanContext: () => context,
    attributes,
    events: span.events.map((event, i) => copyEvent(event, events[i])),
    links: span.links.map((link, i) => copyLink(link, before.links[i].traceState, links[i])),
    status: status === undefined ? { code: span.status.code } : { code: span.status.code, message: status }
  }
}

function withState(context: SpanContext, before: string | undefined, after: string | undefined): SpanContext {
  return before === after ? context : withoutTraceState(context)
}

function copyEvent(event: TimedEvent, { name, attributes }: SpanTexts['events'][number]): TimedEvent {
  return { ...pick(event, ['time', 'droppedAttributesCount']), name, attributes }
}

function copyLink(
  link: Link,
  before: string | undefined,
  { attributes, traceState }: SpanTexts['links'][number]
): Link {
  return {
    ...pick(link, ['droppedAttributesCount']),
    context: withState(link.context, before, traceState),
    attributes
  }
}

/** In place: name, attributes, events, attributes of links, status. Never throws. */
export function redactSpanInPlace(span: ReadableSpan, hook: Hook): void {
  try {
    const before = textsOf(span)
    const [after] = hook.values([before])
    if (after === before) return
    const marker = asMarker(after)
    replaceTexts(span, marker === null ? (after as SpanTexts) : withheldTexts(before, marker))
  } catch {
    withhold(span)
  }
}

function withhold(span: ReadableSpan): void {
  try {
    replaceTexts(span, withheldTexts({ events: span.events.map(noText), links: [] }, '[WITHHELD:error]'))
  } catch {
    // What we cannot read, no exporter can.
  }
}

function noText(): SpanTexts['events'][number] {
  return { name: '', attributes: undefined }
}

function replaceTexts(
  span: ReadableSpan,
  { name, attributes, events, links, status }: Omit<SpanTexts, 'traceState'>
): void {
  const { code } = span.status
  replaceAttributes(span.attributes, attributes)
  span.events.forEach((event, i) => {
    Object.assign(event, events[i])
  })
  span.links.forEach((link, i) => {
    Object.assign(link, { attributes: links[i]?.attributes })
  })
  Object.assign(span, { name, status: status === undefined ? { code } : { code, message: status } })
}

/** The object stays: others may hold it. */
export function replaceAttributes(attributes: Attributes, by: Attributes): void {
  for (const key of Object.keys(attributes)) if (!Object.hasOwn(by, key)) delete attributes[key]
  for (const [key, value] of Object.entries(by)) if (attributes[key] !== value) attributes[key] = value
}
