import { expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'

const redactor = createRedactor()
const secrets: Record<string, string> = {
  '①': ['Blue', '7ky!x'].join(''),
  '②': ['Gr33n', '&field'].join(''),
  '③': ['hun7', 'er2', 'xyz'].join(''),
  '④': expand('[[{{hex:32}}]]', 1).text,
  '⑤': expand('[[{{base62:24}}]]', 2).text
}

function redact(line: string): string {
  const text = line.replace(/[①-⑤]/g, (sign) => secrets[sign])
  const output = Buffer.from(redactor.redact(Buffer.from(text)).payload).toString()
  return output.replace(/\[REDACTED:[a-z-]+\]/g, '█')
}

test.each([
  ['password changed from ① to ②', 'password changed from █ to █'],
  ['changed password from ① to ② for bob', 'changed password from █ to █ for bob'],
  ['updated DB_PASSWORD from "①" to "③".', 'updated DB_PASSWORD from "█" to "█".'],
  ['set password to ②', 'set password to █'],
  ['set the administrator password to ②', 'set the administrator password to █'],
  ["Setting the root password to '③'", "Setting the root password to '█'"],
  ['rotated api_key from ④ to ⑤', 'rotated api_key from █ to █'],
  ['{"msg":"client secret rotated from ④ to ⑤","n":1}', '{"msg":"client secret rotated from █ to █","n":1}'],
  ['{"msg":"set password to \\"③\\""}', '{"msg":"set password to \\"█\\""}'],
  ['password = "③" -> "②"', 'password = "█" -> "█"']
])('%s', (line, expected) => expect(redact(line)).toBe(expected))

test.each([
  'password changed from expired to valid',
  'changed password policy from strict to relaxed',
  'set token to null',
  'Set password to never expire',
  'reset password from the console to the default',
  'granted access to 3f2a9c1b7d4e5f60718293a4b5c6d7e8',
  'Accepted password from 10.0.0.1 port 22',
  'moved secret from node-12ab34cd to node-56ef78ab'
])('%s: nothing', (line) => expect(redact(line)).toBe(line))
