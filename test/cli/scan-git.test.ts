import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { gitEnvironment, keyOf, type Project, passwordOf, reported, useProjects } from './scan-project.ts'
import { main, run } from './spawn.ts'

const empty = useProjects()

/** A repository with a commit of these files on `main`. */
async function repository(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const made = empty()
  await made.git('init', '--quiet', '--initial-branch', 'main')
  for (const [name, content] of Object.entries(files)) made.write(name, content)
  await commitAll(made)
  return made
}

async function commitAll({ git }: Project): Promise<void> {
  await git('add', '--all')
  await git('commit', '--quiet', '--allow-empty', '--message', 'x')
}

const leak = (seed: number): string => `password=${passwordOf(seed)}\n`
const other = leak(2)

async function scan(project: Project, ...args: string[]) {
  return project.logveil(['scan', '--no-summary', ...args])
}

/** Places only, of passwords in lines of nothing else. */
async function placesOf(project: Project, ...args: string[]): Promise<string[]> {
  const { stdout, stderr } = await scan(project, ...args)
  expect(stderr).toBe('')
  const lines = stdout.split(/(?<=\n)/)
  const places = lines.map((line) => line.slice(0, line.indexOf(': high')))
  expect(lines).toEqual(places.map((place) => (place === '' ? '' : reported(place))))
  return places.filter((place) => place !== '')
}

describe.concurrent('.gitignore', () => {
  test('nested, negated, of the repository; what is tracked or would be added counts', async () => {
    const files = await repository({ 'tracked.tmp': other, 'a/kept.log': other })
    files.write('.gitignore', '*.tmp\n/build/\n*.log\n!kept.log\n')
    files.write('sub/.gitignore', 'deep/*\n!deep/in.txt\n')
    files.write('.git/info/exclude', 'local.txt\n')
    for (const name of ['x.tmp', 'build/a.txt', 'sub/build/a.txt', 'sub/deep/in.txt', 'sub/deep/out.txt', 'local.txt'])
      files.write(name, other)
    const scanned = ['a/kept.log', 'sub/build/a.txt', 'sub/deep/in.txt', 'tracked.tmp']
    expect(await placesOf(files, '.')).toEqual(scanned.map((name) => `${name}:1:10`))
    expect(await placesOf(files, 'sub')).toEqual(['sub/build/a.txt:1:10', 'sub/deep/in.txt:1:10'])
    expect(await placesOf(files, '--no-gitignore', 'sub')).toEqual([
      'sub/build/a.txt:1:10',
      'sub/deep/in.txt:1:10',
      'sub/deep/out.txt:1:10'
    ])
  })

  test('says nothing about what is named', async () => {
    const files = await repository({ '.gitignore': '*.tmp\nbuild\n' })
    files.write('x.tmp', other)
    files.write('build/a.tmp', other)
    expect(await placesOf(files, 'x.tmp', 'build')).toEqual(['x.tmp:1:10', 'build/a.tmp:1:10'])
  })

  test('outside of a repository it is a file like others', async () => {
    const files = empty()
    files.write('.gitignore', '*.tmp\n')
    files.write('x.tmp', other)
    expect(await placesOf(files, '.')).toEqual(['x.tmp:1:10'])
  })

  test('each repository has its own; what git lost track of is passed over', async () => {
    const files = await repository({ 'gone.txt': other, 'now-a-link': other })
    files.write('inner/.gitignore', 'x.txt\n')
    files.write('inner/x.txt', other)
    files.write('inner/y.txt', other)
    rmSync(files.path('gone.txt'))
    rmSync(files.path('now-a-link'))
    symlinkSync('inner/y.txt', files.path('now-a-link'))
    await files.git('init', '--quiet', 'inner')
    expect(await placesOf(files, '.')).toEqual(['inner/y.txt:1:10'])
  })

  test('when git does not answer, everything is scanned, which is told', async () => {
    const files = empty()
    files.write('.git', 'gitdir: nowhere\n')
    files.write('.gitignore', '*.tmp\n')
    files.write('x.tmp', other)
    const { status, stdout, stderr } = await scan(files, '.')
    expect({ status, stdout }).toEqual({ status: 1, stdout: reported('x.tmp:1:10') })
    expect(stderr).toMatch(
      /^logveil: everything in \. is scanned, ignored or not: git check-ignore: not a git repository: \S+nowhere\n$/
    )
  })
})

describe.concurrent('--staged', () => {
  test('what the index has, not the work tree, and of that the new lines', async () => {
    const files = await repository({ 'a.txt': `${leak(1)}\n\n`, 'b.txt': 'b\n', 'c.txt': leak(1) })
    files.write('a.txt', `${leak(1)}${leak(3)}\n`)
    files.write('b.txt', `b\n${other}`)
    files.write('new/d.txt', `\n${other}`)
    await files.git('add', '--all')
    files.write('a.txt', 'cleaned in the work tree only\n')
    files.write('c.txt', `${leak(1)}${leak(4)}`)
    expect(await placesOf(files, '--staged')).toEqual(['a.txt:2:10', 'b.txt:2:10', 'new/d.txt:2:10'])
    expect(await placesOf(files, '--staged', 'new', 'c.txt')).toEqual(['new/d.txt:2:10'])
    expect(await placesOf(files, '--staged', '--exclude', 'new')).toEqual(['a.txt:2:10', 'b.txt:2:10'])
  })

  test('in a folder below the top', async () => {
    const files = await repository({ 'sub/a.txt': 'a\n', 'b.txt': 'b\n' })
    files.write('sub/a.txt', other)
    files.write('b.txt', other)
    await files.git('add', '--all')
    const { stdout } = await files.logveil(['scan', '--no-summary', '--staged'], { below: 'sub' })
    const top = await files.git('rev-parse', '--show-toplevel')
    expect(stdout).toBe(reported(`${top}/b.txt:1:10`) + reported('a.txt:1:10'))
    expect((await files.logveil(['scan', '--no-summary', '--staged', '.'], { below: 'sub' })).stdout).toBe(
      reported('a.txt:1:10')
    )
  })

  test('before the first commit; whatever git is configured to do with diffs', async () => {
    const files = empty()
    await files.git('init', '--quiet')
    await files.git('config', 'diff.external', 'false')
    await files.git('config', 'diff.noprefix', 'true')
    await files.git('config', 'diff.context', '9')
    await files.git('config', 'color.ui', 'always')
    await files.git('config', 'core.quotePath', 'true')
    files.write('.gitattributes', '* diff=fancy\n*.bin -diff\n')
    await files.git('config', 'diff.fancy.textconv', 'false')
    files.write('a b\u00e9.txt', other)
    files.write('c.bin', other)
    await files.git('add', '--all')
    const first = ['a b\u00e9.txt:1:10', 'c.bin:1:10']
    const places = async () => (await placesOf(files, '--staged')).map((one) => Buffer.from(one, 'latin1').toString())
    expect(await places()).toEqual(first)
    await commitAll(files)
    expect(await places()).toEqual([])
    files.write('c.bin', `x\n${other}y\n${leak(3)}`)
    await files.git('add', '--all')
    expect(await places()).toEqual(['c.bin:4:10'])
  })

  test('lines that look like a patch, links, submodules, modes and renames', async () => {
    const files = await repository({ 'a.txt': 'one\n', 'old.txt': `${'same\n'.repeat(20)}${leak(1)}`, link: 'x' })
    files.write('a.txt', `diff --git a/x b/x\n@@ -1 +7 @@\n+++ b/x\n${other}`)
    renameSync(files.path('old.txt'), files.path('renamed.txt'))
    rmSync(files.path('link'))
    symlinkSync(`password=${passwordOf(5)}`, files.path('link'))
    const inner = await repository({ 'z.txt': other })
    await files.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path('.'), 'inner')
    await files.git('add', '--all')
    // A renamed file is new as a whole; a submodule is another repository, a link no file.
    expect(await placesOf(files, '--staged')).toEqual(['a.txt:4:10', 'renamed.txt:21:10'])
    await commitAll(files)
    chmodSync(files.path('a.txt'), 0o755)
    rmSync(files.path('link'))
    files.write('link', other)
    await files.git('add', '--all')
    expect(await placesOf(files, '--staged')).toEqual(['link:1:10'])
  })

  test('a private key counts when one of its lines is new', async () => {
    const key = keyOf(6, 3).split('\n')
    const files = await repository({ 'a.txt': `${key.slice(0, 3).join('\n')}\n`, 'b.txt': `${key.join('\n')}\n\n` })
    files.write('a.txt', `${key.join('\n')}\n`)
    files.write('b.txt', `${key.join('\n')}\n\nmore\n`)
    await files.git('add', '--all')
    const { stdout } = await scan(files, '--staged', '--format', 'json')
    expect(
      JSON.parse(stdout).findings.map(({ file, line, endLine }: Record<string, unknown>) => [file, line, endLine])
    ).toEqual([['a.txt', 1, 7]])
  })

  test('as a pre-commit hook, also for a commit of some files only', async () => {
    const files = await repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    files.write('.git/hooks/pre-commit', `#!/bin/sh\nexec "${process.execPath}" "${main}" scan --no-summary --staged\n`)
    chmodSync(files.path('.git/hooks/pre-commit'), 0o755)
    files.write('a.txt', other)
    files.write('b.txt', 'clean\n')
    await files.git('commit', '--quiet', '--message', 'only b', 'b.txt')
    await expect(files.git('commit', '--quiet', '--message', 'all', '--all')).rejects.toThrow(
      `git commit --quiet --message all --all: ${reported('a.txt:1:10')}`
    )
    expect(await files.git('log', '--format=%s')).toBe('only b\nx')
  })
})

describe.concurrent('--diff', () => {
  test('what a branch adds to what it has in common with another', async () => {
    const files = await repository({ 'a.txt': leak(1) })
    await files.git('checkout', '--quiet', '-b', 'topic')
    files.write('a.txt', `${leak(1)}${other}`)
    files.write('b.txt', `clean\n${leak(3)}`)
    await commitAll(files)
    await files.git('checkout', '--quiet', 'main')
    files.write('c.txt', leak(4))
    await commitAll(files)
    await files.git('checkout', '--quiet', 'topic')
    expect(await placesOf(files, '--diff', 'main')).toEqual(['a.txt:2:10', 'b.txt:2:10'])
    expect(await placesOf(files, '--diff', 'HEAD')).toEqual([])
    expect(await placesOf(files, '--diff', 'HEAD~1', 'b.txt')).toEqual(['b.txt:2:10'])
  })

  test('against what is not there, and outside of a repository', async () => {
    const files = await repository()
    expect(await scan(files, '--diff', 'nothing')).toEqual({
      status: 2,
      stdout: '',
      stderr: "logveil: git diff: bad revision 'nothing'\n"
    })
    const outside = empty()
    expect(await scan(outside, '--staged')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: git rev-parse: not a git repository (or any of the parent directories): .git\n'
    })
  })

  test('without a commit in common', async () => {
    const files = await repository()
    await files.git('checkout', '--quiet', '--orphan', 'alone')
    files.write('a.txt', 'a\n')
    await commitAll(files)
    const { status, stderr } = await scan(files, '--diff', 'main')
    expect([status, stderr]).toEqual([2, 'logveil: git diff: no merge base found\n'])
  })
})

test('git is let go in the midst of a blob', async () => {
  const files = await repository({ 'large.txt': 'x\n'.repeat(5_000_000) })
  const git = fileURLToPath(new URL('../../src/cli/git.ts', import.meta.url))
  files.write(
    'stop.mjs',
    `import { createBlobs } from ${JSON.stringify(git)}
     process.chdir(${JSON.stringify(files.path('.'))})
     const blobs = createBlobs()
     const read = await blobs.open('HEAD:large.txt')
     process.stdout.write(String(await read(Buffer.alloc(10))))
     blobs.close()`
  )
  expect(await run(files.path('stop.mjs'), [], '', gitEnvironment)).toEqual({ status: 0, stdout: '10', stderr: '' })
})
