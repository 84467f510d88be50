import { checks } from '../scan/checks/index.ts'
import type { DetectorsArguments } from './detectors-arguments.ts'
import type { Outcome } from './outcome.ts'
import { extendPacks } from './own-detectors.ts'
import { table } from './table.ts'

export async function listDetectors({
  detectors: paths,
  packs,
  json,
  checks: listChecks
}: DetectorsArguments): Promise<Outcome> {
  if (listChecks) return table(json, Object.values(checks), ['name', 'description'])
  const rows = extendPacks(paths, packs).map(({ id, severity, context, checks, keywords }) => ({
    id,
    severity,
    context,
    checks,
    keywords
  }))
  return table(json, rows, ['id', 'severity', 'context', 'checks', 'keywords'])
}
