// Builds Prometheus' Alertmanager for test/tickets/channels/alertmanager.test.ts. Needs Go; takes a minute or two at the first time. Its pages, which
// have tools of their own, are left out.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildGoOf } from './go.mjs'

const pages = ['elm', 'mantine'].map((name) => `ui/app/dist/${name}/index.html`)

buildGoOf({
  module: 'github.com/prometheus/alertmanager@v0.35.0',
  sum: 'h1:nbXMjr+P2JaoFd7aHNDxKifEwTPN+TWxM0gNPonuH5w=',
  programs: { alertmanager: './cmd/alertmanager' },
  prepare(folder) {
    rmSync(join(folder, 'ui/app'), { recursive: true })
    for (const page of pages) {
      mkdirSync(dirname(join(folder, page)), { recursive: true })
      writeFileSync(join(folder, page), '')
    }
  }
})
