import { expect, test } from 'vitest'
import { cutLines, type Piece, type Source } from '../../src/cli/cut-lines.ts'
import { type PlacedFinding, redactStream, type Totals } from '../../src/cli/redact-stream.ts'
import { isBalanced } from '../../src/cli/summary.ts'
import fc from '../property.ts'
import { toyRedactor } from './toy-redactor.ts'

interface Result {
  readonly output: string
  readonly findings: string[]
  readonly totals: Totals
}

/** Runs the whole stream in process: `files` are read in portions of the given sizes, over and over. */
async function run(
  files: readonly string[],
  portions: readonly number[],
  chunkBytes: number,
  maxRecordBytes: number
): Promise<Result> {
  const written: Buffer[] = []
  const findings: PlacedFinding[] = []
  const pieces = cutLines(sources(files, portions), { chunkBytes, maxRecordBytes })
  const totals = await redactStream(pieces, {
    redactor: toyRedactor(),
    writer: {
      failure: null,
      // Keeps the bytes only when it is done with them, as a slow descriptor does.
      write: async (bytes) => {
        await new Promise((resolve) => setImmediate(resolve))
        written.push(Buffer.from(bytes))
      }
    },
    onFindings: async (more) => {
      findings.push(...more)
      return true
    },
    countsOutput: true
  })
  const show = ({ file, line, record, span }: PlacedFinding) => `${file}:${line} ${record} ${span.join('-')}`
  return { output: Buffer.concat(written).toString('latin1'), findings: findings.map(show), totals }
}

async function* sources(files: readonly string[], portions: readonly number[]): AsyncGenerator<Source> {
  let turn = 0
  for (const [i, file] of files.entries()) {
    let rest = Buffer.from(file, 'latin1')
    const read = async (target: Uint8Array) => {
      expect(target.length).toBeGreaterThan(0)
      const count = Math.min(portions[turn++ % portions.length], target.length, rest.length)
      target.set(rest.subarray(0, count))
      rest = rest.subarray(count)
      return count
    }
    yield { name: `file${i}`, read }
  }
}

/** The same, line by line on the whole text. */
function expected(files: readonly string[], maxRecordBytes: number): Omit<Result, 'totals'> {
  const findings: string[] = []
  const starts = files.map((_, i) => files.slice(0, i).join('').length)
  let output = ''
  let at = 0
  for (const [record, line] of (files.join('').match(/[^\n]*\n|[^\n]+$/g) ?? []).entries()) {
    const [, text, terminator] = /^([\s\S]*?)(\r?\n|)$/.exec(line) ?? []
    const file = starts.findLastIndex((start, i) => start <= at && (files[i].length > 0 || i === 0))
    const lineInFile = files.join('').slice(starts[file], at).split('\n').length
    if (text.length > maxRecordBytes) output += `[WITHHELD:size]${terminator}`
    else if (text.includes('BOOM')) output += `[WITHHELD:error]${terminator}`
    else if (!text.includes('DROP')) {
      output += text.replace(/SECRET\d+/g, '[REDACTED:toy]') + terminator
      for (const { 0: secret, index } of text.matchAll(/SECRET\d+/g)) {
        const start = at - starts[file] + index
        findings.push(`file${file}:${lineInFile} ${record} ${start}-${start + secret.length}`)
      }
    }
    at += line.length
  }
  return { output, findings }
}

const text =
  'plain\n\nb SECRET12 c\r\nDROP it\n\r\nSECRET1 and SECRET22\nBOOM SECRET3\n\0\xff\xfe\n0123456789012345678901234567890123456789\nSECRET4\r\nend SECRET5'

test('what comes out is what line by line redaction gives', () => {
  expect(expected([text], 30)).toEqual({
    output:
      'plain\n\nb [REDACTED:toy] c\r\n\r\n[REDACTED:toy] and [REDACTED:toy]\n[WITHHELD:error]\n\0\xff\xfe\n[WITHHELD:size]\n[REDACTED:toy]\r\nend [REDACTED:toy]',
    findings: ['file0:3 2 9-17', 'file0:6 5 31-38', 'file0:6 5 43-51', 'file0:10 9 110-117', 'file0:11 10 123-130']
  })
})

test('a split at any byte, of the reads or of the files, changes nothing', async () => {
  for (let at = 0; at <= text.length; at++) {
    const oneFile = await run([text], [at || 1, text.length], 1024, 30)
    expect({ output: oneFile.output, findings: oneFile.findings }).toEqual(expected([text], 30))
    const files = [text.slice(0, at), text.slice(at)]
    const twoFiles = await run(files, [text.length], 1024, 30)
    expect({ output: twoFiles.output, findings: twoFiles.findings }).toEqual(expected(files, 30))
  }
})

const line = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 60, unit: fc.constantFrom('a', ' ', '\r', '\0', '\xff', '"', '1') }) },
  { weight: 3, arbitrary: fc.constantFrom('', 'SECRET1', 'x SECRET23 y', 'SECRET4SECRET5', '\r') },
  { weight: 1, arbitrary: fc.constantFrom('DROP', 'BOOM', 'BOOM SECRET7') }
)
const file = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended ? '\n' : ''))

test('any files, read in any portions into buffers of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 12, max: 70 }),
      async (files, portions, chunkBytes, maxRecordBytes) => {
        // A portion of nothing ends a file, so that an empty one is read once.
        const { output, findings, totals } = await run(files, portions, chunkBytes, maxRecordBytes)
        expect({ output, findings }).toEqual(expected(files, maxRecordBytes))
        expect(totals.bytesIn).toBe(files.join('').length)
        expect(totals.bytesOut).toBe(output.length)
        expect(isBalanced(totals)).toBe(true)
      }
    ),
    { numRuns: 500 }
  )
})

test('a clean piece is handed on as the very same bytes', async () => {
  const seen: Piece[] = []
  const written: Uint8Array[] = []
  async function* watched(): AsyncGenerator<Piece> {
    for await (const piece of cutLines(sources(['a\nb\n'], [4]), { chunkBytes: 8, maxRecordBytes: 8 })) {
      seen.push(piece)
      yield piece
    }
  }
  await redactStream(watched(), {
    redactor: toyRedactor(),
    writer: { failure: null, write: async (bytes) => void written.push(bytes) },
    onFindings: async () => true,
    countsOutput: false
  })
  expect(seen.map(({ kind }) => kind)).toEqual(['lines'])
  expect(seen[0].kind === 'lines' && seen[0].bytes).toBe(written[0])
})

test('nothing is written after the writer failed or findings could not be reported', async () => {
  const tried: string[] = []
  const stream = (failure: 'closed' | null, reported: boolean) =>
    redactStream(cutLines(sources(['SECRET1\n'], [8]), { chunkBytes: 8, maxRecordBytes: 8 }), {
      redactor: toyRedactor(),
      writer: { failure, write: async (bytes) => void tried.push(Buffer.from(bytes).toString()) },
      onFindings: async () => reported,
      countsOutput: false
    })
  await stream('closed', true)
  await stream(null, false)
  expect(tried).toEqual([])
  await stream(null, true)
  expect(tried).toEqual(['[REDACTED:toy]\n'])
})
