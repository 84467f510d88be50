// Runs at the end of `npm ci`: builds, so that `npx logveil` works at once.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
// Also where the installed Node is older than what builds.
const PATH = `${path('../node_modules/.bin')}${delimiter}${process.env.PATH}`
const run = (command, ...args) =>
  spawnSync(command, args, {
    cwd: path('..'),
    stdio: 'inherit',
    env: { ...process.env, PATH, npm_config_global: 'false', npm_config_omit: '' },
    shell: process.platform === 'win32'
  }).status ?? 1
const hasTools = () => existsSync(path('../node_modules/typescript'))

// `npm install --global git+URL`, as pre-commit does it: npm fetches the sources, puts what they need into the global folder instead, and packs them.
const fetched = process.env.npm_config_global === 'true' && existsSync(path('../src')) && !hasTools()
if (fetched) run('npm', 'ci', '--ignore-scripts', '--include=dev')

if (!hasTools()) console.log('no dev dependencies here: not building')
else if (run('node', path('build.mjs')) !== 0)
  console.error('The build failed; the install itself is complete. `npm run build` shows it again.')
