import type { JudgedLeak, ReportOptions, ScanError, ScanReport } from './scan-report.ts'
import { many } from './summary.ts'

/** JUnit's XML, as Jenkins, GitLab and others read it: a test for each leak and each error, or one that passed when there are none. */
export function createJunitReport({ detectors }: ReportOptions): ScanReport {
  const cases: string[] = []
  return {
    begin: () => '',
    file(name, leaks) {
      for (const leak of leaks) cases.push(caseOf(name, leak, detectors.get(leak.detector)?.rotation ?? null))
      return ''
    },
    end({ errors, leaks, unlisted, files, seconds }) {
      cases.push(...errors.map(errorCase))
      if (cases.length === 0)
        cases.push(element('testcase', { classname: 'logveil', name: `no secret in ${many(files, 'file')}` }))
      const counts = {
        tests: cases.length,
        failures: leaks.new - unlisted,
        errors: errors.length,
        skipped: leaks.known + leaks.allowed,
        time: seconds.toFixed(3)
      }
      const suite = element('testsuite', { name: 'logveil scan', ...counts }, `\n${cases.join('\n')}\n`)
      return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'logveil', ...counts }, `\n${suite}\n`)}\n`
    }
  }
}

function caseOf(file: string, leak: JudgedLeak, rotation: string | null): string {
  const { status, detector, confidence, severity, line, column, snippet, allowance } = leak
  const place = `${file === '-' ? 'standard input' : file}:${line}:${column}`
  const outcome =
    status === 'new'
      ? element(
          'failure',
          { type: detector, message: `${severity}, ${confidence}: ${place}` },
          escaped([place, snippet.trim(), ...(rotation === null ? [] : [`rotate it: ${rotation}`])].join('\n'))
        )
      : element('skipped', { message: status === 'known' ? 'in the baseline' : `allowed: ${allowance}` })
  return element('testcase', { classname: file, file, name: `${detector} in line ${line}, column ${column}` }, outcome)
}

function errorCase({ file, message }: ScanError): string {
  return element('testcase', { classname: file ?? 'logveil', name: 'scan' }, element('error', { message }))
}

function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`)
  return `<${name}${written.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`
}

/** Parsers make spaces of white space that stands there as it is. */
function attribute(text: string): string {
  return escaped(text).replace(/[\t\n]/g, reference)
}

/** XML 1.0 has no way to write most control characters. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\r]/g, reference)
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
