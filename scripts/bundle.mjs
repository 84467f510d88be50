// What starts, as few files: hundreds of modules take longer to find than what they do, most of the 50 ms that an application may wait and
// a third of the command's start. dist/entries/ holds the entries that live in applications, those that package.json's `exports` point to;
// dist/command/ the command, what each of its commands needs when it is called, and its threads.
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

/** Data stays where it is. */
const data = {
  name: 'data',
  resolveId: (source) =>
    source.endsWith('.json') ? { id: `../generated/${basename(source)}`, external: 'absolute' } : null
}

const isPackage = /^(?:node:|[^./])/

/** `exports` of package.json; `dist` is what TypeScript made. */
export async function bundleEntries(exports, dist) {
  const names = Object.values(exports)
    .map((entry) => /^\.\/dist\/entries\/(.+)\.js$/.exec(entry.default ?? '')?.[1])
    .filter((name) => name !== undefined)
  await write(join(dist, 'entries'), Object.fromEntries(names.map((name) => [name, join(dist, `${name}.js`)])))
}

/** In a folder beside cli/, so that paths from its modules lead to the same files. */
export async function bundleCommand(dist) {
  const inputs = ['main', 'run-worker', 'scan-worker', 'tickets-worker']
  await write(join(dist, 'command'), Object.fromEntries(inputs.map((name) => [name, join(dist, 'cli', `${name}.js`)])))
}

async function write(dir, input) {
  const bundle = await rolldown({ input, platform: 'node', external: isPackage, plugins: [data] })
  await bundle.write({
    dir,
    format: 'esm',
    chunkFileNames: '[name].js',
    // What nobody reads is not loaded either; names stay, for stack traces.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }
  })
  await bundle.close()
}
