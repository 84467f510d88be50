import type { Message } from './message.ts'

/** Plain text of at most `most` UTF-16 units; the stamp is always in it. */
export function plainText({ news, facts, runbook, mark, stamp }: Message, most: number): string {
  const end = `\n\n${mark}, ${stamp}`
  const lines = [
    news,
    '',
    ...facts.map(([name, value]) => `${name}: ${value}`),
    ...(runbook === null ? [] : ['', `Runbook: ${runbook}`])
  ]
  return (
    lines
      .join('\n')
      .slice(0, most - end.length)
      .toWellFormed() + end
  )
}

/**
 * Markdown as GitHub, GitLab and Gitea have it. What comes from elsewhere stands in code spans, where nothing is a mention, a reference, a
 * command, HTML or an image that tells its server who looks.
 */
export function markdownOf({ news, facts, runbook, mark, stamp }: Message): string {
  const lines = [
    code(news),
    '',
    ...facts.map(([name, value]) => `- ${code(name)}: ${code(value)}`),
    ...(runbook === null ? [] : ['', `[Runbook](<${runbook}>)`]),
    '',
    `${mark}, ${stamp}`
  ]
  return lines.join('\n')
}

function code(text: string): string {
  const inside = text.replaceAll('`', "'").trim()
  return inside === '' ? '-' : `\`${inside}\``
}
