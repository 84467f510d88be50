// Does what a build of deploy/Dockerfile does, into folders: as there is no Docker where tests run. Its instructions are those that the file has;
// any other is an error. The tools and generated sources of the build are those of this tree, which saves a minute; all of it: LOGVEIL_IMAGE=whole.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DockerfileParser } from 'dockerfile-ast'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')

/** The last stage: where its files are, and what it says of itself. */
export interface Image {
  readonly directory: string
  readonly workdir: string
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly health: readonly string[]
}

/** Builds all stages below a folder. */
export function buildImage(folder: string): Image {
  const context = join(folder, 'context')
  copyContext(context)
  const stages = new Map<string, string>()
  let stage = { name: '', directory: '', workdir: '/', user: '' }
  const last: Record<string, string[]> = {}
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    const [keyword, { start, end }] = [instruction.getKeyword(), instruction.getRange()]
    const lines = dockerfile.split('\n').slice(start.line, end.line + 1)
    const text = lines.join('\n').slice(keyword.length).trim()
    const words = text.split(/\s+/)
    if (keyword === 'FROM') {
      const name = words[2] ?? 'last'
      stage = { name, directory: join(folder, name), workdir: '/', user: '' }
      stages.set(name, stage.directory)
      mkdirSync(stage.directory)
    } else if (keyword === 'WORKDIR') {
      stage.workdir = text
      mkdirSync(join(stage.directory, text), { recursive: true })
    } else if (keyword === 'COPY') {
      const flags = words.filter((word) => word.startsWith('--'))
      const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
      const paths = words.filter((word) => !word.startsWith('--'))
      copy(from === undefined ? context : (stages.get(from) ?? ''), paths, stage)
    } else if (keyword === 'RUN') run(text.replaceAll('\\\n', ''), join(stage.directory, stage.workdir))
    else if (keyword === 'USER') stage.user = text
    else if (keyword === 'HEALTHCHECK') last[keyword] = JSON.parse(text.slice(text.indexOf('[')))
    else if (keyword === 'ENTRYPOINT' || keyword === 'CMD') last[keyword] = JSON.parse(text)
    else if (!['ARG', 'ENV', 'EXPOSE', 'STOPSIGNAL'].includes(keyword)) throw new Error(`${keyword} is new`)
  }
  const { directory, workdir, user } = stage
  return { directory, workdir, user, entrypoint: last.ENTRYPOINT, command: last.CMD, health: last.HEALTHCHECK }
}

/** What deploy/Dockerfile.dockerignore leaves: `**` leaves nothing, `!path` brings one back, `path` leaves it out again. */
function copyContext(to: string): void {
  const [all, ...lines] = readFileSync(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8').trim().split('\n')
  if (all !== '**') throw new Error('its first line is another')
  const out = lines.filter((line) => !line.startsWith('!')).map((line) => join(root, line))
  for (const path of lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1)))
    cpSync(join(root, path), join(to, path), { recursive: true, filter: (file) => !out.includes(file) })
}

function run(command: string, cwd: string): void {
  if (command !== 'npm ci --ignore-scripts' || process.env.LOGVEIL_IMAGE === 'whole') {
    execFileSync('sh', ['-c', command], { cwd, stdio: 'pipe' })
    return
  }
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'))
  cpSync(join(root, 'src/generated'), join(cwd, 'src/generated'), { recursive: true })
}

function copy(from: string, paths: readonly string[], { directory, workdir }: { directory: string; workdir: string }) {
  const to = paths.at(-1) ?? ''
  const target = join(directory, to.startsWith('/') ? to : join(workdir, to))
  for (const source of paths.slice(0, -1).map((path) => join(from, path))) {
    if (!existsSync(source)) throw new Error(`${source} is not there to be copied`)
    const into = statSync(source).isFile() && /(^|[./])\.?\/?$/.test(to) ? join(target, basename(source)) : target
    cpSync(source, into, { recursive: true })
  }
}
