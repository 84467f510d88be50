import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'
import { workerData } from 'node:worker_threads'

/** What pino hands to the worker of several targets, as far as it is looked at. */
interface Targets {
  readonly targets?: readonly Target[]
  readonly pipelines?: readonly (readonly Target[])[]
}

interface Target {
  /** Path or URL of the module. */
  readonly target?: unknown
}

/** Of all targets, how many get the same lines beside the module `self` (URL), unredacted; asked in pino's worker, elsewhere there are none. */
export function unprotectedTargets(self: string, data: unknown = workerData): { raw: number; all: number } {
  const { targets = [], pipelines = [] } = ((data as { workerData?: Targets } | null)?.workerData ?? {}) as Targets
  const isOurs = ({ target }: Target) => target === self || target === fileURLToPath(self)
  const chains = [...targets.map((target) => [target]), ...pipelines]
  return { raw: chains.filter((chain) => !chain.some(isOurs)).length, all: chains.length }
}

/** What asks pino for a line's level, time, and the very objects that were logged. */
const metadata: unique symbol = Symbol.for('pino.metadata') as never

interface Stream {
  readonly [metadata]?: boolean
  /** Of `pino.multistream`. */
  readonly streams?: readonly { readonly stream: Stream }[]
}

const channel = 'tracing:pino_asJson:start'

/** Calls back, once, when the first logger that has this hook writes to streams that are handed the objects before they are redacted. */
export function watchRawStreams(hook: unknown, onRaw: (raw: number, all: number) => void): void {
  const look = (message: unknown): void => {
    const logger = (message as { instance?: object }).instance
    const hooks = logger && symbolOf(logger, 'pino.hooks')
    if ((hooks as { streamWrite?: unknown } | undefined)?.streamWrite !== hook) return
    unsubscribe(channel, look)
    const stream = symbolOf(logger as object, 'pino.stream') as Stream | undefined
    const streams = stream?.streams?.map((one) => one.stream) ?? [stream]
    const raw = streams.filter((one) => one?.[metadata] === true).length
    if (raw > 0) onRaw(raw, streams.length)
  }
  subscribe(channel, look)
}

/** A property by its symbol's name, which a child logger has from its parent. */
function symbolOf(object: object, name: string): unknown {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find(({ description }) => description === name)
    if (symbol !== undefined) return Reflect.get(object, symbol)
  }
  return undefined
}

/** The stream as one that is handed lines only, never what was logged. */
export function withoutMetadata<T extends object>(stream: T): T {
  const bound = new Map<PropertyKey, unknown>()
  return new Proxy(stream, {
    get(target, name) {
      if (name === metadata) return undefined
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (!bound.has(name)) bound.set(name, value.bind(target))
      return bound.get(name)
    }
  })
}
