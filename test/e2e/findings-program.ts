// Logs three lines with two secrets each, and ends: HOW URL AUTHORIZATION FILE; started by findings.test.ts.
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { streamWrite } from '../../src/pino.ts'
import { secretOf } from '../hooks/pino-secrets.ts'

const [how, url, authorization, file] = process.argv.slice(2)
const options = { service: 'shop', findings: { url, headers: { authorization } } }
const target = fileURLToPath(new URL('../../src/pino.ts', import.meta.url))
const log =
  how === 'hook'
    ? pino({ hooks: { streamWrite: streamWrite(options) } }, pino.destination({ dest: file, sync: true }))
    : pino(pino.transport({ target, options: { ...options, destination: file } }))
for (let i = 0; i < 3; i++) log.info({ password: `Maple-${i}-syrup` }, `cloning with ${secretOf(i)}`)
