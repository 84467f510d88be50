// npm run docs: docs/detectors.md from detectors/, docs/configuration.md from the schema, docs/metrics.md from the instruments. Tests fail when they are stale.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentedPacks } from '../src/cli/bundled-files.ts'
import { describeConfiguration } from '../src/config/config-docs.ts'
import { configJsonSchema } from '../src/config/config-schema.ts'
import { describeDetectors } from '../src/config/detector-docs.ts'
import { describeMetrics } from '../src/metrics-docs.ts'
import { root } from './generated.mjs'

mkdirSync(join(root, 'docs'), { recursive: true })
writeFileSync(join(root, 'docs', 'detectors.md'), describeDetectors(documentedPacks()))
writeFileSync(join(root, 'docs', 'configuration.md'), describeConfiguration(configJsonSchema()))
writeFileSync(join(root, 'docs', 'metrics.md'), await describeMetrics())
