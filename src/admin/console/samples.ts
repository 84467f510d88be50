/** One line of /metrics. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What is known at a time. */
export interface Snapshot {
  /** ms. */
  readonly at: number
  readonly samples: ReadonlyMap<string, readonly Sample[]>
}

/** OpenMetrics text, without exemplars and comments. */
export function parseMetrics(text: string, at: number): Snapshot {
  const samples = new Map<string, Sample[]>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] =
      /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)/.exec(line) ?? []
    if (name === undefined) continue
    const known = samples.get(name) ?? []
    known.push({ name, labels: labelsOf(labels), value: Number(value) })
    samples.set(name, known)
  }
  return { at, samples }
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return Object.fromEntries(
    pairs.map(([, name, value]) => [name, value.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c))])
  )
}

type Labels = Readonly<Record<string, string>>

/** The sum of all that has these labels; 0: there is none. */
export function total({ samples }: Snapshot, name: string, labels: Labels = {}): number {
  const those = samples.get(name) ?? []
  return those.filter((one) => fits(one.labels, labels)).reduce((sum, { value }) => sum + value, 0)
}

export function largest({ samples }: Snapshot, name: string): number {
  return Math.max(0, ...(samples.get(name) ?? []).map(({ value }) => value))
}

function fits(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}

/** Sums by the values of a label, the largest first. */
export function totalsBy({ samples }: Snapshot, name: string, label: string): [string, number][] {
  const sums = new Map<string, number>()
  for (const { labels, value } of samples.get(name) ?? [])
    sums.set(labels[label] ?? '', (sums.get(labels[label] ?? '') ?? 0) + value)
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}

/** How much a counter grew in a second; after a restart it begins anew. */
export function rate(before: Snapshot, after: Snapshot, name: string, labels: Labels = {}): number {
  const grown = total(after, name, labels) - total(before, name, labels)
  return Math.max(0, grown) / ((after.at - before.at) / 1000)
}

/** Of a histogram, of what was added between two times; null: nothing was. Not above the largest bucket. */
export function quantile(before: Snapshot | null, after: Snapshot, name: string, share: number): number | null {
  const bounds = [...new Set((after.samples.get(`${name}_bucket`) ?? []).map(({ labels }) => labels.le))]
    .map((le) => ({ le, bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le) }))
    .sort((a, b) => a.bound - b.bound)
  const counts = bounds.map(
    ({ le }) => total(after, `${name}_bucket`, { le }) - (before === null ? 0 : total(before, `${name}_bucket`, { le }))
  )
  const all = counts.at(-1) ?? 0
  if (all <= 0) return null
  const index = counts.findIndex((count) => count >= share * all)
  const low = index === 0 ? 0 : bounds[index - 1].bound
  const high = bounds[index].bound
  if (high === Number.POSITIVE_INFINITY) return low
  const below = index === 0 ? 0 : counts[index - 1]
  return low + ((share * all - below) / (counts[index] - below || 1)) * (high - low)
}
