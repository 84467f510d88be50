// A worker thread that crashes, or stops answering, when an HTTP request says so.
import { createServer } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const server = createServer((request, response) => {
  if (request.url === '/crash') setImmediate(() => Promise.reject(new Error('secret text')))
  else if (request.url === '/stuck') for (;;);
  else response.end(workerData.redaction.digest)
})
server.listen({ host: '127.0.0.1', port: workerData.config.port, reusePort: true }, () =>
  parentPort?.postMessage({ type: 'ready', ports: {} })
)
parentPort?.on('message', ({ type }) => {
  if (type === 'ping') parentPort?.postMessage({ type: 'pong', unready: [] })
  else if (type === 'swap') parentPort?.postMessage({ type: 'swapped', error: null })
  else if (type === 'stop') {
    server.close()
    server.closeAllConnections()
    parentPort?.close()
  }
})
