#!/usr/bin/env node
// Starts the CLI under a Node that can run it: this one, else the one bundled in node_modules. Runs on old Node too.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)
const main = join(dirname(self), '..', 'dist', 'command', 'main.js')
const [major, minor] = process.versions.node.split('.').map(Number)
const newEnough = major > 24 || (major === 24 && minor >= 15)
const bundled = bundledNode()

if (!existsSync(main)) fail('logveil is not built: run `npm run build`')
else if (newEnough) {
  settleMemory()
  await import('../dist/command/main.js')
} else if (bundled) handOver(bundled)
else
  fail(
    `logveil needs Node 24.15 or newer and this is ${process.version}: install it (nodejs.org), or run \`npm ci\` on Linux to get the bundled one`
  )

function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`)
    const path = join(dirname(manifest), 'bin', 'node')
    return existsSync(path) ? path : undefined
  } catch (_error) {
    return undefined
  }
}

/**
 * Bodies of requests come and go in all sizes, and glibc keeps what they leave: it raises the size from which memory goes back to the system
 * (MMAP_THRESHOLD) to that of the largest it saw. It reads these variables before a program's first line, so the daemon starts once more, as
 * the same process (measured: 190 to 240 instead of 240 to 270 MB of a relay under load, for 40 ms at its start).
 */
function settleMemory() {
  const isDaemon = ['run', 'relay'].includes(process.argv[2])
  if (!isDaemon || process.platform !== 'linux' || process.env.MALLOC_MMAP_THRESHOLD_ !== undefined) return
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '1048576' }
  try {
    process.execve(process.execPath, [process.execPath, ...process.execArgv, self, ...process.argv.slice(2)], env)
  } catch {
    // It runs as it is.
  }
}

function handOver(node) {
  const child = spawn(node, [...process.execArgv, self, ...process.argv.slice(2)], { stdio: 'inherit' })
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  // What the keyboard of a terminal sends reaches the child as well; passed on, it would count twice.
  const fromKeyboard = terminal ? ['SIGINT', 'SIGQUIT', 'SIGWINCH'] : []
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'])
    process.on(signal, () => (fromKeyboard.includes(signal) ? undefined : child.kill(signal)))
  child.on('error', (error) => fail(`logveil cannot start ${node}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
