// deploy/compose.yaml, read by the loader of Docker Compose; `npm run compose` builds it, without it the tests of what it says are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkConfig } from '../../src/config/config-load.ts'
import { missingAlertmanager, openAlertmanager } from '../tickets/channels/alertmanager-server.ts'
import { missingTools, promtool } from './prometheus-tools.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = join(root, 'node_modules/.cache/logveil/compose')
const file = join(root, 'deploy/compose.yaml')
const text = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: it is any object
type Service = Record<string, any>
const services: Readonly<Record<string, Service>> = parse(text('compose.yaml'), { merge: true }).services

function load(env: NodeJS.ProcessEnv) {
  const { status, stdout, stderr } = spawnSync(binary, [file], { env, encoding: 'utf8' })
  return { status, stderr, project: status === 0 ? JSON.parse(stdout) : null }
}

describe.skipIf(!existsSync(binary))(
  existsSync(binary)
    ? 'as Compose reads it'
    : 'as Compose reads it (skipped: npm run compose builds its loader, with Go)',
  () => {
    test('it is one, with all services, volumes and files', () => {
      const { status, stderr, project } = load({ LOGVEIL_TOKEN: 'x' })
      expect([status, stderr]).toEqual([0, ''])
      expect(Object.keys(project.services).sort()).toEqual(Object.keys(services).sort())
      expect(Object.keys(project.volumes)).toEqual(['alertmanager', 'grafana', 'logveil', 'prometheus'])
      const mounts = Object.values(project.services as Record<string, Service>).flatMap(({ volumes = [] }) => volumes)
      const binds = mounts.filter(({ type }: Service) => type === 'bind').map(({ source }: Service) => source)
      expect(binds.filter((path: string) => !existsSync(path))).toEqual([])
      expect(project.services.logveil.environment).toEqual({ LOGVEIL_TOKEN: 'x' })
      const { context, dockerfile } = project.services.logveil.build
      expect(existsSync(join(context, dockerfile))).toBe(true)
    })

    test('it does not start without a token for the console', () => {
      const { status, stderr } = load({})
      expect([status, stderr.includes('LOGVEIL_TOKEN is missing a value')]).toEqual([1, true])
    })
  }
)

test('what issue 10 names is there', () => {
  expect(Object.keys(services)).toEqual([
    'application',
    'logveil',
    'worker',
    'collector',
    'kafka',
    'topics',
    'alertmanager',
    'prometheus',
    'grafana'
  ])
})

describe.each(Object.keys(services))('%s', (name) => {
  const service = services[name]

  test('its image is of one version', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/)
  })

  test('it may do nothing, and write where it is said', () => {
    expect([service.cap_drop, service.security_opt, service.privileged]).toEqual([
      ['ALL'],
      ['no-new-privileges:true'],
      undefined
    ])
    expect(service.read_only).toBe(name !== 'kafka')
  })

  test('its ports are those of this machine alone', () => {
    expect((service.ports ?? []).filter((port: string) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  test('no password of it stands in the file', () => {
    expect(Object.keys(service.environment ?? {}).filter((key) => /PASSWORD/.test(key))).toEqual([])
  })
})

test.each(['compose/logveil.yaml', 'compose/worker.yaml', 'systemd/logveil.yaml'])('%s loads', (path) => {
  expect(checkConfig(text(path), { env: () => 'x'.repeat(32), file: () => undefined }).mistakes).toEqual([])
})

test('Prometheus looks at both, and at the rules beside its configuration', () => {
  const { scrape_configs, rule_files, alerting } = parse(text('prometheus/prometheus.yml'))
  expect(scrape_configs.map(({ static_configs }: Service) => static_configs[0].targets)).toEqual([
    ['logveil:9464', 'worker:9464']
  ])
  expect(rule_files).toEqual(['rules.yaml'])
  expect(alerting.alertmanagers[0].static_configs[0].targets).toEqual(['alertmanager:9093'])
})

test('its configuration is one of Prometheus', async (context) => {
  if (missingTools !== '') context.skip(missingTools)
  const { status, output } = await promtool(['check', 'config', join(root, 'deploy/prometheus/prometheus.yml')])
  expect([status, /FAILED|WARN/.test(output)]).toEqual([0, false])
})

test('Alertmanager starts with its configuration', async (context) => {
  if (missingAlertmanager !== '') context.skip(missingAlertmanager)
  const server = await openAlertmanager()
  writeFileSync(join(server.folder, 'config.yml'), text('compose/alertmanager.yml'))
  await server.start()
  expect(await server.alerts()).toEqual([])
  await server.stop()
  server.remove()
})

test('Grafana gets its data source and the folder of dashboards', () => {
  const [source] = parse(text('grafana/provisioning/datasources/prometheus.yaml')).datasources
  expect([source.type, source.url, source.uid]).toEqual(['prometheus', 'http://prometheus:9090', 'prometheus'])
  const [provider] = parse(text('grafana/provisioning/dashboards/logveil.yaml')).providers
  expect(services.grafana.volumes).toContain(`./grafana/dashboards:${provider.options.path}:ro`)
})
