import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DocumentedPack } from '../config/detector-docs.ts'
import { detectorFilesIn, readDetectorFiles } from '../config/detector-files.ts'
import { type Pack, packNames } from '../packs.ts'
import { assertNoMistakes } from '../scan/load/load.ts'

const directory = fileURLToPath(new URL('../../detectors', import.meta.url))

/** Folder with the files of a pack; the package brings them along. They hold the examples, which the generated list does not. */
export function packDirectory(pack: Pack): string {
  return pack === 'default' ? directory : join(directory, 'packs', pack)
}

const about: Record<Pack, string> = {
  default: 'Credentials. Always on.',
  strict:
    'Whatever looks generated, with nothing around it that says what it is: digests, request ids and image names, too. Off; `--pack strict` adds it.',
  pii: 'Payment card numbers and bank accounts, as far as their check digits prove them. Off; `--pack pii` adds it.'
}

/** All packs, read from their files. Throws `DETECTOR_INVALID`, `INPUT_FAILED`. */
export function documentedPacks(): DocumentedPack[] {
  return packNames.map((name) => {
    const { placed, mistakes } = readDetectorFiles(detectorFilesIn(packDirectory(name)))
    assertNoMistakes(mistakes)
    return { name, about: about[name], placed }
  })
}
