import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
// @ts-expect-error: a script without types
import { bundleCommand } from '../../scripts/bundle.mjs'
// @ts-expect-error: a script without types
import { generated, hashOf, replace, root } from '../../scripts/generated.mjs'
import { main } from './spawn.ts'

const dir = dirname(main)
const stampFile = `${dir}/stamp`

/** Before all tests: the command as it is shipped, a bundle. From modules, each of a thousand starts would take a second longer. */
export default async function setup(): Promise<void> {
  const stamp = hashOf([`${root}src`, `${root}scripts/bundle.mjs`])
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  rmSync(dir, { recursive: true, force: true })
  await bundleCommand(dir, generated)
  replace(stampFile, stamp)
}
