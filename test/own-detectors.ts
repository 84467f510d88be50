import { fileURLToPath } from 'node:url'
import { detectorFilesIn, mergeDetectors, readDetectorFiles } from '../src/config/detector-files.ts'

const directory = fileURLToPath(new URL('../detectors', import.meta.url))

/** The detectors of the package with their examples, which the built list is without. */
export const detectors = mergeDetectors(
  [],
  readDetectorFiles(detectorFilesIn(directory)).placed.map(({ detector }) => detector),
  { disable: [] }
)
