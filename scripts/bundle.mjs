// The entries that live in applications, as few files: an application that loads one would wait for a hundred modules otherwise, most of
// the 50 ms it may take. dist/entries/ holds those that package.json's `exports` point to; the command runs from the modules themselves.
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

/** Data stays where it is. */
const data = {
  name: 'data',
  resolveId: (source) =>
    source.endsWith('.json') ? { id: `../generated/${basename(source)}`, external: 'absolute' } : null
}

/** `exports` of package.json; `dist` is what TypeScript made. */
export async function bundleEntries(exports, dist) {
  const names = Object.values(exports)
    .map((entry) => /^\.\/dist\/entries\/(.+)\.js$/.exec(entry.default ?? '')?.[1])
    .filter((name) => name !== undefined)
  const bundle = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, join(dist, `${name}.js`)])),
    platform: 'node',
    external: /^node:|^@zxcvbn-ts\//,
    plugins: [data]
  })
  await bundle.write({
    dir: join(dist, 'entries'),
    format: 'esm',
    chunkFileNames: '[name].js',
    // What nobody reads is not loaded either; names stay, for stack traces.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }
  })
  await bundle.close()
}
