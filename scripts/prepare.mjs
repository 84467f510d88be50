// Runs at the end of `npm ci`: builds, so that `npx logveil` works at once.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const run = (script) => spawnSync(process.execPath, [path(script)], { stdio: 'inherit' }).status ?? 1

if (!existsSync(path('../node_modules/typescript'))) console.log('no dev dependencies here: not building')
else if (run('build.mjs') !== 0)
  console.error('The build failed; the install itself is complete. `npm run build` shows it again.')
