// Builds Helm for test/deploy/helm.test.ts. Needs Go; takes five minutes at the first time.
import { installGo } from './go.mjs'

installGo('helm', 'helm.sh/helm/v3/cmd/helm@v3.22.0')
