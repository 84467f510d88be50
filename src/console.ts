/** `logveil/console`: takes the secrets out of what the application writes with `console`. */
import { Console } from 'node:console'
import { createHook, type Hook } from './hooks/hook.ts'
import { dropped } from './hooks/redact-trees.ts'
import type { ViewLimits } from './hooks/view.ts'
import { type InProcessOptions, openInProcess } from './in-process.ts'

export type { FindingsOptions, InProcessOptions, PlacedFinding } from './in-process.ts'

export interface ConsoleOptions extends InProcessOptions {
  /** What is captured; default: the global console. */
  readonly console?: Console
  /** Where it is written; default: the standard output and error of the process. */
  readonly stdout?: NodeJS.WriteStream
  readonly stderr?: NodeJS.WriteStream
}

/** What the methods print of an object is no deeper; what two others hold may be printed twice. */
const printed: ViewLimits = { depth: 5, beyond: 'left', nodes: 20_000 }

/**
 * Redacts what the methods of the console print, all of them. Objects are looked at before they are formatted, so that names govern their
 * values, and the text afterwards. The application's objects are not changed. Never throws of its own: what cannot be redacted is withheld. What is
 * written to `process.stdout` itself does not pass here. Returns what ends it, and reports the findings that still wait.
 */
export function captureConsole(options: ConsoleOptions = {}): () => Promise<void> {
  const {
    console: captured = globalThis.console,
    stdout = process.stdout,
    stderr = process.stderr,
    ...others
  } = options
  const inProcess = openInProcess('console', others)
  const hook = createHook(inProcess.redact)
  const inner = new Console({ stdout: redacting(stdout, hook), stderr: redacting(stderr, hook) })
  const methods = Object.keys(inner).filter((name) => isMethod(inner, name) && isMethod(captured, name))
  const before = Object.fromEntries(methods.map((name) => [name, captured[name as 'log']]))
  for (const name of methods) {
    const print = inner[name as 'log']
    captured[name as 'log'] = (...args) => print(...args.map((arg) => redactArgument(arg, hook)))
  }
  return () => {
    Object.assign(captured, before)
    return inProcess.close()
  }
}

function isMethod(of: Console, name: string): boolean {
  return typeof of[name as 'log'] === 'function'
}

/** Texts are redacted when they are written. */
function redactArgument(argument: unknown, hook: Hook): unknown {
  if (typeof argument !== 'object' || argument === null) return argument
  const [redacted] = hook.values([argument], { limits: printed })
  return redacted === dropped ? '' : redacted
}

/** The stream, but for what is written to it. */
function redacting(stream: NodeJS.WriteStream, hook: Hook): NodeJS.WriteStream {
  const write = (chunk: unknown, ...rest: never[]): boolean =>
    stream.write(typeof chunk === 'string' ? hook.text(chunk) : (chunk as string), ...rest)
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') return write
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
}
