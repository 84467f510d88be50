import type { Hook } from './hook.ts'
import type { Attributes, Resource, Scope, SpanContext } from './otel-types.ts'
import { dropped, isMarker, type Marker } from './redact-trees.ts'

/** What stands in the stead of something of which nothing may pass, where it cannot go. */
export function asMarker(redacted: unknown): Marker | null {
  if (redacted === dropped) return '[WITHHELD:dropped]'
  return isMarker(redacted) ? redacted : null
}

/** In place of attributes of which nothing may pass: an object of its own, as exporters may add to what they get. */
export function noAttributes(): Attributes {
  return {}
}

export interface Owners {
  resource(resource: Resource): Resource
  scope(scope: Scope): Scope
}

/**
 * Redacts resources and scopes once. They are told apart by identity, so that their copies, too, are always the same; those that are
 * not complete yet are looked at again.
 */
export function createOwners(hook: Hook): Owners {
  const known = new WeakMap<object, object>()

  function once<T extends object>(owner: T, complete: boolean, redact: (owner: T) => T): T {
    const copy = (known.get(owner) as T | undefined) ?? redact(owner)
    if (complete) known.set(owner, copy)
    return copy
  }

  return {
    resource: (resource) =>
      once(resource, resource.asyncAttributesPending !== true, (one) => redactResource(one, hook)),
    scope: (scope) => once(scope, true, (one) => redactScope(one, hook))
  }
}

function redactResource(resource: Resource, hook: Hook): Resource {
  const { schemaUrl } = resource as { schemaUrl?: string }
  const all = { attributes: resource.attributes, schemaUrl }
  const [redacted] = hook.values([all])
  if (redacted === all) return resource
  const { attributes, ...rest } =
    asMarker(redacted) === null ? (redacted as typeof all) : { attributes: noAttributes(), schemaUrl: undefined }
  return {
    attributes,
    ...rest,
    asyncAttributesPending: false,
    waitForAsyncAttributes: async () => {},
    getRawAttributes: () => Object.entries(attributes)
  } as Resource
}

function redactScope(scope: Scope, hook: Hook): Scope {
  const [redacted] = hook.values([scope])
  const marker = asMarker(redacted)
  return marker === null ? (redacted as Scope) : { name: marker }
}

/** The context without its `traceState`, where a secret is in that: it has a format of its own, that of W3C. */
export function withoutTraceState(context: SpanContext): SpanContext {
  const { traceId, spanId, traceFlags, isRemote } = context
  return isRemote === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, isRemote }
}

/** The members of an object, also inherited ones, that are among these; functions are left out. */
export function pick(source: object, names: readonly string[]): Record<string, unknown> {
  const all = source as Record<string, unknown>
  return Object.fromEntries(names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]))
}
