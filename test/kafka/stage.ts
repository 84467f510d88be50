import { afterEach, expect } from 'vitest'
import { type Daemon, startCommand } from '../e2e/daemon.ts'
import { type Broker, freshName, type Read } from './broker.ts'

/** `logveil kafka` as processes, ended behind each test, which they have to survive. LOGVEIL_KAFKA_CLIENT: another client for all. */
export function useStage(broker: Pick<Broker, 'address'>) {
  const daemons: Daemon[] = []
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) expect(await daemon.stop()).toBe(0)
  })

  return async (from: string, to: string, more: readonly string[] = ['--transactional-id', 'a']): Promise<Daemon> => {
    const client = process.env.LOGVEIL_KAFKA_CLIENT ?? 'kafkajs'
    const args = ['--brokers', broker.address, '--in', from, '--out', to, '--session-timeout-ms', '6000']
    const names = [...(more.includes('--group') ? [] : ['--group', freshName('group')]), '--admin', '127.0.0.1:0']
    if (!more.includes('--client')) names.push('--client', client)
    const daemon = await startCommand(['kafka', ...args, ...names, ...more])
    daemons.push(daemon)
    return daemon
  }
}

export const count = (n: number) => (read: readonly Read[]) => read.length >= n

export const texts = (read: readonly Read[]) => read.map(({ value }) => value?.toString() ?? null)
