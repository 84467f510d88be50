import { writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { forgetfulCheckpoints } from '../../../src/sources/files/checkpoints.ts'
import { createFollowed, type Follow } from '../../../src/sources/files/followed.ts'
import type { FilesOptions } from '../../../src/sources/files/options.ts'
import { temporaryDirectory } from '../../cli/spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

// Two that read one file mix up what is open in its stream: half of a private key went out, lines were lost.
test('a file that is closed and opened again, as when names move while it is looked at, is read once', () => {
  writeFileSync(path('app.log'), 'one\n')
  const options = {
    checkpoints: forgetfulCheckpoints(),
    sealer: () => ({ rules: 'one', redact: (text: string) => text })
  } as unknown as FilesOptions
  const followed = createFollowed(options)
  const open = () =>
    followed.open({ path: path('app.log'), real: path('app.log'), log: path('app.log'), id: null }, () => 0)
  followed.close(open() as Follow)
  expect([...followed.ready]).toEqual([])
  const again = open() as Follow
  expect([...followed.ready]).toEqual([again])
  expect([...followed.follows.values()]).toEqual([again])
  followed.close(again)
})
