// Log lines as common programs write them, without a secret by construction, but with the words, hashes and ids around which scanners
// of logs have to think.

import type { Random } from '../src/scan/template-random.ts'

/** A line of about `bytes` bytes, without its newline. */
export type Format = (random: Random, bytes: number) => string

export const formats: readonly Format[] = [nginx, pino, logfmt, java, syslog]

/** https://nginx.org/en/docs/http/ngx_http_log_module.html, format `combined`. */
function nginx(random: Random, bytes: number): string {
  const at = `2${random.below(10)}/Nov/2025:12:${two(random)}:${two(random)} +0000`
  const size = random.below(90_000)
  const head = `${address(random)} - - [${at}] "GET /v1/items/${random.below(1e6)}?page=${random.below(40)} HTTP/1.1" 200 ${size} "-"`
  return `${head} "Mozilla/5.0 (X11; Linux x86_64) ${prose(random, bytes - head.length - 35)}"`
}

/** https://github.com/pinojs/pino: one JSON object a line, times in milliseconds. */
function pino(random: Random, bytes: number): string {
  const head = `{"level":30,"time":${time(random)},"pid":${random.below(4e4)},"hostname":"web-${random.below(20)}","reqId":"${id(random)}"`
  const message = prose(random, Math.min(bytes - head.length - 10, 60 + random.below(200)))
  const tail = `"msg":"${message}"}`
  const items = []
  for (let left = bytes - head.length - tail.length - 12; left > 0; left -= items[items.length - 1].length + 1)
    items.push(
      `{"sku":"${id(random).slice(0, 8)}","count":${random.below(90)},"price":${random.below(9e4) / 100},"gift":false}`
    )
  return items.length === 0 ? `${head},${tail}` : `${head},"items":[${items.join(',')}],${tail}`
}

/** https://brandur.org/logfmt */
function logfmt(random: Random, bytes: number): string {
  const head = `ts=2025-11-01T12:${two(random)}:${two(random)}Z level=info caller=handler.go:${random.below(900)} trace_id=${random.text(hex, 32)}`
  const tail = `duration=${random.below(900)}ms status=200`
  return `${head} msg="${prose(random, bytes - head.length - tail.length - 8)}" ${tail}`
}

/** Logback's default layout. */
function java(random: Random, bytes: number): string {
  const head = `2025-11-01 12:${two(random)}:${two(random)},${100 + random.below(900)} INFO  [http-nio-8080-exec-${random.below(50)}] o.e.shop.OrderService -`
  return `${head} ${prose(random, bytes - head.length - 1)}`
}

/** RFC 5424 */
function syslog(random: Random, bytes: number): string {
  const head = `<134>1 2025-11-01T12:${two(random)}:${two(random)}.000Z host-${random.below(90)} app ${random.below(4e4)} - -`
  return `${head} ${prose(random, bytes - head.length - 1)}`
}

const words =
  `request for user order finished after retry with status accepted in queue worker started stopped loading cache entry
 expired connection closed by peer upstream timed out response sent to client bucket refilled opened not found map unchanged used changed
 index rebuilt health check passed batch committed offset the of and to is was from`.split(/\s+/)

/** What holds a key word and no secret: real logs have one about every two kilobytes. */
const phrases = [
  'token bucket refilled',
  'session opened for user',
  'key not found in map',
  'password policy unchanged',
  'authentication accepted',
  'no secret mounted'
]

/** Words, and now and then a number, an id, a digest or an address; exactly `bytes` characters, at least one word. */
function prose(random: Random, bytes: number): string {
  const parts = [word(random)]
  for (let left = bytes - parts[0].length; left > 0; left -= parts[parts.length - 1].length + 1)
    parts.push(random.below(36) > 0 ? word(random) : fact(random))
  return parts.join(' ')
}

function word(random: Random): string {
  return words[random.below(words.length)]
}

function fact(random: Random): string {
  switch (random.below(7)) {
    case 0:
      return `id ${id(random)}`
    case 1:
      return `digest sha256:${random.text(hex, 64)}`
    case 2:
      return `https://shop.example.test/orders/${random.below(1e6)}?page=${random.below(9)}`
    case 3:
      return `max_tokens=${random.below(4096)}`
    case 4:
      return `${phrases[random.below(phrases.length)]} and`
    case 5:
      return `${address(random)}:${1024 + random.below(6e4)}`
    default:
      return `${random.below(1e5)}`
  }
}

const hex = '0123456789abcdef'

function id(random: Random): string {
  const part = (length: number) => random.text(hex, length)
  return `${part(8)}-${part(4)}-4${part(3)}-a${part(3)}-${part(12)}`
}

function address(random: Random): string {
  return `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`
}

function time(random: Random): number {
  return 1_761_998_400_000 + random.below(86_400_000)
}

function two(random: Random): string {
  return String(random.below(60)).padStart(2, '0')
}
