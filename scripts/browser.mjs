// Where the tests of the console page (test/e2e/console.test.ts) find a browser; as root on Debian it is installed.
import { spawnSync } from 'node:child_process'
import { chromium } from '../test/e2e/chromium.ts'

if (chromium() === null && process.platform === 'linux' && process.getuid() === 0) {
  const apt = (...args) => spawnSync('apt-get', args, { stdio: 'inherit' }).status === 0
  apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', 'chromium')
}
const found = chromium()
if (found !== null) console.log(`browser: ${found}`)
else console.error('browser: install chromium (Debian: apt-get install chromium), or set LOGVEIL_CHROMIUM to its path')
process.exitCode = found === null ? 1 : 0
