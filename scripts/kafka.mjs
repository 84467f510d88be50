// A single-node Kafka for tests and for trying things out: `npm run kafka`. Its jars come through Maven, as the machine has it set up.
import { spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('./kafka/pom.xml', import.meta.url))
const cache = fileURLToPath(new URL('../node_modules/.cache/logveil/kafka', import.meta.url))
/** It makes way for the tests that run beside it: on a busy machine it takes more than a minute. */
const readyMs = 240_000

/** The folder of the jars, fetched at the first time; or why there is none. */
export function kafkaJars() {
  for (const [tool, args] of [
    ['java', ['-version']],
    ['mvn', ['--version']]
  ]) {
    if (spawnSync(tool, args, { stdio: 'ignore' }).status !== 0) return { missing: `needs ${tool}` }
  }
  const version = /<version>(\d[^<]+)<\/version>/.exec(readFileSync(project, 'utf8').split('kafka_2.13')[1])[1]
  const jars = join(cache, version)
  if (existsSync(jars)) return { jars }
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'fetching-'))
  const goal = ['-q', '-B', '-f', project, 'dependency:copy-dependencies', '-DincludeScope=runtime']
  const { status, stderr } = spawnSync('mvn', [...goal, `-DoutputDirectory=${fresh}`], { encoding: 'utf8' })
  if (status !== 0 || readdirSync(fresh).length === 0) {
    rmSync(fresh, { recursive: true, force: true })
    return { missing: `Maven could not fetch Kafka ${version}: ${stderr.trim().split('\n').at(-1)}` }
  }
  if (existsSync(jars)) rmSync(fresh, { recursive: true })
  else renameSync(fresh, jars)
  return { jars }
}

/**
 * Starts a broker. `settings`: lines of its configuration; `listeners`: security protocols beside PLAINTEXT; `scram`: users, as the storage
 * tool takes them. Resolves to `{ address, addresses, stop(), start(), remove() }` when it answers: `stop` ends it in order and keeps its data
 * for `start`; `remove` ends it and takes its data away.
 */
export async function startKafka(jars, { settings = [], listeners = [], scram = [] } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'logveil-kafka-'))
  const [port, controller] = [await freePort(), await freePort()]
  const addresses = { PLAINTEXT: `127.0.0.1:${port}` }
  for (const name of listeners) addresses[name] = `127.0.0.1:${await freePort()}`
  const file = join(directory, 'server.properties')
  writeFileSync(file, [...properties(directory, addresses, controller), ...settings].join('\n'))
  writeFileSync(join(directory, 'log4j2.properties'), 'rootLogger.level = off\n')
  const java = [
    '-Xms64m',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=4',
    `-Dlog4j2.configurationFile=${join(directory, 'log4j2.properties')}`,
    '-cp',
    join(jars, '*')
  ]
  const format = ['kafka.tools.StorageTool', 'format', '-t', 'bG9ndmVpbC10ZXN0cy0wMQ', '-c', file]
  for (const user of scram) format.push('--add-scram', user)
  const { status, stderr } = spawnSync('java', [...java, ...format], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`kafka: cannot format its storage: ${stderr}`)
  let child

  async function start() {
    child = spawn('nice', ['java', ...java, 'kafka.Kafka', file], { stdio: ['ignore', 'ignore', 'inherit'] })
    child.unref()
    try {
      await answers(port, child)
    } catch (error) {
      await end('SIGKILL')
      throw error
    }
  }

  async function end(signal) {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.ref()
    child.kill(signal)
    await ended
  }

  const onExit = () => child?.kill('SIGKILL')
  process.on('exit', onExit)
  await start()
  return {
    address: addresses.PLAINTEXT,
    addresses,
    start,
    stop: () => end('SIGTERM'),
    async remove() {
      await end('SIGKILL')
      process.off('exit', onExit)
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

function properties(directory, addresses, controller) {
  const listeners = Object.entries(addresses).map(([name, address]) => `${name}://${address}`)
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `listeners=${listeners.join(',')},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=${listeners.join(',')}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL',
    `log.dirs=${join(directory, 'data')}`,
    'num.partitions=6',
    'auto.create.topics.enable=false',
    'offsets.topic.num.partitions=4',
    'offsets.topic.replication.factor=1',
    'transaction.state.log.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    // Records of tests have old timestamps: the cleaner would take them away while the test reads.
    'log.retention.ms=-1',
    'log.cleaner.dedupe.buffer.size=16777216'
  ]
}

/** Not one that the system gives to whoever asks for any (32768 and up): a broker that is stopped wants its port again. */
function freePort() {
  const port = randomInt(10_000, 32_768)
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(freePort()))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)))
  })
}

/** Resolves when ApiVersions is answered. */
async function answers(port, child) {
  const request = Buffer.from('0000000f00120000000000010005' + '70726f6265', 'hex')
  for (const end = Date.now() + readyMs; Date.now() < end; await sleep(100)) {
    if (child.exitCode !== null) break
    if (await ask(port, request)) return
  }
  throw new Error('kafka: it does not answer')
}

function ask(port, request) {
  return new Promise((resolve) => {
    const socket = new Socket().once('error', () => resolve(false))
    socket.once('data', () => resolve(true))
    socket.setTimeout(2000, () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.connect(port, '127.0.0.1', () => socket.write(request))
    void sleep(2500).then(() => socket.destroy())
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { jars, missing } = kafkaJars()
  if (jars === undefined) {
    console.error(`kafka: ${missing}`)
    process.exit(1)
  }
  const kafka = await startKafka(jars)
  console.log(`kafka: KAFKA_BROKERS=${kafka.address} (Ctrl-C ends it and takes its data away)`)
  const held = setInterval(() => {}, 1 << 30)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      clearInterval(held)
      await kafka.remove()
    })
  }
}
