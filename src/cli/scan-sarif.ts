import { createHash } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Detector, Severity } from '../model.ts'
import { type JudgedLeak, type ReportOptions, type ScanError, type ScanReport, statusOf } from './scan-report.ts'

/**
 * SARIF 2.1.0 (OASIS, 27 March 2020), as code scanning of GitHub and others reads it: a rule for every detector that found something, places by
 * line and column, and identities that hold for the line as it reads redacted, so that they tell nothing of the secret.
 */
export function createSarifReport({ version, detectors, hasBaseline }: ReportOptions): ScanReport {
  const rules = new Map<string, number>()
  let separator = '\n'

  function resultOf(name: string, leak: JudgedLeak, identity: string): object {
    const { detector, confidence, severity, status, line, column, endLine, endColumn, fingerprint, snippet } = leak
    const ruleIndex = rules.get(detector) ?? rules.size
    rules.set(detector, ruleIndex)
    return {
      ruleId: detector,
      ruleIndex,
      level: levels[severity],
      message: { text: `${detectors.get(detector)?.name ?? detector} (${confidence})` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: locationOf(name),
            region: { startLine: line, startColumn: column, endLine, endColumn },
            contextRegion: { startLine: line, endLine: line, snippet: { text: snippet } }
          }
        }
      ],
      partialFingerprints: { primaryLocationLineHash: identity },
      ...(fingerprint === null ? {} : { fingerprints: { 'logveil/v1': fingerprint } }),
      ...(hasBaseline ? { baselineState: status === 'known' ? 'unchanged' : 'new' } : {}),
      ...suppressionsOf(leak),
      properties: { confidence }
    }
  }

  function resultsOf(name: string, leaks: readonly JudgedLeak[]): string {
    const seen = new Map<string, number>()
    return leaks
      .map((leak) => {
        const hash = createHash('sha256').update(`${leak.detector}\n${leak.snippet.trim()}`).digest('hex').slice(0, 16)
        const count = (seen.get(hash) ?? 0) + 1
        seen.set(hash, count)
        const text = `${separator}${JSON.stringify(resultOf(name, leak, `${hash}:${count}`))}`
        separator = ',\n'
        return text
      })
      .join('')
  }

  return {
    begin: () =>
      '{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",' +
      '"version":"2.1.0","runs":[{"columnKind":"utf16CodeUnits","results":[',
    file: resultsOf,
    end(totals) {
      const { errors } = totals
      const driver = {
        name: 'logveil',
        semanticVersion: version,
        rules: [...rules.keys()].map((id) => ruleOf(id, detectors.get(id)))
      }
      const invocation = {
        executionSuccessful: errors.length === 0,
        exitCode: statusOf(totals),
        toolExecutionNotifications: errors.map(notificationOf)
      }
      return `\n],\n"tool":${JSON.stringify({ driver })},\n"invocations":[${JSON.stringify(invocation)}]}]}\n`
    }
  }
}

const levels: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note'
}
/** As GitHub sorts them: from 9 critical, from 7 high, from 4 medium. */
const scores: Record<Severity, string> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' }

function ruleOf(id: string, detector: Detector | undefined): object {
  if (detector === undefined) return { id }
  const { name, severity, rotation, references } = detector
  const steps = `Take it out of the file and of its history, and rotate it: whoever could read it may have it.`
  const link = rotation ?? references[0]
  return {
    id,
    shortDescription: { text: name },
    fullDescription: { text: `${name}: a secret that stands in a file.` },
    help: {
      text: link === undefined ? steps : `${steps} ${link}`,
      markdown:
        link === undefined ? steps : `${steps}\n\n[${rotation === null ? 'What it is' : 'Rotate it here'}](${link})`
    },
    ...(link === undefined ? {} : { helpUri: link }),
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['security', 'secret'], 'security-severity': scores[severity] }
  }
}

/** Relative to the folder we run in, which consumers take for the top of the repository; what lies outside is absolute. */
function locationOf(name: string): object {
  if (name === '-') return { uri: 'stdin' }
  if (isAbsolute(name) || name.startsWith('../')) return { uri: pathToFileURL(name).href }
  return { uri: name.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' }
}

function suppressionsOf({ status, allowance }: JudgedLeak): object {
  if (status === 'new') return {}
  const [kind, justification] = status === 'known' ? ['external', 'in the baseline'] : ['inSource', allowance]
  return { suppressions: [{ kind, justification }] }
}

function notificationOf({ file, message }: ScanError): object {
  const locations = file === null ? {} : { locations: [{ physicalLocation: { artifactLocation: locationOf(file) } }] }
  return { level: 'error', message: { text: message }, ...locations }
}
