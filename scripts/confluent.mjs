// Makes @confluentinc/kafka-javascript loadable by the Node that runs logveil in this tree: `npm run confluent`. Its installer would download a
// binary; this builds one from the sources in the package, once per machine. `startConfluent` of the tests and `npm test` call it, too.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { projectNode, runNodeGyp } from './re2-installer/ensure.mjs'

const name = '@confluentinc/kafka-javascript'
const root = fileURLToPath(new URL('..', import.meta.url))
const directory = join(root, 'node_modules', name)
/** What the addon needs at run time: itself, and the libraries that it looks for beside it. */
const built = [
  'build/Release/confluent-kafka-javascript.node',
  'build/deps/librdkafka.so.1',
  'build/deps/librdkafka++.so.1'
]

/** Returns { ok, message }. */
export function ensureConfluent() {
  if (!existsSync(directory)) return { ok: false, message: `${name} is not installed: it is optional` }
  const node = projectNode(root)
  const before = probe(node)
  if (before.error === '') return { ok: true, message: `${name} works with Node ${before.node}` }
  if (process.platform !== 'linux') return { ok: false, message: `${name} has no binary here: npm rebuild ${name}` }
  const cached = cachePath(before)
  if (existsSync(cached)) {
    place(cached, directory)
    if (probe(node).error === '') return { ok: true, message: `${name} restored from ${cached}` }
    rmSync(cached, { recursive: true })
  }
  console.error(`building ${name} for Node ${before.node} (two minutes, once per machine) ...`)
  return build(node, before, cached)
}

function build(node, { abi, node: version }, cached) {
  // In a copy: two builds must not meet, and one that fails leaves nothing.
  const work = mkdtempSync(join(root, 'node_modules', '.confluent-build-'))
  try {
    cpSync(directory, work, { recursive: true })
    const log = buildTwice(work, node, abi)
    const missing = built.find((file) => !existsSync(join(work, file)))
    if (missing !== undefined) return { ok: false, message: remedy(version, log) }
    for (const library of built) spawnSync('strip', ['--strip-unneeded', join(work, library)])
    place(work, directory)
    const after = probe(node)
    if (after.error !== '') return { ok: false, message: remedy(version, `${log}\n${after.error}`) }
    place(directory, cached)
    return { ok: true, message: `${name} built for Node ${version}` }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Twice: the first run makes the configuration of librdkafka that gyp's make file takes for a source. */
function buildTwice(work, node, abi) {
  // `dynamic`: with the libraries of this machine; anything else downloads theirs.
  return ['rebuild', 'build']
    .map((command) => runNodeGyp(work, node, abi, command, { CKJS_LINKING: 'dynamic' }))
    .join('\n')
}

const PROBE = `
  const { modules: abi, node } = process.versions
  let error = ''
  try { require(process.argv[1]) } catch (e) { error = e.message }
  console.log(JSON.stringify({ abi, node, error }))`

function probe(node) {
  const { stdout, stderr } = spawnSync(node, ['-e', PROBE, directory], { encoding: 'utf8' })
  try {
    return JSON.parse(stdout)
  } catch {
    return { abi: '', node: '', error: stderr }
  }
}

function cachePath({ abi }) {
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'logveil', 'confluent', `${version}-${process.platform}-${process.arch}-abi${abi}`)
}

/** Copies, then renames, file by file: a reader sees the old one or the new one. */
function place(from, to) {
  for (const file of built) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    cpSync(join(from, file), join(to, `${file}.tmp`))
    renameSync(join(to, `${file}.tmp`), join(to, file))
  }
}

function remedy(version, log) {
  const file = join(root, 'node_modules', '.confluent-build.log')
  writeFileSync(file, log)
  return `${name} could not be built for Node ${version}. Most often a C++20 compiler, make, Python 3 or the headers of OpenSSL and zstd are \
missing: on Debian or Ubuntu \`apt-get install -y g++ make python3 libssl-dev zlib1g-dev libzstd-dev\`. The log is in ${file}.`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ok, message } = ensureConfluent()
  console.error(message)
  // What is optional must not fail a test run.
  process.exitCode = ok || process.argv.includes('--if-possible') ? 0 : 1
}
