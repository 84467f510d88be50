// Holds a lock until it is killed, as a process or as a thread.
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { lock } from '../../../src/sinks/durable/lock.ts'

lock(isMainThread ? process.argv[2] : workerData)
if (isMainThread) process.stdout.write('held')
else parentPort?.postMessage('held')
setInterval(() => {}, 1000)
