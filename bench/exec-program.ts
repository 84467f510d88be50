// A program that logs: lines of about 200 bytes, one every two milliseconds, each with the time at which it was written.

import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const lines = Number(process.argv[2])
const filler =
  'GET /api/v1/orders/4711 200 in 12 ms, upstream node-17.eu-west-1, cache miss, user agent Mozilla/5.0 (X11; Linux)'
const password = process.env.BENCH_PASSWORD

for (let n = 0; n < lines; n++) {
  const t = performance.timeOrigin + performance.now()
  const text = n % 10 === 9 ? `connected, dsn=postgres://app:${password}@db:5432/orders` : filler
  writeSync(
    1,
    n % 2 === 0 ? `12:00:00 INFO n=${n} t=${t} ${text}\n` : `{"level":30,"n":${n}, "t":${t},"msg":"${text}"}\n`
  )
  await wait(2)
}
