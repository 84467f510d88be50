// What an expression of PromQL asks for, by the grammar of Prometheus' own editor.
import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  readonly metric: string
  /** Of its matchers. */
  readonly labels: readonly string[]
}

export interface Asked {
  readonly selectors: readonly Selector[]
  /** Behind by, on, ignoring, group_left. */
  readonly grouping: readonly string[]
  /** Labels that the expression makes itself. */
  readonly made: readonly string[]
}

/** Throws with the place when it is no PromQL. */
export function readExpression(text: string): Asked {
  const asked = {
    selectors: [] as { metric: string; labels: string[] }[],
    grouping: [] as string[],
    made: [] as string[]
  }
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to)
  parser.parse(text).iterate({
    enter(reference) {
      const { node } = reference
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`)
      if (node.name === 'VectorSelector') {
        const labels = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
        const metric = node.getChild('Identifier')
        if (metric === null) throw new Error(`a selector without a name: ${text}`)
        asked.selectors.push({
          metric: textOf(metric),
          labels: labels.map((one) => textOf(one.getChild('LabelName') as never))
        })
      } else if (node.name === 'GroupingLabels') {
        asked.grouping.push(...node.getChildren('LabelName').map(textOf))
      } else if (node.name === 'FunctionCall' && textOf(node).startsWith('label_replace')) {
        const [made] = node.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? []
        asked.made.push(textOf(made).slice(1, -1))
      }
    }
  })
  return asked
}
