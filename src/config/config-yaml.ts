import { isNode, LineCounter, parseDocument, Scalar, visit } from 'yaml'
import { lineOf } from './yaml-places.ts'

/** A mistake and where it stands; line 0: in the file as a whole. */
export interface Mistake {
  readonly line: number
  readonly path: string
  readonly message: string
}

export interface Parsed {
  readonly value: unknown
  readonly mistakes: readonly Mistake[]
  /** 1-based line of the value at a path, or of the last one on the way that exists. */
  lineOf(path: readonly PropertyKey[]): number
}

/** Where `${env:NAME}` and `${file:PATH}` come from; undefined: there is no such thing. */
export interface Surrounding {
  env(name: string): string | undefined
  file(path: string): string | undefined
}

/** Parses YAML and fills in what stands around it. Its mistakes never quote a value, as that may be a secret. */
export function parseYaml(text: string, surrounding: Surrounding): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const lineAt = (node: unknown) => (isNode(node) && node.range ? lines.linePos(node.range[0]).line : 0)
  const mistakes: Mistake[] = document.errors.map(({ code, pos }) => ({
    line: lines.linePos(pos[0]).line,
    path: '',
    message: `is no valid YAML: ${code.toLowerCase().replaceAll('_', ' ')}`
  }))
  if (mistakes.length > 0) return { value: null, mistakes, lineOf: () => 0 }
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string')
        for (const message of fillIn(node, surrounding)) mistakes.push({ line: lineAt(node), path: '', message })
    }
  })
  const place = (path: readonly PropertyKey[]) => lineOf(document.contents, path, lines)
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), mistakes, lineOf: place }
  } catch {
    // Its message names the alias.
    const wrong = { line: 0, path: '', message: 'has an alias (*name) without its anchor (&name), or too many' }
    return { value: null, mistakes: [...mistakes, wrong], lineOf: place }
  }
}

const placeholder = /\$\{(env|file):([^}]*)\}/g

/**
 * Fills in one scalar. A plain one becomes a number or a boolean where YAML would read it so (`port: ${env:PORT}`), a quoted one stays
 * text.
 */
function fillIn(node: Scalar, { env, file }: Surrounding): string[] {
  const missing: string[] = []
  const before = node.value as string
  const after = before.replace(placeholder, (_, kind: 'env' | 'file', name: string) => {
    const value = kind === 'env' ? env(name) : file(name)?.replace(/\r?\n$/, '')
    if (value !== undefined) return value
    missing.push(kind === 'env' ? `the environment has no ${name}` : `the file ${name} cannot be read`)
    return ''
  })
  if (after === before) return missing
  node.value = node.type === Scalar.PLAIN && before.match(placeholder)?.[0] === before ? typed(after) : after
  return missing
}

function typed(text: string): unknown {
  if (/^(true|false)$/.test(text)) return text === 'true'
  return /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text
}
