import { type Complaint, complaints, type ReportRow } from './report.ts'

/** For a wiki or a pull request: a section for each complaint. */
export function reportMarkdown(rows: readonly ReportRow[], secrets: number): string {
  const sections = sectionsOf(rows).map(([complaint, own]) =>
    [
      `## ${complaints[complaint]} (${own.length})`,
      '',
      '| secret | owner | application | environment | detail |',
      '|---|---|---|---|---|',
      ...own.map((row) => `| ${cellsOf(row).map(escapeMarkdown).join(' | ')} |`),
      ''
    ].join('\n')
  )
  return [`# Inventory of secrets: ${summary(rows, secrets)}`, '', ...sections].join('\n')
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|]/g, '\\$&').replace(/\s+/g, ' ')
}

/** A page that needs nothing else. */
export function reportHtml(rows: readonly ReportRow[], secrets: number): string {
  const sections = sectionsOf(rows).map(([complaint, own]) => {
    const lines = own.map(
      (row) =>
        `<tr>${cellsOf(row)
          .map((cell) => `<td>${escapeHtml(cell)}</td>`)
          .join('')}</tr>`
    )
    return `<h2>${escapeHtml(complaints[complaint])} (${own.length})</h2>\n<table>\n<tr><th>secret<th>owner<th>application<th>environment<th>detail</tr>\n${lines.join('\n')}\n</table>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Inventory of secrets</title>
<style>body{font:14px system-ui;margin:2em}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}</style>
<h1>Inventory of secrets: ${escapeHtml(summary(rows, secrets))}</h1>
${sections.join('\n')}
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

function sectionsOf(rows: readonly ReportRow[]): [Complaint, ReportRow[]][] {
  return (Object.keys(complaints) as Complaint[])
    .map((complaint): [Complaint, ReportRow[]] => [complaint, rows.filter((row) => row.complaint === complaint)])
    .filter(([, own]) => own.length > 0)
}

function cellsOf({ name, owner, application, environment, detail }: ReportRow): string[] {
  return [name, owner, application, environment, detail].map((cell) => cell || '-')
}

export function summary(rows: readonly ReportRow[], secrets: number): string {
  const bad = new Set(rows.map(({ name }) => name)).size
  return `${secrets} listed, ${bad} of them with something to do`
}
