import { fileURLToPath } from 'node:url'
import { detectorFilesIn, mergeDetectors, readDetectorFiles } from '../src/config/detector-files.ts'

const directory = fileURLToPath(new URL('../detectors', import.meta.url))

/** The detectors of the package with their examples, which the built list is without. */
export const detectors = detectorsIn(directory)

/** Those of all packs. */
export const allPackDetectors = [
  ...detectors,
  ...detectorsIn(`${directory}/packs/strict`),
  ...detectorsIn(`${directory}/packs/pii`)
]

function detectorsIn(path: string) {
  return mergeDetectors(
    [],
    readDetectorFiles(detectorFilesIn(path)).placed.map(({ detector }) => detector),
    { disable: [] }
  )
}
