// detectors/*.yaml → src/generated/detectors.json, validated by the same loader that reads a user's detectors.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { remake, root } from './generated.mjs'

const directory = join(root, 'detectors')
const loader = join(root, 'src', 'config', 'detector-files.ts')

export async function buildDetectors() {
  const ready = existsSync(loader) && existsSync(directory)
  if (!ready)
    console.log('detectors: src/config/detector-files.ts or detectors/ is not there yet, writing an empty list')
  const code = ['src/config', 'src/scan', 'src/model.ts', 'src/errors.ts'].map((path) => join(root, path))
  await remake('detectors.json', [directory, ...code, fileURLToPath(import.meta.url)], async () => {
    if (!ready) return '[]\n'
    const { loadDetectorDirectory } = await import(pathToFileURL(loader).href)
    const detectors = await loadDetectorDirectory(directory)
    console.log(`detectors: ${detectors.length}`)
    return `${JSON.stringify(detectors)}\n`
  })
}
