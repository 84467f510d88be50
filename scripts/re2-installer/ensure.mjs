// Makes re2 loadable by the Node that npm scripts use: check, else restore from a local cache, else build from source.
// Plain JavaScript for old Node too, because `npm ci` may be started with one.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const PROBE = `
  const v = process.versions
  let error = ''
  try { if (!new (require(process.argv[1]))('a').test('a')) error = 'wrong answer' } catch (e) { error = e.message }
  console.log(JSON.stringify({ abi: v.modules, node: v.node, error }))`

/** The Node that runs logveil in this tree: the bundled one when it is installed, else the current one. */
export function projectNode(from) {
  try {
    const manifest = createRequire(join(from, 'package.json')).resolve(
      `node-${process.platform}-${process.arch}/package.json`
    )
    const node = join(dirname(manifest), 'bin', 'node')
    if (existsSync(node)) return realpathSync(node)
  } catch {}
  return realpathSync(process.execPath)
}

/** Returns { ok, message }. Cheap when re2 already loads: one short child process. */
export function ensureRe2(re2Dir) {
  const dir = realpathSync(re2Dir)
  const node = projectNode(dir)
  const state = probe(node, dir)
  if (state.node !== '' && !isNewEnough(state.node)) return { ok: false, message: tooOld(state.node) }
  if (state.error === '') return { ok: true, message: `re2 works with Node ${state.node}` }
  if (state.abi === '') return { ok: false, message: `re2: ${node} does not run here: ${state.error}` }

  const cached = cachePath(dir, state)
  if (existsSync(cached)) {
    try {
      place(cached, binary(dir))
    } catch {}
    if (probe(node, dir).error === '')
      return { ok: true, message: `re2 for Node ${state.node} restored from ${cached}` }
    rmSync(cached, { force: true })
  }
  return build(dir, node, state, cached)
}

function build(dir, node, state, cached) {
  console.error(`building re2 for Node ${state.node} (about a minute, once per machine) ...`)
  // In a copy beside re2: `node-gyp rebuild` first deletes what is there, and two builds must not meet.
  const work = join(dirname(dir), `.re2-build-${process.pid}`)
  try {
    cpSync(dir, work, { recursive: true, filter: (path) => path !== join(dir, 'build') })
    const log = runNodeGyp(work, node, state.abi, 'rebuild')
    if (!existsSync(binary(work))) return { ok: false, message: remedy(dir, state, log) }
    place(binary(work), binary(dir))
    const after = probe(node, dir)
    if (after.error !== '') return { ok: false, message: remedy(dir, state, after.error) }
    try {
      place(binary(dir), cached)
    } catch {} // a cache that cannot be written costs the next install a minute, nothing else
    return { ok: true, message: `re2 built for Node ${state.node}` }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The output of `node-gyp <command>` in `work`, for that Node, whatever npm's own one and its settings are. */
export function runNodeGyp(work, node, abi, command, more = {}) {
  const env = { ...more }
  for (const [name, value] of Object.entries(process.env)) if (!/^npm_.*nodedir$/i.test(name)) env[name] ??= value
  // node-gyp may start other programs called `node`; they must be the same one.
  env.PATH = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`
  const headers = headersFor(node, abi)
  // `npm run -s` would silence it.
  const args = [command, '-j', 'max', '--loglevel=info', ...(headers ? [`--nodedir=${headers}`] : [])]
  try {
    const gyp = createRequire(join(work, 'package.json')).resolve('node-gyp/bin/node-gyp.js')
    const run = spawnSync(node, [gyp, ...args], { cwd: work, env, encoding: 'utf8', maxBuffer: 1 << 28 })
    return `${run.stdout}\n${run.stderr}\n${run.error ?? ''}`
  } catch (error) {
    return String(error)
  }
}

/** A directory whose include/node has headers of exactly this ABI; a user's `nodedir` setting may point to another. */
function headersFor(node, abi) {
  for (const root of [dirname(dirname(node)), process.env.npm_config_nodedir]) {
    const file = root && join(root, 'include', 'node', 'node_version.h')
    if (file && existsSync(file) && new RegExp(`NODE_MODULE_VERSION ${abi}\\b`).test(readFileSync(file, 'utf8')))
      return root
  }
  return undefined
}

function probe(node, dir) {
  const run = spawnSync(node, ['-e', PROBE, dir], { encoding: 'utf8' })
  try {
    return JSON.parse(run.stdout)
  } catch {}
  if (run.error || run.status === 127 || run.status === 126)
    return { abi: '', node: '', error: `${run.error ?? run.stderr}` }
  // The binary took the process down with it (a truncated file does): ask again without loading re2.
  const bare = spawnSync(
    node,
    ['-p', 'JSON.stringify({ abi: process.versions.modules, node: process.versions.node })'],
    { encoding: 'utf8' }
  )
  return { ...JSON.parse(bare.stdout), error: `crashed (${run.signal ?? run.status})` }
}

function cachePath(dir, { abi }) {
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
  const libc = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime ? '-musl' : ''
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'logveil', 're2', `${version}-${process.platform}-${process.arch}${libc}-abi${abi}`, 're2.node')
}

function binary(dir) {
  return join(dir, 'build', 'Release', 're2.node')
}

/** Copy, then rename: a reader sees the old file or the new one, never half of one. */
function place(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  const temporary = `${to}.${process.pid}.tmp`
  copyFileSync(from, temporary)
  renameSync(temporary, to)
}

function remedy(dir, state, log) {
  const file = join(dirname(dir), '.re2-build.log')
  writeFileSync(file, log)
  const first = /(?<=stack )Error: .*|.*\berror: .*|.*(?:No such file|not found).*/i.exec(log)?.[0].trim() ?? 'unknown'
  return `logveil needs re2, a native module, and could not build it for Node ${state.node} on ${process.platform}-${process.arch}. \
Most often a C++20 compiler, make or Python 3 is missing: on Debian or Ubuntu run \`apt-get install -y g++ make python3\`, \
on Fedora \`dnf install gcc-c++ make python3\`, on Alpine \`apk add g++ make python3\`, on macOS \`xcode-select --install\`; \
then run \`npm run ensure\`. The first error was "${first}"; the whole log is in ${file}.`
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 15)
}

function tooOld(version) {
  return `logveil needs Node 24.15 or newer and this is ${version}. On Linux \`npm ci\` brings one along as an optional \
dependency (was it left out with --omit=optional?); elsewhere install it from nodejs.org, then run \`npm ci\` again.`
}
