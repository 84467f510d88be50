import { TAIL, WIDE_LEAD, WIDE_TAIL } from '../kernel/layout.ts'
import { type ByteClass, classOf, isWithin, parseClass, unionOf } from '../pattern/char-class.ts'
import { alphabetOf, maxLengthOf, type PatternAst, type PatternNode } from '../pattern/pattern.ts'

/** In what every match of a pattern ends, as many bytes as the kernel looks for where it knows no literal (kernel/assembly/tails.ts). */
export interface Tail {
  /** Letters and digits; of a wide one `_` and `-`, too. */
  readonly set: ByteClass
  readonly min: number
  readonly wide: boolean
  /** The bytes that may stand right before it. */
  readonly joints: ByteClass
}

const lettersAndDigits = parseClass('A-Za-z0-9')
const marks = parseClass('_-')
/** Of base64url, and of the runs that a name before a wide tail begins. */
export const urlAlphabet = unionOf(lettersAndDigits, marks)

/** Longest name before the joint of a wide tail: the escape in front of it (`\u003d`) is of the same run. */
const longestName = WIDE_LEAD - 7

/** Null when matches may end in something else. */
export function tailOf(ast: PatternAst): Tail | null {
  const whole = ast.root.kind === 'group' ? ast.root.node : ast.root
  if (whole.kind !== 'concat') return null
  const before = whole.nodes.slice(0, -1)
  const joints = lastBytes(before)
  const last = whole.nodes[whole.nodes.length - 1]
  if (joints === null || last.kind !== 'repeat' || last.node.kind !== 'class') return null
  const { set } = last.node
  if (isWithin(set, lettersAndDigits) && last.min >= TAIL) return { set, min: TAIL, wide: false, joints }
  return isWideAlphabet(set) && last.min >= WIDE_TAIL && endsName(before, ast)
    ? { set, min: WIDE_TAIL, wide: true, joints }
    : null
}

/** The kernel passes by what has no capital, no small letter or no digit. */
function isWideAlphabet(set: ByteClass): boolean {
  return isWithin(lettersAndDigits, set) && isWithin(set, urlAlphabet)
}

/** Whether it is a name of letters and digits and one mark behind it: the first of its run, where the kernel looks for it. */
function endsName(nodes: readonly PatternNode[], ast: PatternAst): boolean {
  const [name, joint] = [nodes.slice(0, -1), nodes[nodes.length - 1]]
  return (
    (joint.kind === 'class' || (joint.kind === 'literal' && joint.bytes.length === 1)) &&
    isWithin(alphabetOf(joint), marks) &&
    name.every((node) => isWithin(alphabetOf(node), lettersAndDigits)) &&
    maxLengthOf({ ...ast, root: { kind: 'concat', nodes: name } }) <= longestName
  )
}

/** What a sequence can end in; null: it may be empty. */
function lastBytes(nodes: readonly PatternNode[]): ByteClass | null {
  let set = classOf()
  for (const node of nodes.toReversed()) {
    const own = lastBytesOf(node)
    if (own !== null) set = unionOf(set, own)
    if (own !== null && !isOptional(node)) return set
  }
  return null
}

function isOptional(node: PatternNode): boolean {
  return node.kind === 'repeat' && node.min === 0
}

function lastBytesOf(node: PatternNode): ByteClass | null {
  switch (node.kind) {
    case 'literal':
      return classOf(node.bytes[node.bytes.length - 1])
    case 'class':
      return node.set
    case 'group':
    case 'repeat':
      return lastBytesOf(node.node)
    case 'concat':
      return lastBytes(node.nodes)
    case 'alternation':
      return node.nodes.map(lastBytesOf).reduce((all, set) => (all === null || set === null ? null : unionOf(all, set)))
    case 'assertion':
      return null
  }
}
