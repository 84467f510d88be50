// Builds what reads a Compose file as Docker Compose does, for test/deploy/compose.test.ts. Needs Go; takes half a minute at the first time.
import { buildGo } from './go.mjs'

buildGo('compose', 'test/deploy/compose')
