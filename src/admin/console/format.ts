/** 1234567 → `1.23 M`. */
export function compact(value: number, unit = ''): string {
  const [scale, sign] = [[1e12, 'T'] as const, [1e9, 'G'] as const, [1e6, 'M'] as const, [1e3, 'k'] as const].find(
    ([least]) => Math.abs(value) >= least
  ) ?? [1, '']
  const scaled = value / scale
  const digits =
    scale === 1 && Number.isInteger(value) ? 0 : Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2
  return `${scaled.toFixed(digits)}${sign || unit ? ` ${sign}${unit}` : ''}`
}

export function whole(value: number): string {
  return value.toLocaleString('en')
}

/** From so many seconds on, in this unit. */
const units = [
  [86_400 * 2, 86_400, 'd'],
  [7200, 3600, 'h'],
  [120, 60, 'min'],
  [1, 1, 's'],
  [1e-3, 1e-3, 'ms'],
  [0, 1e-6, 'µs']
] as const

/** 0.00042 → `420 µs`, 93,784 → `26 h`. */
export function duration(seconds: number): string {
  const [, size, unit] = units.find(([least]) => seconds >= least) ?? units[5]
  const value = seconds / size
  return `${value < 10 && size < 60 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** `3 min ago`, `in 4 d`. */
export function relative(iso: string): string {
  const seconds = (Date.parse(iso) - Date.now()) / 1000
  if (Math.abs(seconds) < 5) return 'now'
  const length = duration(Math.round(Math.abs(seconds)))
  return seconds < 0 ? `${length} ago` : `in ${length}`
}

/** `2026-11-26 06:41:09`, of the one who looks. */
export function moment(iso: string): string {
  const date = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `false-positive` → `false positive`. */
export function words(name: string): string {
  return name.replaceAll('-', ' ')
}
