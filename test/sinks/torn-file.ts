// What a file sink adds behind a batch that a full disk cut off in a line. Run with a limit on the size of files, below a batch.
import { truncateSync } from 'node:fs'
import { createFileSink } from '../../src/sinks/file.ts'

const path = process.argv[2]
const sink = createFileSink({ path, maxBytes: null, keep: 1, toJson: () => '' })

function write(text: string): Promise<unknown> {
  const payload = Buffer.from(text)
  return sink.write({ payload, format: 'lines', signal: null, encoded: null, deadline: 0, stream: null })
}

await write(`${'x'.repeat(4000)}\n`).catch(({ message }: Error) => process.stdout.write(`${message}\n`))
// Makes room, and leaves a part of the line.
truncateSync(path, 3)
await write('whole\n')
await write('next\n')
await sink.close()
