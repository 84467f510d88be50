// Before the tests, whose oracle re2 is: quick when it loads, heals a missing, broken or wrong-ABI build.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ensureRe2 } from './re2-installer/ensure.mjs'

const dir = fileURLToPath(new URL('../node_modules/re2', import.meta.url))
const { ok, message } = existsSync(dir) ? ensureRe2(dir) : { ok: false, message: 're2 is not installed: run `npm ci`.' }
if (!ok) {
  console.error(message)
  process.exitCode = 1
} else if (!message.startsWith('re2 works')) console.error(message)
