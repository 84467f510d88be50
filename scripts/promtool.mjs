// Builds promtool and Prometheus for test/deploy/. Needs Go; takes several minutes at the first time. Its pages, which have tools of their own, and
// the service discovery of clouds are left out.
import { buildGoOf } from './go.mjs'

buildGoOf({
  module: 'github.com/prometheus/prometheus@v0.315.0',
  sum: 'h1:sFGZWmC2Hk9N1NBJGCnXYZb5hyLCq8yuAMoEjLAg6ac=',
  programs: { promtool: './cmd/promtool', prometheus: './cmd/prometheus' },
  flags: ['-tags', 'remove_all_sd']
})
