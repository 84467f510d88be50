// A PostgreSQL of our own on a free port, where its programs are installed.
import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import postgres from 'postgres'
import { freePort } from '../e2e/daemon.ts'

export interface PostgresServer {
  readonly url: string
  /** Of another, empty database. */
  fresh(): Promise<string>
  stop(): Promise<void>
}

/** Why there is none here; empty: there is. */
export const missingPostgres = programs() === null ? 'SKIPPED: initdb and postgres are not installed' : ''

/** It forgets everything when it stops. Not as root: it would not start. */
export async function startPostgres(): Promise<PostgresServer> {
  const { initdb, server } = programs() as { initdb: string; server: string }
  const folder = mkdtempSync(join(tmpdir(), 'logveil-postgres-'))
  const user: SpawnOptions = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  execFileSync(initdb, ['-D', data, '-U', 'logveil', '-A', 'trust', '--no-sync'], {
    ...user,
    cwd: folder,
    stdio: 'pipe'
  })
  const port = await freePort()
  const settings = ['fsync=off', `unix_socket_directories=${folder}`].flatMap((setting) => ['-c', setting])
  const child = spawn(server, ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...settings], {
    ...user,
    cwd: folder,
    stdio: 'ignore'
  })
  const urlOf = (name: string): string => `postgres://logveil@127.0.0.1:${port}/${name}`
  await ask(urlOf('postgres'), 'select 1', 600)
  let databases = 0
  return {
    url: urlOf('postgres'),
    async fresh() {
      databases++
      await ask(urlOf('postgres'), `create database fresh${databases}`, 1)
      return urlOf(`fresh${databases}`)
    },
    async stop() {
      child.kill('SIGINT')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function programs(): { initdb: string; server: string } | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      const initdb = realpathSync(join(folder, 'initdb'))
      const server = join(dirname(initdb), 'postgres')
      accessSync(server)
      return { initdb, server }
    } catch {}
  }
  return null
}

function idOf(option: string): number {
  return Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }))
}

async function ask(url: string, question: string, tries: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  for (let left = tries; ; left--) {
    try {
      await sql.unsafe(question)
      return await sql.end()
    } catch (error) {
      if (left <= 1) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
