import { byMember, type Found, nameOf } from './found.ts'

/**
 * Variables of a dotenv file: `NAME=value`, `export NAME='value'`, `NAME="two\nlines"`; comments; quoted values may go over several lines. `file`
 * is where they are stored.
 */
export async function* readDotenv(text: string, file: string): Found {
  for (const [, name, quoted, plain = ''] of text.matchAll(assignment)) {
    const value = quoted === undefined ? plain.replace(/\s+#.*$/, '').trim() : unquoted(quoted)
    if (value === '' || /^\$\{?\w+\}?$/.test(value)) continue
    yield* byMember(
      () => ({ name: nameOf(`${file}#${name}`), storedIn: `dotenv:${file}#${name}` }),
      [{ id: null, state: 'current', created: null, members: [[name, value]] }]
    )
  }
}

const assignment =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:("(?:\\[\s\S]|[^"\\])*"|'[^']*'|`[^`]*`)|([^\r\n]*))/gm

function unquoted(text: string): string {
  const inside = text.slice(1, -1)
  return text.startsWith('"') ? inside.replace(/\\([nrt"\\$])/g, (_, one: string) => escapes[one] ?? one) : inside
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
