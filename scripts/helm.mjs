// Builds Helm for test/deploy/helm.test.ts. Needs Go; takes five minutes at the first time.
import { buildGoOf } from './go.mjs'

buildGoOf({
  module: 'helm.sh/helm/v3@v3.22.0',
  sum: 'h1:n1if5iQgHYsujPAcO5oonH/KiSNUmqmUF0iGVjSF3AU=',
  programs: { helm: './cmd/helm' }
})
