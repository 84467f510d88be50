import { type GoNode, GoRegexError } from './go-regex.ts'
import { innerOf } from './go-regex-dialect.ts'

/** What `*`, `+` and `{n,}` become at most, unless n itself is larger. */
const usualBound = 256
/** `{n,}` becomes `{n,16n}` at most: who asks for 64 bytes of a key means some thousand. */
const growth = 16
/** RE2 repeats no more often, nested repeats multiplied. */
const mostRepeats = 1000

/** Repeats around or inside a node: the product of the bounded ones, and how many have no bound. */
interface Nesting {
  readonly fixed: number
  readonly open: number
}

/**
 * The regex with an upper bound for every repeat: 256, or 16 n of `{n,}` when that is more, 1000 at most, and less where repeats are
 * nested, since RE2 counts them multiplied. Throws GoRegexError where even the lower bounds are too many.
 */
export function boundRepeats(node: GoNode, around: Nesting = { fixed: 1, open: 0 }): GoNode {
  switch (node.kind) {
    case 'group':
      return { ...node, node: boundRepeats(node.node, around) }
    case 'repeat': {
      const here = joined(around, node)
      const max = node.max === Number.POSITIVE_INFINITY ? boundOf(node.min, here, nestingOf(node.node)) : node.max
      return { ...node, max, node: boundRepeats(node.node, here) }
    }
    case 'concat':
    case 'alternation':
      return { ...node, nodes: node.nodes.map((part) => boundRepeats(part, around)) }
    default:
      return node
  }
}

function joined({ fixed, open }: Nesting, { max }: { readonly max: number }): Nesting {
  return max === Number.POSITIVE_INFINITY ? { fixed, open: open + 1 } : { fixed: fixed * Math.max(1, max), open }
}

function boundOf(min: number, around: Nesting, inside: Nesting): number {
  const share = Math.floor((mostRepeats / (around.fixed * inside.fixed)) ** (1 / (around.open + inside.open)) + 1e-9)
  const wanted = Math.min(Math.max(usualBound, growth * min), mostRepeats)
  const max = Math.min(wanted, share)
  if (max < Math.max(1, min)) throw new GoRegexError('repeats are nested so that RE2 would count more than 1000')
  return max
}

/** The worst way down into a node. */
function nestingOf(node: GoNode): Nesting {
  const inner = innerOf(node).map(nestingOf)
  const worst = {
    fixed: Math.max(1, ...inner.map(({ fixed }) => fixed)),
    open: Math.max(0, ...inner.map(({ open }) => open))
  }
  return node.kind === 'repeat' ? joined(worst, node) : worst
}
