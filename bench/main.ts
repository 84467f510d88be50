// npm run bench -- [filter] [--json FILE] [--quick]: see README.md.

import { parseArgs } from 'node:util'
import { bundledDetectors } from '../src/index.ts'
import { type Adversarial, measureAdversarial } from './adversarial.ts'
import {
  commandGroup,
  measureEmptyRun,
  measureFirstLine,
  measurePeakRss,
  withFolder,
  withoutStartUp
} from './command.ts'
import { loadCorpus } from './corpus.ts'
import { measureExec, printExec } from './exec.ts'
import { measureGroup, type Rounds, type Row } from './measure.ts'
import { peerGroup } from './peers.ts'
import { measurePino, printPino } from './pino.ts'
import { type Planted, plant } from './plant.ts'
import {
  type CommandFigures,
  printAdversarial,
  printCommand,
  printHeader,
  printRow,
  type Report,
  writeReport
} from './report.ts'
import { type Group, lengthGroups, redactGroup, scanGroup, shares } from './stages.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } }
})
const { quick } = values
const filter = new RegExp(positionals[0] ?? '')
const rounds: Rounds = quick ? { warmUps: 2, rounds: 3 } : { warmUps: 3, rounds: 9 }
const corpus = loadCorpus(quick ? 8e6 : 40e6)
const planted = remember((share: number) => plant(corpus.bytes, share))

console.log(`${corpus.name} lines, ${(corpus.bytes.length / 1e6).toFixed(0)} MB; ${bundledDetectors.length} detectors`)
printHeader()
const stageRows = [scanGroup(corpus.name, planted), redactGroup(corpus.name, planted)].flatMap((group) =>
  measured(group)
)
const lengthRows = lengthGroups(quick ? 4e6 : 32e6).flatMap((group) => measured(group))
const { commandRows, command } = await withFolder(measureCommand)
const sample = () => corpus.bytes.subarray(0, corpus.bytes.lastIndexOf(0x0a, 2e6) + 1)
const peerRows = measured(peerGroup(corpus.name, sample))
const exec = filter.test('exec') ? await measureExec(quick ? 300 : 2000) : null
if (exec !== null) printExec(exec)
const pino = filter.test('pino') ? await measurePino(quick) : null
if (pino !== null) printPino(pino)
const adversarial = filter.test('adversarial') ? attacked() : null

const report: Report = {
  quick,
  corpus: { name: corpus.name, bytes: corpus.bytes.length },
  detectors: bundledDetectors.length,
  rows: [...stageRows, ...lengthRows, ...commandRows, ...peerRows],
  command,
  exec,
  pino,
  adversarial
}
if (values.json !== undefined) writeReport(values.json, report)
if (isWrong(report)) {
  console.log('\nFAILED: see the lines in red; figures of a wrong case mean nothing')
  process.exitCode = 1
}

function measured(group: Group, times = rounds): Row[] {
  const cases = group.cases.filter(({ name }) => filter.test(name)).map(({ make }) => make())
  const rows = measureGroup(cases, times)
  for (const row of rows) printRow(row)
  return rows
}

async function measureCommand(folder: string): Promise<{ commandRows: Row[]; command: CommandFigures | null }> {
  const withStartUp = measured(commandGroup(folder, corpus.name, planted), { warmUps: 1, rounds: quick ? 3 : 5 })
  if (withStartUp.length === 0) return { commandRows: [], command: null }
  const command = {
    firstLineMs: await measureFirstLine(),
    emptyRunMs: measureEmptyRun(folder),
    peakRssBytes: measurePeakRss(folder, planted(shares[2]))
  }
  const rest = withStartUp.map((row) => withoutStartUp(row, command.emptyRunMs))
  for (const row of rest) printRow(row)
  printCommand(command)
  return { commandRows: [...withStartUp, ...rest], command }
}

function attacked(): Adversarial {
  const result = measureAdversarial(quick)
  printAdversarial(result, quick)
  return result
}

/** Slow attacks do not fail a quick run: it looks at few of them, and not long enough. */
function isWrong({ rows, exec, pino, adversarial }: Report): boolean {
  if ([...rows, exec, pino].some((part) => part !== null && part.mistakes.length > 0)) return true
  if (adversarial === null) return false
  const { mistakes, tooSlow, tooSteep } = adversarial
  return mistakes.length > 0 || (!quick && (tooSlow.length > 0 || tooSteep.length > 0))
}

function remember(make: (share: number) => Planted): (share: number) => Planted {
  const made = new Map<number, Planted>()
  return (share) => {
    const known = made.get(share) ?? make(share)
    made.set(share, known)
    return known
  }
}
