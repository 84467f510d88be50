// Builds an OpenTelemetry Collector of OTLP in and OTLP out, for test/e2e/collector.test.ts and test/deploy. Needs Go; takes two minutes at the first time.
import { buildGo } from './go.mjs'

buildGo('collector', 'test/e2e/collector')
