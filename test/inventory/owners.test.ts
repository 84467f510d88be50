import { rmSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openOwners } from '../../src/inventory/owners.ts'
import type { Sighting } from '../../src/model.ts'
import { temporaryDirectory } from '../cli/spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)
const path = directory.path('inventory.yaml')

const seen = (n: number, hints = {}): Sighting => ({
  ...{
    tenant: 't',
    detector: 'd',
    severity: 'medium',
    confidence: 'possible',
    count: 1,
    first: 1,
    last: 1,
    places: []
  },
  fingerprint: `k1.${String(n).padStart(16, 'A')}`,
  hints
})
const write = (owner: string) =>
  writeFileSync(
    path,
    `secrets:
  - name: pay/db
    owner: ${owner}
    environment: prod
    classification: high
    runbook: https://wiki.example/db
    versions:
      - fingerprints: [raw k1.AAAAAAAAAAAAAAA1]
      - { state: retired, fingerprints: [raw k1.AAAAAAAAAAAAAAA2] }
`
  )
const known = (owner: string) => ({ classification: 'high', owner, runbook: 'https://wiki.example/db' })
const nobody = { classification: null, owner: null, runbook: null }

test('of what is listed, also under another key; read again when the file changes, unless it is bad', () => {
  let now = 0
  const troubles: string[] = []
  write('team-a')
  const owners = openOwners(
    path,
    (message) => troubles.push(message),
    () => now
  )
  expect([1, 2, 3].map((n) => owners.ownerOf(seen(n)))).toEqual([known('team-a'), known('team-a'), nobody])
  expect(owners.ownerOf(seen(9, { inventory: 'pay/db' }))).toEqual(known('team-a'))
  const facts = (one: Sighting) => [one.severity, one.confidence, one.hints.version]
  expect([1, 2].map((n) => facts(owners.informed(seen(n))))).toEqual([
    ['high', 'confirmed', 'current'],
    ['low', 'confirmed', 'retired']
  ])
  const told = seen(1, { inventory: 'pay/db', version: 'current' })
  expect(owners.informed(told)).toBe(told)
  write('team-after')
  expect(owners.ownerOf(seen(1))).toEqual(known('team-a'))
  now += 3000
  expect(owners.ownerOf(seen(1))).toEqual(known('team-after'))
  writeFileSync(path, 'secrets: [{}]')
  now += 3000
  expect(owners.ownerOf(seen(1))).toEqual(known('team-after'))
  rmSync(path)
  now += 3000
  expect(owners.ownerOf(seen(1))).toEqual(known('team-after'))
  const bad = `the inventory ${path} is bad, the one before stays in use: \`logveil inventory lint\` tells why`
  expect(troubles).toEqual([bad, bad])
})
