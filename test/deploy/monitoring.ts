// The dashboard and the rules, and the expressions in them.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const rulesPath = fileURLToPath(new URL('../../deploy/prometheus/rules.yaml', import.meta.url))
const dashboardPath = fileURLToPath(new URL('../../deploy/grafana/dashboards/logveil.json', import.meta.url))

export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly {
    readonly expr: string
    readonly legendFormat: string
    readonly datasource: { uid: string }
  }[]
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { name: string; type: string; definition?: string }[] }
}

const { groups } = parse(readFileSync(rulesPath, 'utf8')) as { groups: { name: string; rules: Rule[] }[] }
export const rules: readonly Rule[] = groups.flatMap((group) => group.rules)
export const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined)
export const recorded = rules.flatMap(({ record }) => record ?? [])
export const dashboard = JSON.parse(readFileSync(dashboardPath, 'utf8')) as Dashboard

export interface Expression {
  readonly where: string
  readonly expr: string
}

const inDashboard: readonly Expression[] = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ where: `panel ${title}`, expr: withIntervals(expr) }))
)
const inVariables: readonly Expression[] = dashboard.templating.list.flatMap(({ name, definition }) =>
  definition === undefined
    ? []
    : { where: `variable ${name}`, expr: definition.replace(/^label_values\((.*), (\w+)\)$/, 'sum by ($2) ($1)') }
)
const inRules = rules.map(({ record, alert, expr }) => ({ where: `rule ${record ?? alert}`, expr }))

/** As Prometheus gets them; variables are within strings, where they may be anything. */
export const expressions: readonly Expression[] = [...inDashboard, ...inVariables, ...inRules]

function withIntervals(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h')
}
