// detectors/*.yaml → src/generated/detectors.json, and detectors/packs/<name>/*.yaml → packs.json, validated by the same loader that reads
// a user's detectors, so that no placement pays for YAML and validation when it starts. Also detectors/schema.json, for editors: that one
// is in git.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generated, remake, root } from './generated.mjs'

const directory = join(root, 'detectors')

export async function buildDetectors() {
  // To save states takes the code that reads them.
  if (!existsSync(join(generated, 'states.json'))) writeFileSync(join(generated, 'states.json'), '""\n')
  const code = ['src/config', 'src/scan', 'src/model.ts', 'src/errors.ts'].map((path) => join(root, path))
  const inputs = [directory, ...code, fileURLToPath(import.meta.url)]
  await remake('detectors.json', inputs, async () => {
    const { detectorJsonSchema } = await import('../src/scan/load/schema.ts')
    writeIfChanged(join(directory, 'schema.json'), `${JSON.stringify(detectorJsonSchema(), null, 2)}\n`)
    const detectors = await load(directory)
    console.log(`detectors: ${detectors.length}`)
    return `${JSON.stringify(detectors)}\n`
  })
  await remake('packs.json', inputs, async () => {
    const packs = {}
    for (const name of readdirSync(join(directory, 'packs')).sort())
      packs[name] = await load(join(directory, 'packs', name))
    return `${JSON.stringify(packs)}\n`
  })
  await remake('states.json', inputs, async () => `${JSON.stringify(await savedStates())}\n`)
}

/** The automaton of the literals of the pack `default`. */
async function savedStates() {
  const { compileSet } = await import('../src/scan/compile.ts')
  const { buildStates } = await import('../src/scan/kernel/states.ts')
  const { encodeStates, withStates } = await import('../src/scan/kernel/saved-states.ts')
  const texts = withStates(compileSet(JSON.parse(readFileSync(join(generated, 'detectors.json'), 'utf8')), {}).names)
  return encodeStates(buildStates(texts.map((text) => Buffer.from(text))), texts)
}

async function load(path) {
  const { loadDetectorDirectory, mergeDetectors } = await import('../src/config/detector-files.ts')
  const { tokenLiteralsOf } = await import('../src/scan/token/token-literals.ts')
  const { valueRunOf } = await import('../src/scan/keyed/near-run.ts')
  return mergeDetectors([], loadDetectorDirectory(path), { disable: [] }).map(atRunTime)

  /** Examples stay in the files: they are half of the list, and only tests read them. */
  function atRunTime(detector) {
    const lean = { ...detector, examples: [], counterExamples: [] }
    const isToken = detector.context === 'anywhere' && detector.matcher === 'pattern'
    if (isToken) return { ...lean, literals: tokenLiteralsOf(detector) }
    return detector.context === 'anywhere' || detector.pattern === '' ? lean : { ...lean, run: valueRunOf(detector) }
  }
}

function writeIfChanged(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}
