// Fetches the other lines of Node on which the entries that live in applications must work, for test/e2e/nodes.test.ts: 100 MB each, which
// nobody should have to wait for who only installs.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const lines = [22, 26]
const directory = fileURLToPath(new URL('../node_modules/.cache/logveil/nodes', import.meta.url))
mkdirSync(directory, { recursive: true })
writeFileSync(join(directory, 'package.json'), '{ "private": true }\n')
const packages = lines.map((line) => `node-${line}@npm:node-${process.platform}-${process.arch}@${line}`)
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const { status } = spawnSync(npm, ['install', '--no-save', '--ignore-scripts', ...packages], {
  cwd: directory,
  stdio: 'inherit'
})
process.exitCode = status ?? 1
