import { expect, test } from 'vitest'
import { main, run } from './spawn.ts'

const line = 'level=info user=ada password=hunter2\n'
const redacted = 'level=info user=ada password=[REDACTED:generic-password]\n'

test('a report tells how weak a password is, and never the password', async () => {
  const { status, stdout, stderr } = await run(main, ['redact', '--no-summary', '--findings', '-'], line)
  expect({ status, stdout, hints: JSON.parse(stderr).hints }).toEqual({
    status: 0,
    stdout: redacted,
    hints: { strength: 'weak' }
  })
  expect(stderr).not.toContain('hunter2')
})

test('explain tells it, too', async () => {
  const { status, stdout } = await run(main, ['detectors', 'explain', '-'], line)
  expect({ status, found: stdout.trimEnd().split('\n').at(-1) }).toEqual({
    status: 0,
    found: '  29-36 (7 bytes)           generic-password  possible, high, action label strength=weak'
  })
})
