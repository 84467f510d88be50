import { existsSync } from 'node:fs'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
]

/** Path of a browser for tests; null: there is none. */
export function chromium(): string | null {
  return [process.env.LOGVEIL_CHROMIUM, ...places].find((path) => path !== undefined && existsSync(path)) ?? null
}

/** Nothing of it asks anything of the network. */
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]
