import { LogveilError } from './errors.ts'
import type { Detector, KnownSecret } from './model.ts'
import { compileAssignmentTest } from './scan/secret-names.ts'

export interface EnvironmentOptions {
  /** Variables that hold secrets whatever they are called and whatever is in them. */
  readonly names: readonly string[]
  /** Whether variables whose names and values look secret are taken, too. */
  readonly automatic: boolean
}

/** Shorter values, and shorter lines of long ones, stand in a log for other reasons as well; in characters. */
const shortest = 6
/** The same for numbers. */
const shortestNumber = 8
/** What a password may be equal to without becoming one: masking the user's name makes every path unreadable. */
const ordinary = ['USER', 'LOGNAME', 'HOSTNAME', 'HOME', 'PWD', 'SHELL', 'LANG', 'TERM', 'NODE_ENV']
/** What a placeholder holds of a name, in characters. */
const longestName = 64

/**
 * The secrets that an environment holds, as known secrets `environment:NAME`, by name. A value of several lines is as many secrets, since it
 * comes out line by line. Throws `CONFIG_INVALID` when a variable of `names` is too short to be looked for; one that is not set holds nothing.
 */
export function secretsOf(
  environment: Readonly<Record<string, string | undefined>>,
  detectors: readonly Detector[],
  { names, automatic }: EnvironmentOptions
): KnownSecret[] {
  const holdsSecret = compileAssignmentTest(detectors)
  const common = new Set(ordinary.map((name) => environment[name]))
  const secrets = new Map<string, string>()
  const add = (name: string, value: string): void => {
    if (!secrets.has(value)) secrets.set(value, `environment:${name.replace(/[^\w.-]/g, '_').slice(0, longestName)}`)
  }
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name] ?? ''
    if (names.includes(name)) for (const part of chosenParts(name, value)) add(name, part)
    else if (automatic && !common.has(value)) for (const part of secretParts(name, value, holdsSecret)) add(name, part)
  }
  return [...secrets].map(([value, id]) => ({ id, value }))
}

function chosenParts(name: string, value: string): string[] {
  const length = Buffer.byteLength(value)
  if (length === 1 || length === 2)
    throw new LogveilError(
      'CONFIG_INVALID',
      `${name} has ${length} bytes: it would be redacted everywhere; leave it out`
    )
  return partsOf(value).filter((part) => part === value || isLongEnough(part))
}

function secretParts(name: string, value: string, holdsSecret: (name: string, value: string) => boolean): string[] {
  const parts = holdsSecret(name, value) ? partsOf(value) : passwordsIn(value)
  return parts.filter(isLongEnough)
}

function isLongEnough(value: string): boolean {
  return value.length >= (/^\d+$/.test(value) ? shortestNumber : shortest)
}

/** A value as a whole, and its lines, also where `\n` stands for a line end; not the first and last of a key, which say only what it is. */
function partsOf(value: string): string[] {
  const lines = value.split(/\r\n|\r|\n|\\n/).map((line) => line.trim())
  const isOneLine = !/[\r\n]/.test(value)
  const parts = isOneLine ? [value, ...lines] : lines
  return [...new Set(parts)].filter((part) => part !== '' && !/^-----(BEGIN|END) [A-Z0-9 ]+-----$/.test(part))
}

/** Of URLs, as they stand there and as they are meant. */
function passwordsIn(value: string): string[] {
  return [...value.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:([^\s/@]+)@/gi)].flatMap(([, password]) =>
    [password, decoded(password)].filter((one) => !/^(\$|\{\{|%\(|<|\*+$)/.test(one))
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
