import type { LineFormat } from '../../model.ts'
import { readCri } from './cri.ts'
import { readDocker } from './docker.ts'
import { readJournalEntry } from './journal.ts'
import { readJsonLine } from './json-line.ts'
import { type ReadRow, readPlain } from './row.ts'
import { createSyslogReader } from './syslog.ts'

/** What reads a line, or entry, of each format. */
export const readers: Readonly<Record<LineFormat, ReadRow>> = {
  plain: readPlain,
  json: readJsonLine,
  cri: readCri,
  docker: readDocker,
  journald: readJournalEntry,
  syslog: createSyslogReader(() => new Date())
}
