import { unescapeJson } from './json-string.ts'
import { withTape } from './json-tape.ts'
import { eachElement, eachMember, nameText, readRequest, type Tokens } from './otlp-json.ts'
import { find, stringsOf } from './otlp-place.ts'
import { readField, wireLength } from './otlp-wire.ts'

/** The service that wrote what stands at an offset of a request, as `service.name` of its resource says; null: it does not. */
export type ServiceAt = (offset: number) => string | null

/** What has one resource in common. */
interface Group {
  readonly start: number
  readonly end: number
  readonly service: () => string | null
}

const serviceName = 'service.name'

/** Walks the groups of a request, and reads the resources that are asked for. */
export function servicesInProto(payload: Uint8Array): ServiceAt {
  const groups: Group[] = []
  for (let at = 0; at < payload.length; ) {
    const group = readField(payload, at, payload.length)
    if (group === null) break
    at = group.next
    if (group.number !== 1 || group.wire !== wireLength) continue
    const service = () => {
      const resource = find(payload, group, ({ number }) => number === 1)
      return (resource === null ? undefined : stringsOf(payload, resource)[serviceName]) ?? null
    }
    groups.push({ start: group.start, end: group.end, service })
  }
  return lookUp(groups)
}

/** The same of a request in JSON, which is read as a whole. */
export function servicesInJson(payload: Uint8Array): ServiceAt {
  const groups: Group[] = []
  withTape((tape) => {
    if (!readRequest(tape, payload)) return
    const doc = { bytes: payload, tape }
    eachMember(doc, 0, (name, value) => {
      if (!/^resource_?(?:logs|spans|metrics)$/i.test(nameText(doc, name))) return
      eachElement(doc, value, (group) => {
        const service = serviceOf(doc, group)
        groups.push({ start: tape.ints[group], end: tape.ints[group + 1], service: () => service })
      })
    })
    tape.top = 0
  })
  return lookUp(groups)
}

function serviceOf(doc: Tokens, group: number): string | null {
  let service: string | null = null
  const attributes = memberOf(doc, memberOf(doc, group, 'resource'), 'attributes')
  if (attributes === none) return null
  eachElement(doc, attributes, (pair) => {
    if (textOf(doc, memberOf(doc, pair, 'key')) !== serviceName) return
    const value = memberOf(doc, pair, 'value')
    service = textOf(doc, memberOf(doc, value, 'stringValue')) ?? textOf(doc, memberOf(doc, value, 'string_value'))
  })
  return service
}

/** No token. */
const none = -1
const openBrace = 0x7b
const quote = 0x22

function memberOf(doc: Tokens, t: number, wanted: string): number {
  let found = none
  if (t === none || doc.bytes[doc.tape.ints[t]] !== openBrace) return found
  eachMember(doc, t, (name, value) => {
    if (nameText(doc, name) === wanted) found = value
  })
  return found
}

function textOf({ bytes, tape: { ints } }: Tokens, t: number): string | null {
  if (t === none || bytes[ints[t]] !== quote) return null
  const { bytes: text, length } = unescapeJson(bytes, ints[t] + 1, ints[t + 1] - 1, null, 0, 0)
  return Buffer.from(text.buffer, text.byteOffset, length).toString()
}

/** Offsets in ascending order, as findings come in, cost least. */
function lookUp(groups: readonly Group[]): ServiceAt {
  const services = new Map<Group, string | null>()
  let last = 0
  return (offset) => {
    if (last === groups.length || groups[last].start > offset) last = 0
    while (last < groups.length && groups[last].end <= offset) last++
    const group = groups[last]
    if (group === undefined || group.start > offset) return null
    const known = services.get(group)
    if (known !== undefined) return known
    const service = group.service()
    services.set(group, service)
    return service
  }
}
