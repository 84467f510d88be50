// Builds what asks BuildKit's parser about deploy/Dockerfile, for test/deploy/image.test.ts. Needs Go; takes half a minute at the first time.
import { buildGo } from './go.mjs'

buildGo('buildkit', 'test/deploy/buildkit')
