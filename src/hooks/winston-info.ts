import type { Hook } from './hook.ts'
import { dropped, isMarker } from './redact-trees.ts'

/** What winston hands from format to format: members of the application, and under symbols what winston adds. */
export type Info = Record<string | symbol, unknown>

/** winston's own: the level untouched by colours, the finished line, the rest of the arguments. */
const level = Symbol.for('level')
const message = Symbol.for('message')

/** The same object when nothing is found in it, else a copy; false when it is dropped, as winston wants it. */
export function redactInfo(info: Info, hook: Hook): Info | false {
  const symbols = Object.getOwnPropertySymbols(info).filter((symbol) => symbol !== level && symbol !== message)
  const hidden = symbols.map((symbol) => info[symbol])
  const [members] = hook.values([info])
  if (members === dropped) return false
  // What is found there stands in the members or the line as well: it is reported once.
  const behindSymbols = hook.values(hidden, { report: false })
  const same = members === info && behindSymbols.every((one, i) => one === hidden[i])
  const line = info[message]
  const finished = typeof line === 'string' ? hook.text(line, same) : line
  if (finished === '' && line !== '') return false
  if (same && finished === line) return info
  if (isMarker(members)) return withheldInfo(info, members)
  return Object.assign(members === info ? copyOf(info) : (members as Info), {
    ...Object.fromEntries(
      symbols.map((symbol, i) => [symbol, behindSymbols[i] === dropped ? undefined : behindSymbols[i]])
    ),
    ...levelOf(info),
    ...(line === undefined ? {} : { [message]: finished })
  })
}

function levelOf(info: Info): Info {
  return info[level] === undefined ? {} : { [level]: info[level] }
}

/** Without symbols. An error that is logged as such stays one. */
function copyOf(info: Info): Info {
  if (!(info instanceof Error)) return Object.fromEntries(Object.entries(info))
  const { name, message: text, stack } = info
  return Object.assign(Object.create(Object.getPrototypeOf(info)), { ...info, name, message: text, stack })
}

/** Of an info of which nothing but its level may pass. */
export function withheldInfo(info: Info, marker: string): Info {
  return { level: info.level, message: marker, ...levelOf(info), [message]: marker }
}
