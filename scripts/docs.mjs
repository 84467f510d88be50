// npm run docs: docs/detectors.md from detectors/. A test fails when it is stale.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentedPacks } from '../src/cli/bundled-files.ts'
import { describeDetectors } from '../src/config/detector-docs.ts'
import { root } from './generated.mjs'

mkdirSync(join(root, 'docs'), { recursive: true })
writeFileSync(join(root, 'docs', 'detectors.md'), describeDetectors(documentedPacks()))
