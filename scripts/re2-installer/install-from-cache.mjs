#!/usr/bin/env node
// Runs as re2's install script (see `overrides` in the root package.json). It always succeeds: when re2 cannot be
// built here, the root `prepare` script says so once, in plain words; re2's own fallback would build for the wrong Node.
import { ensureRe2 } from './ensure.mjs'

const { ok, message } = ensureRe2(process.cwd())
console.log(message)
if (!ok) console.log('re2 is not usable yet; the prepare script of logveil reports what to do.')
