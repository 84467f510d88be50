// Charts as Helm itself renders them, where `npm run helm` has built it.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = join(root, 'node_modules/.cache/logveil/helm')
export const charts = join(root, 'deploy/helm')

/** Why Helm cannot be had here; empty: it can. */
export const missingHelm = existsSync(binary) ? '' : 'no Helm: npm run helm builds one, with Go'

/** An object of Kubernetes, as far as tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: it is any object
export type Rendered = Record<string, any>

/** The exit status and everything that was said. */
export function helm(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

export function render(chart: string, values: object): Rendered[] {
  const args = ['template', 'test', chart, '--namespace', 'logs', '--kube-version', '1.30.0', '--values', '-']
  const text = execFileSync(binary, args, { input: JSON.stringify(values), encoding: 'utf8' })
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS()
  })
}

const modules: Readonly<Record<string, string>> = {
  'apps/v1': 'apps/v1',
  'autoscaling/v2': 'autoscaling/v2',
  'networking.k8s.io/v1': 'networking/v1',
  'policy/v1': 'policy/v1',
  v1: 'core/v1'
}

/** What TypeScript says against objects, by the types of Kubernetes' API: members that there are not, that are missing, of another type. */
export function mistakesIn(objects: readonly Rendered[], folder: string): string {
  mkdirSync(folder, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const lines = objects.map((object, i) => {
    const from = modules[object.apiVersion]
    if (from === undefined) throw new Error(`${object.apiVersion} is new`)
    const type = `import('kubernetes-types/${from}').${object.kind}`
    return `export const object${i}: ${type} = ${JSON.stringify(object, null, 1)}\n`
  })
  writeFileSync(join(folder, 'objects.ts'), lines.join(''))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const args = [tsc, '--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler']
  return spawnSync(process.execPath, [...args, '--types', '', 'objects.ts'], { cwd: folder, encoding: 'utf8' }).stdout
}
