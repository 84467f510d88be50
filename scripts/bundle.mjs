// What starts, as few files, straight from the sources: hundreds of modules take longer to find than what they do, most of the 50 ms that an
// application may wait and a third of the command's start. dist/entries/ holds the entries that live in applications, those that package.json's
// `exports` point to; dist/command/ the command, what each of its commands needs when it is called, and its threads.
import { basename, join, relative } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './generated.mjs'

const isPackage = /^(?:node:|[^./])/

/** `exports` of package.json, into `dist`/entries. */
export async function bundleEntries(exports, dist) {
  const names = Object.values(exports).map((entry) => /^\.\/dist\/entries\/(.+)\.js$/.exec(entry.default ?? '')?.[1])
  await bundle(
    names.filter((name) => name !== undefined),
    join(dist, 'entries'),
    join(dist, 'generated')
  )
}

/** Into `dir`, which is as deep as src/cli, so that paths from its modules lead to the same files; `data`: the folder of what is generated. */
export async function bundleCommand(dir, data) {
  await bundle(['cli/main', 'cli/run-worker', 'cli/scan-worker', 'cli/tickets-worker'], dir, data)
}

async function bundle(names, dir, data) {
  /** Data stays where it is. */
  const leaveData = {
    name: 'data',
    resolveId: (source) =>
      source.endsWith('.json') ? { id: join(relative(dir, data), basename(source)), external: 'absolute' } : null
  }
  const made = await rolldown({
    input: Object.fromEntries(names.map((name) => [basename(name), join(root, 'src', `${name}.ts`)])),
    platform: 'node',
    external: isPackage,
    plugins: [leaveData]
  })
  await made.write({
    dir,
    format: 'esm',
    chunkFileNames: '[name].js',
    // What nobody reads is not loaded either; names stay, for stack traces.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }
  })
  await made.close()
}
