/** An element of an XML document, strictly read: what is not well-formed throws. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Element | string)[]
}

/** As much of XML 1.0 as reports are made of: a declaration, elements, attributes, text, numeric references. */
export function parseXml(text: string): Element {
  const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text)
  if (illegal !== null) throw new Error(`illegal character at ${illegal.index}`)
  const top: { children: (Element | string)[] } = { children: [] }
  const open: { name: string; children: (Element | string)[] }[] = []
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
  if (!text.startsWith(declaration)) throw new Error('no declaration')
  for (let at = declaration.length; at < text.length; ) {
    const [token, close, name, attributes = '', empty, words] = tokenAt(text, at)
    const { children } = open.at(-1) ?? top
    if (words !== undefined) children.push(unescaped(words))
    else if (close !== undefined) {
      if (open.pop()?.name !== close) throw new Error(`</${close}> closes nothing`)
    } else {
      const element = { name, attributes: attributesOf(attributes), children: [] }
      children.push(element)
      if (empty === '') open.push(element)
    }
    at += token.length
  }
  const [root, rest, ...more] = top.children
  if (open.length > 0 || typeof root !== 'object' || rest !== '\n' || more.length > 0) throw new Error('no one root')
  return root
}

const token = /<\/([a-z]+)>|<([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/y

function tokenAt(text: string, at: number): RegExpExecArray {
  token.lastIndex = at
  const found = token.exec(text)
  if (found === null) throw new Error(`no XML at ${at}`)
  return found
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, key, value] of text.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
    if (key in attributes) throw new Error(`${key} twice`)
    // As parsers have to.
    attributes[key] = unescaped(value.replace(/[\t\n\r]/g, ' '))
  }
  return attributes
}

function unescaped(text: string): string {
  if (/&(?!#\d+;)/.test(text) || text.includes(']]>')) throw new Error('a bare & or ]]>')
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}
