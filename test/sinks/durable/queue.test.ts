import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test } from 'vitest'
import { headBytes } from '../../../src/sinks/durable/frame.ts'
import { temporaryDirectory } from '../../cli/spawn.ts'
import { createFailingFiles } from './failing-files.ts'
import { batch, crashed, drain, openToy, segmentsIn, take } from './toy-queue.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
let count = 0
const fresh = () => path(`queue-${count++}`)
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `batch ${from + i}`)
async function appendAll(queue: Awaited<ReturnType<typeof openToy>>, texts: readonly string[]): Promise<void> {
  for (const text of texts) await queue.append(batch(text))
}

/** Resolves when a cursor is on the disk: of what one call passed there is one. */
async function saved(directory: string): Promise<void> {
  await expect.poll(() => readFileSync(join(directory, 'cursor')).some((byte) => byte !== 0)).toBe(true)
}

describe('what was appended', () => {
  test('comes out in order, also from several segments', async () => {
    const directory = fresh()
    const queue = await openToy(directory, { segmentBytes: 100 })
    await appendAll(queue, numbers(0, 10))
    expect(segmentsIn(directory).length).toBeGreaterThan(3)
    expect(await drain(queue)).toEqual(numbers(0, 10))
    await queue.close()
    // What is delivered is deleted.
    expect(readdirSync(directory).sort()).toEqual(['cursor', 'lock'])
  })

  test('comes out while more comes in', async () => {
    const queue = await openToy(fresh(), { segmentBytes: 100 })
    const entries = queue.entries()
    const taken = take(entries, queue, 10)
    await appendAll(queue, numbers(0, 10))
    expect(await taken).toEqual(numbers(0, 10))
    const { oldest, ...rest } = queue.state()
    expect([oldest, rest]).toEqual([null, { bytes: 0, batches: 0, refusedAt: 0 }])
    await queue.close()
  })

  test('is there after a crash, what was delivered before is not', async () => {
    const directory = fresh()
    const queue = await openToy(directory, { segmentBytes: 150 })
    await appendAll(queue, numbers(0, 10))
    await take(queue.entries(), queue, 4)
    await saved(directory)
    const again = await openToy(crashed(directory, fresh()))
    expect(again.state()).toMatchObject({ batches: 6, bytes: 6 * (headBytes + 7) })
    expect(await drain(again)).toEqual(numbers(4, 10))
    expect(again.state()).toMatchObject({ batches: 0, bytes: 0 })
    await Promise.all([queue.close(), again.close()])
  })

  test('is all there when the cursor is lost, broken or half written', async () => {
    const directory = fresh()
    const queue = await openToy(directory)
    await appendAll(queue, numbers(0, 6))
    const entries = queue.entries()
    await take(entries, queue, 2)
    await saved(directory)
    await take(entries, queue, 2)
    await queue.close()
    const cursor = readFileSync(join(directory, 'cursor'))
    const withCursor = async (bytes: Buffer) => {
      const copy = crashed(directory, fresh())
      writeFileSync(join(copy, 'cursor'), bytes)
      const again = await openToy(copy)
      const texts = await drain(again)
      await again.close()
      return texts
    }
    expect(await withCursor(cursor)).toEqual(numbers(4, 6))
    expect(await withCursor(Buffer.alloc(0))).toEqual(numbers(0, 6))
    expect(await withCursor(Buffer.from(cursor).fill(0xff))).toEqual(numbers(0, 6))
    const found = []
    for (const place of [0, 4096]) {
      const half = Buffer.from(cursor)
      half[place + 20] ^= 1
      found.push(await withCursor(half))
    }
    // One of the places is the newest, the other the one before.
    expect(found.sort((a, b) => a.length - b.length)).toEqual([numbers(4, 6), numbers(2, 6)])
  })

  test('keeps its numbers apart from those of before, when all was delivered', async () => {
    const directory = fresh()
    for (let life = 0; life < 3; life++) {
      const queue = await openToy(directory)
      await appendAll(queue, numbers(life, life + 1))
      expect(segmentsIn(directory).map((name) => Number.parseInt(basename(name), 10))).toEqual([life + 1])
      expect(await drain(queue)).toEqual(numbers(life, life + 1))
      await queue.close()
    }
  })
})

test('many that wait share an fsync, one that is alone does not wait', async () => {
  const queue = await openToy(fresh())
  await queue.append(batch('alone'))
  expect(queue.told.fsyncs).toBe(1)
  await Promise.all(numbers(0, 3000).map((text) => queue.append(batch(text))))
  // One for the first, which found nobody waiting; one for all that came meanwhile.
  expect(queue.told.fsyncs).toBe(3)
  expect(await drain(queue)).toEqual(['alone', ...numbers(0, 3000)])
  await queue.close()
})

test('without fsync there is none', async () => {
  const queue = await openToy(fresh(), { fsync: false })
  await queue.append(batch('a'))
  expect([queue.told.fsyncs, await drain(queue)]).toEqual([0, ['a']])
  await queue.close()
})

test('a torn tail is cut off, counted once, and what comes then is whole', async () => {
  const directory = fresh()
  const queue = await openToy(directory)
  await appendAll(queue, numbers(0, 3))
  await queue.close()
  const [segment] = segmentsIn(directory)
  truncateSync(segment, statSync(segment).size - 3)
  const again = await openToy(directory)
  expect(again.told.torn).toEqual([headBytes + 7 - 3])
  await again.append(batch('new'))
  await again.close()
  const last = await openToy(directory)
  expect([await drain(last), last.told.torn]).toEqual([['batch 0', 'batch 1', 'new'], []])
  await last.close()
})

test('a bad frame is set aside and does not stop the others', async () => {
  const directory = fresh()
  const queue = await openToy(directory, { segmentBytes: 100 })
  await appendAll(queue, numbers(0, 9))
  await queue.close()
  const [first, second] = segmentsIn(directory)
  const bytes = readFileSync(second)
  bytes[headBytes + 2] ^= 1
  writeFileSync(second, bytes)
  const again = await openToy(directory)
  const texts = numbers(0, 9).filter((_, i) => i !== 3)
  expect([basename(first), basename(second)]).toEqual(['0000000000000001.seg', '0000000000000004.seg'])
  expect(await drain(again)).toEqual(texts)
  const aside = '0000000000000004.seg.bad'
  expect(again.told.quarantined).toEqual([{ bytes: headBytes + 7, aside }])
  await again.close()
  expect(readdirSync(directory).sort()).toEqual([aside, 'cursor', 'lock'])
  expect(readFileSync(join(directory, aside))).toEqual(bytes)
})

test('where there are no second names, what is bad is copied', async () => {
  const directory = fresh()
  const queue = await openToy(directory)
  await appendAll(queue, numbers(0, 2))
  await queue.close()
  const [segment] = segmentsIn(directory)
  const bytes = readFileSync(segment).fill(1, 0, 8)
  writeFileSync(segment, bytes)
  const files = createFailingFiles()
  files.failures.set('link', 'EPERM')
  const again = await openToy(directory, { files })
  expect(await drain(again)).toEqual(['batch 1'])
  await again.close()
  expect(readFileSync(`${segment}.bad`)).toEqual(bytes)
})

describe('a full queue', () => {
  test('refuses retryably, and takes again when there is room', async () => {
    const queue = await openToy(fresh(), { maxBytes: 3 * (headBytes + 7) })
    await appendAll(queue, numbers(0, 3))
    const refusal = { code: 'OVERLOADED', retryable: true, retryAfterMs: 5000 }
    const before = Date.now()
    await expect(queue.append(batch('batch 3'))).rejects.toMatchObject(refusal)
    expect([queue.told.refused, queue.state().refusedAt >= before]).toEqual([['full'], true])
    const entries = queue.entries()
    expect(await take(entries, queue, 1)).toEqual(['batch 0'])
    await queue.append(batch('batch 4'))
    expect(await take(entries, queue, 3)).toEqual(['batch 1', 'batch 2', 'batch 4'])
    await queue.close()
  })

  test('counts what is still on its way to the disk', async () => {
    const queue = await openToy(fresh(), { maxBytes: 3 * (headBytes + 7) })
    const results = await Promise.allSettled(numbers(0, 9).map((text) => queue.append(batch(text))))
    expect(results.map(({ status }) => status)).toEqual([...Array(3).fill('fulfilled'), ...Array(6).fill('rejected')])
    await queue.close()
  })

  test('that is empty takes one that is larger than the queue', async () => {
    const queue = await openToy(fresh(), { maxBytes: 100 })
    await queue.append(batch('x'.repeat(1000)))
    await expect(queue.append(batch('y'))).rejects.toMatchObject({ code: 'OVERLOADED' })
    await queue.close()
  })
})

describe('a disk', () => {
  const refusal = (code: string) => ({
    code: 'DELIVERY_FAILED',
    message: `the batch cannot be stored (${code})`,
    retryable: true,
    retryAfterMs: 5000
  })

  test('that is full: refused, nothing half is left, and taken again when there is room', async () => {
    for (const room of [0, 1, headBytes - 1, headBytes, headBytes + 6]) {
      const directory = fresh()
      const files = createFailingFiles()
      const queue = await openToy(directory, { files })
      await appendAll(queue, numbers(0, 2))
      files.room = room
      await expect(queue.append(batch('batch 2'))).rejects.toMatchObject(refusal('ENOSPC'))
      await expect(queue.append(batch('batch 3'))).rejects.toMatchObject(refusal('ENOSPC'))
      expect([queue.told.refused, queue.told.troubles]).toEqual([
        ['disk', 'disk'],
        ['a batch cannot be stored: ENOSPC']
      ])
      files.room = 1000
      await appendAll(queue, numbers(4, 6))
      const again = await openToy(crashed(directory, fresh()))
      const left = ['batch 0', 'batch 1', 'batch 4', 'batch 5']
      expect([await drain(queue), await drain(again), again.told.torn, again.told.quarantined]).toEqual([
        left,
        left,
        [],
        []
      ])
      await Promise.all([queue.close(), again.close()])
    }
  })

  test('that is full keeps no segment that is delivered', async () => {
    const directory = fresh()
    const files = createFailingFiles()
    const queue = await openToy(directory, { files })
    const entries = queue.entries()
    await queue.append(batch('batch 0'))
    expect(await take(entries, queue, 1)).toEqual(['batch 0'])
    files.room = 0
    await expect(queue.append(batch('batch 1'))).rejects.toMatchObject(refusal('ENOSPC'))
    files.room = 1000
    await queue.append(batch('batch 2'))
    expect(await take(entries, queue, 1)).toEqual(['batch 2'])
    await queue.close()
    expect(segmentsIn(directory).map((name) => statSync(name).size)).toEqual([headBytes + 7])
  })

  test('that fails to sync: refused, though it may come all the same; the file is not trusted any more', async () => {
    const directory = fresh()
    const files = createFailingFiles()
    const queue = await openToy(directory, { files })
    await queue.append(batch('batch 0'))
    files.failures.set('datasync', 'EIO').set('truncate', 'EIO')
    await expect(queue.append(batch('batch 1'))).rejects.toMatchObject(refusal('EIO'))
    files.failures.clear()
    await queue.append(batch('batch 2'))
    expect(segmentsIn(directory)).toHaveLength(2)
    const again = await openToy(crashed(directory, fresh()))
    expect(await drain(queue)).toEqual(['batch 0', 'batch 2'])
    // It was refused, so its sender sends it again: twice is allowed, never is not.
    expect(await drain(again)).toEqual(['batch 0', 'batch 1', 'batch 2'])
    await Promise.all([queue.close(), again.close()])
  })

  test('that cannot be read for a while is read then; for good, it is skipped', async () => {
    const directory = fresh()
    const files = createFailingFiles()
    const queue = await openToy(directory, { files, segmentBytes: 70 })
    await appendAll(queue, numbers(0, 4))
    files.failures.set('read', 'EIO')
    const entries = queue.entries()
    setTimeout(() => files.failures.clear(), 100)
    expect(await take(entries, queue, 2)).toEqual(['batch 0', 'batch 1'])
    files.failures.set('read', 'EIO')
    const skipped = expect.poll(() => queue.told.quarantined.length).toBe(1)
    await queue.append(batch('batch 4'))
    const next = take(entries, queue, 1)
    await skipped
    files.failures.clear()
    expect(await next).toEqual(['batch 4'])
    expect(queue.told).toMatchObject({
      quarantined: [{ bytes: 2 * (headBytes + 7), aside: '0000000000000003.seg.bad' }],
      troubles: ['a segment cannot be read: EIO', 'a segment cannot be read: EIO']
    })
    await queue.close()
  })

  test('that does not open or delete a file is no end', async () => {
    const directory = fresh()
    const files = createFailingFiles()
    files.failures.set('open', 'EMFILE').set('unlink', 'EIO')
    const queue = await openToy(directory, { files })
    await expect(queue.append(batch('batch 0'))).rejects.toMatchObject(refusal('EMFILE'))
    files.failures.delete('open')
    await queue.append(batch('batch 1'))
    expect(await drain(queue)).toEqual(['batch 1'])
    await queue.close()
    expect(queue.told.troubles).toEqual([
      'a batch cannot be stored: EMFILE',
      'a segment that was delivered cannot be deleted: EIO'
    ])
    const again = await openToy(directory)
    expect(await drain(again)).toEqual([])
    await again.close()
    expect(segmentsIn(directory)).toEqual([])
  })
})

describe('a directory', () => {
  test('is for its owner only, and so is what is in it', async () => {
    const directory = join(fresh(), 'a', 'b')
    const queue = await openToy(directory)
    await queue.append(batch('a'))
    const mode = (name: string) => (statSync(join(directory, name)).mode & 0o777).toString(8)
    expect(['..', '.', ...readdirSync(directory)].map((name) => [name, mode(name)])).toEqual([
      ['..', '700'],
      ['.', '700'],
      ['0000000000000001.seg', '600'],
      ['cursor', '600'],
      ['lock', '600']
    ])
    await queue.close()
  })

  test('is for one at a time: another process, another thread, or this one, however it ends', async () => {
    const directory = fresh()
    const holder = fileURLToPath(new URL('./toy-holder.ts', import.meta.url))
    const file = join(directory, 'lock')
    const inUse = { code: 'OUTPUT_FAILED', message: `cannot lock ${file}: it is in use already` }
    const queue = await openToy(directory)
    await expect(openToy(directory)).rejects.toMatchObject(inUse)
    const refused = spawnSync(process.execPath, [holder, file])
    expect([refused.status, refused.stderr.includes(inUse.message)]).toEqual([1, true])
    await queue.close()

    const child = spawn(process.execPath, [holder, file])
    await once(child.stdout, 'data')
    await expect(openToy(directory)).rejects.toMatchObject(inUse)
    child.kill('SIGKILL')
    await once(child, 'close')

    const thread = new Worker(holder, { workerData: file })
    await once(thread, 'message')
    await expect(openToy(directory)).rejects.toMatchObject(inUse)
    await thread.terminate()
    await (await openToy(directory)).close()
  })

  test('that is none is told', async () => {
    const file = fresh()
    writeFileSync(file, '')
    await expect(openToy(join(file, 'a'))).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
      message: `cannot use ${join(file, 'a')} (ENOTDIR)`
    })
  })
})
