// The Helm chart, linted and rendered by Helm in all modes. `npm run helm` builds it; without it these tests are skipped.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkConfig } from '../../src/config/config-load.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { charts, helm, missingHelm, mistakesIn, type Rendered, render } from './rendered.ts'

const chart = join(charts, 'logveil')
const directory = temporaryDirectory()
const secretEnv = [{ name: 'JIRA_TOKEN', secretName: 'jira', key: 'token' }]
const common = {
  secretEnv,
  secretFiles: [{ secretName: 'ca' }],
  fingerprintKey: { existingSecret: 'logveil-key', key: 'key' },
  env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/logveil/secrets/ca/ca.crt' }],
  networkPolicy: { to: [{ podSelector: { matchLabels: { app: 'collector' } } }] },
  podLabels: { team: 'security' },
  tolerations: [{ operator: 'Exists' }]
}

/** By what is special about them. */
const cases: Readonly<Record<string, object>> = {
  gateway: { mode: 'gateway' },
  'gateway, scaled': { ...common, mode: 'gateway', gateway: { autoscaling: { enabled: true } } },
  daemonset: { mode: 'daemonset' },
  'daemonset, as root': { ...common, mode: 'daemonset', daemonset: { runAsRoot: true, state: { type: 'emptyDir' } } },
  kafka: { mode: 'kafka' },
  'kafka, scaled by an external metric': { ...common, mode: 'kafka', kafka: { autoscaling: { type: 'hpa' } } },
  'kafka, scaled by KEDA': { mode: 'kafka', kafka: { autoscaling: { type: 'keda', authenticationRef: 'kafka' } } },
  sidecar: { mode: 'sidecar' }
}
const rendered = new Map<string, Rendered[]>()
const of = (name: string) => {
  if (!rendered.has(name)) rendered.set(name, render(chart, cases[name]))
  return rendered.get(name) ?? []
}
const kinds = (objects: readonly Rendered[]) => objects.map(({ kind }) => kind).sort()
const one = (name: string, kind: string): Rendered => {
  const [found, ...more] = of(name).filter((object) => object.kind === kind)
  expect([found?.kind, more.length]).toEqual([kind, 0])
  return found
}
const workloads = ['Deployment', 'DaemonSet', 'StatefulSet']
const podOf = (name: string): Rendered =>
  of(name).find(({ kind }) => workloads.includes(kind))?.spec.template ?? expect.unreachable()

beforeEach((context) => {
  if (missingHelm !== '') context.skip(missingHelm)
})
afterAll(() => directory.remove())

test.each(['gateway', 'daemonset', 'kafka', 'sidecar'])('helm lint --strict, %s', (mode) => {
  const { status, output } = helm('lint', '--strict', chart, '--set', `mode=${mode}`)
  expect([status, output.match(/\[(?:WARNING|ERROR)\].*/g)]).toEqual([0, null])
})

test.each([
  ['gateway', ['ConfigMap', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount']],
  [
    'gateway, scaled',
    [
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount'
    ]
  ],
  ['daemonset', ['ConfigMap', 'DaemonSet', 'NetworkPolicy', 'ServiceAccount']],
  ['kafka', ['ConfigMap', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'StatefulSet']],
  [
    'kafka, scaled by KEDA',
    ['ConfigMap', 'NetworkPolicy', 'PodDisruptionBudget', 'ScaledObject', 'Service', 'ServiceAccount', 'StatefulSet']
  ],
  ['sidecar', ['ConfigMap']]
])('%s: has what it needs', (name, expected) => {
  expect(kinds(of(name))).toEqual(expected)
})

test('everything is as the types of Kubernetes have it', () => {
  const ours = Object.keys(cases).flatMap((name) => of(name).filter(({ kind }) => kind !== 'ScaledObject'))
  expect(mistakesIn(ours, directory.path('types'))).toBe('')
  const wrong = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, dta: {} }
  expect(mistakesIn([wrong], directory.path('wrong-types'))).toContain('"dta"')
})

describe.each(Object.keys(cases))('%s', (name) => {
  test('every name fits, and labels lead from what selects to what is selected', () => {
    const objects = of(name)
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(objects.map(() => 'test-logveil'))
    const mode = (cases[name] as { mode: string }).mode
    const selector = {
      'app.kubernetes.io/name': 'logveil',
      'app.kubernetes.io/instance': 'test',
      'app.kubernetes.io/component': mode
    }
    expect(objects.filter(({ metadata }) => !contains(metadata.labels, selector))).toEqual([])
    const selectors = objects
      .filter(({ kind }) => kind !== 'ConfigMap' && kind !== 'ServiceAccount')
      .flatMap(({ kind, spec }) =>
        kind === 'Service' ? [spec.selector] : [spec.selector ?? spec.podSelector].map((found) => found?.matchLabels)
      )
      .filter((found) => found !== undefined)
    expect(selectors).toEqual(selectors.map(() => selector))
  })

  test('its configuration is one of logveil', () => {
    const text = one(name, 'ConfigMap').data['logveil.yaml']
    const key = Buffer.alloc(32, 7).toString('base64')
    const { mistakes } = checkConfig(text, { env: (variable) => variable.toLowerCase(), file: () => key })
    expect(mistakes).toEqual([])
  })

  test('secrets stand in it by reference only', () => {
    const text = JSON.stringify(of(name))
    expect(of(name).filter(({ kind }) => kind === 'Secret')).toEqual([])
    expect(text).not.toMatch(/"(?:stringData|password)"/)
    if (!text.includes('JIRA_TOKEN')) return
    const variables = podOf(name).spec.containers[0].env
    expect(variables).toContainEqual({
      name: 'JIRA_TOKEN',
      valueFrom: { secretKeyRef: { name: 'jira', key: 'token' } }
    })
    expect(one(name, 'ConfigMap').data['logveil.yaml']).toContain('{file:/etc/logveil/secrets/logveil-key/key}')
  })
})

/** Those with pods of their own. */
describe.each(Object.keys(cases).filter((name) => name !== 'sidecar'))('pods of %s', (name) => {
  test('nobody may do anything, but for what is said', () => {
    const { securityContext, containers, automountServiceAccountToken } = podOf(name).spec
    const root = name === 'daemonset, as root'
    expect(securityContext).toEqual(
      root
        ? { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } }
        : {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
            ...(name === 'daemonset' ? { supplementalGroups: [0] } : {})
          }
    )
    expect(containers.map((container: Rendered) => container.securityContext)).toEqual([
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }
    ])
    expect(automountServiceAccountToken).toBe(false)
  })

  test('it is asked how it is, has limits, and more time to end than it takes', () => {
    const { containers, terminationGracePeriodSeconds } = podOf(name).spec
    const [{ startupProbe, livenessProbe, readinessProbe, resources, lifecycle }] = containers
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/healthz', port: 'admin' },
      { path: '/healthz', port: 'admin' },
      { path: '/readyz', port: 'admin' }
    ])
    expect(resources).toEqual({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } })
    expect(terminationGracePeriodSeconds).toBe(25 + 10 + (lifecycle?.preStop.sleep.seconds ?? 0))
  })

  test('what it mounts is there', () => {
    const { containers, initContainers = [], volumes } = podOf(name).spec
    const mounted = [...containers, ...initContainers].flatMap(({ volumeMounts }: Rendered) => volumeMounts)
    const names = new Set(volumes.map((volume: Rendered) => volume.name))
    expect(new Set(mounted.map((mount: Rendered) => mount.name))).toEqual(names)
    const writable = mounted.filter(({ readOnly }: Rendered) => readOnly !== true)
    expect([...new Set(writable.map(({ mountPath }: Rendered) => mountPath))].sort()).toEqual(
      name.startsWith('daemonset') ? ['/tmp', '/var/lib/logveil'] : ['/tmp']
    )
  })
})

test('another configuration means other pods; one with a longer grace period, more time', () => {
  const change = (config: object) =>
    render(chart, { mode: 'gateway', config }).find(({ kind }) => kind === 'Deployment')?.spec.template
  const pipelines = [{ name: 'x', source: { type: 'otlp' }, sinks: [{ type: 'stdout' }] }]
  const [one, other] = [change({ pipelines }), change({ pipelines, gracePeriodMs: 60_000 })]
  const sum = (pod: Rendered) => pod.metadata.annotations['checksum/config']
  expect(sum(one)).toMatch(/^[0-9a-f]{64}$/)
  expect(sum(one)).not.toBe(sum(other))
  expect([one, other].map(({ spec }) => spec.terminationGracePeriodSeconds)).toEqual([40, 75])
})

test('the DaemonSet reads logs, and keeps its positions; only an init container, which may chown, is root', () => {
  const { volumes, initContainers } = podOf('daemonset').spec
  expect(volumes.filter(({ hostPath }: Rendered) => hostPath)).toEqual([
    { name: 'pods', hostPath: { path: '/var/log/pods', type: 'Directory' } },
    { name: 'state', hostPath: { path: '/var/lib/logveil', type: 'DirectoryOrCreate' } }
  ])
  expect(initContainers.map(({ securityContext }: Rendered) => securityContext)).toEqual([
    {
      runAsNonRoot: false,
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['CHOWN'] }
    }
  ])
  expect(podOf('daemonset, as root').spec.initContainers).toBeUndefined()
  expect(one('daemonset', 'DaemonSet').spec.updateStrategy.rollingUpdate).toEqual({ maxUnavailable: 1, maxSurge: 0 })
})

test('Kafka workers are scaled by lag', () => {
  const reference = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'test-logveil' }
  expect(one('kafka, scaled by KEDA', 'ScaledObject').spec).toEqual({
    scaleTargetRef: reference,
    minReplicaCount: 1,
    maxReplicaCount: 12,
    cooldownPeriod: 300,
    triggers: [
      {
        type: 'kafka',
        metadata: {
          bootstrapServers: 'kafka:9092',
          consumerGroup: 'logveil',
          topic: 'logs',
          lagThreshold: '10000',
          offsetResetPolicy: 'earliest'
        },
        authenticationRef: { name: 'kafka' }
      }
    ]
  })
  const { spec } = one('kafka, scaled by an external metric', 'HorizontalPodAutoscaler')
  expect([spec.scaleTargetRef, spec.metrics[0].external]).toEqual([
    reference,
    {
      metric: { name: 'logveil_kafka_lag_records', selector: { matchLabels: { namespace: 'logs' } } },
      target: { type: 'AverageValue', averageValue: '10000' }
    }
  ])
  for (const name of ['kafka, scaled by KEDA', 'kafka, scaled by an external metric'])
    expect(one(name, 'StatefulSet').spec.replicas).toBeUndefined()
  expect(one('kafka', 'StatefulSet').spec.replicas).toBe(2)
  expect(one('kafka', 'ConfigMap').data['logveil.yaml']).toContain('{env:POD_NAME}')
})

test('a network policy lets in what is said, and out where is said', () => {
  const { ingress, egress } = one('gateway, scaled', 'NetworkPolicy').spec
  expect(ingress).toEqual([
    { from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 'admin' }] },
    {
      from: [{ podSelector: {} }],
      ports: [
        { protocol: 'TCP', port: 'otlp-http' },
        { protocol: 'TCP', port: 'otlp-grpc' }
      ]
    }
  ])
  expect(egress).toEqual([
    {
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 }
      ]
    },
    { to: common.networkPolicy.to }
  ])
  expect(one('daemonset', 'NetworkPolicy').spec.ingress).toHaveLength(1)
})

test('the values that deploy/README.md shows', () => {
  const page = readFileSync(join(charts, '../README.md'), 'utf8')
  const [, values] = /```yaml\n# values\.yaml[^\n]*\n([\s\S]*?)```/.exec(page) ?? []
  const objects = render(chart, parse(values))
  const text = objects.find(({ kind }) => kind === 'ConfigMap')?.data['logveil.yaml']
  const surrounding = { env: () => 'postgres://database/logveil', file: () => Buffer.alloc(32, 7).toString('base64') }
  expect(checkConfig(text, surrounding).mistakes).toEqual([])
})

test('a PodMonitor, where it is asked for', () => {
  const objects = render(chart, { mode: 'gateway', podMonitor: { enabled: true, labels: { release: 'prometheus' } } })
  const { metadata, spec } = objects.find(({ kind }) => kind === 'PodMonitor') ?? expect.unreachable()
  expect(metadata.labels.release).toBe('prometheus')
  expect(spec.podMetricsEndpoints).toEqual([{ port: 'admin', path: '/metrics', interval: '30s' }])
})

test.each([
  ['an unknown mode', { mode: 'proxy' }, /mode/],
  ['an unknown value', { replica: 3 }, /replica/],
  ['a secret in env', { env: [{ name: 'API_TOKEN', value: 'x' }] }, /env\/0\/name/],
  ['credentials in the URL', { to: 'http://a:b@collector:4318' }, /\/to/],
  ['a secret in the configuration', { config: { tickets: { channels: [{ type: 'jira', token: 'x' }] } } }, /secretEnv/],
  ['a key in the configuration', { config: { redaction: { keys: ['x'] } } }, /secretEnv/]
])('refused: %s', (_, values, why) => {
  const { status, output } = helm('template', 'test', chart, '--kube-version', '1.30.0', '--set-json', setJson(values))
  expect([status, why.test(output)]).toEqual([1, true])
})

test('the example has logveil beside the application, before it and after it', () => {
  cpSync(charts, directory.path('charts'), { recursive: true })
  const example = directory.path('charts/sidecar-example')
  expect(helm('dependency', 'build', example).status).toBe(0)
  const objects = render(example, {})
  expect(kinds(objects)).toEqual(['ConfigMap', 'Deployment'])
  expect(mistakesIn(objects, directory.path('sidecar-types'))).toBe('')
  const { spec } = objects.find(({ kind }) => kind === 'Deployment')?.spec.template ?? expect.unreachable()
  const [{ name, restartPolicy, securityContext, volumeMounts }] = spec.initContainers
  expect([name, restartPolicy, spec.initContainers.length]).toEqual(['logveil', 'Always', 1])
  expect(securityContext).toEqual({
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] }
  })
  expect(volumeMounts).toContainEqual({ name: 'logs', mountPath: '/var/log/app', readOnly: true })
  const mounted = [...volumeMounts, ...spec.containers[0].volumeMounts].map((mount: Rendered) => mount.name)
  expect(new Set(mounted)).toEqual(new Set(spec.volumes.map((volume: Rendered) => volume.name)))
})

function contains(labels: Rendered, wanted: Rendered): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
}

function setJson(values: object): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')
}
