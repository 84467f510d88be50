// The page for people in a real browser, over a real relay: no error, nothing from elsewhere, by keyboard alone, for screen readers, light and dark.
import { writeFileSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { chromium, flags } from './chromium.ts'
import { type Daemon, relayConfig, startDaemon } from './daemon.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const executablePath = chromium()
if (executablePath === null)
  process.stderr.write('console.test.ts is skipped: no browser, `npm run browser` gets one\n')

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 6)
const password = ['Xq7', 'Zr2mVt9LkPw4s'].join('')
const token = 'a-token-of-ada-000'
const reader = 'a-token-of-eve-000'

describe.skipIf(executablePath === null)('the console', () => {
  let backend: HttpDownstream
  let daemon: Daemon
  let browser: Browser
  const { path, remove } = temporaryDirectory()

  beforeAll(async () => {
    backend = await startHttpDownstream()
    const inventory = path('inventory.yaml')
    writeFileSync(inventory, 'secrets:\n  - name: pay/db\n    owner: team-pay\n    runbook: https://wiki.example/db\n')
    const tokens = [
      { name: 'ada', token, access: 'change' },
      { name: 'eve', token: reader, access: 'read' }
    ]
    const tickets = { directory: path('tickets'), inventory, api: { tokens } }
    daemon = await startDaemon(relayConfig(backend.url, { rest: { console: true, tickets } }))
    await send(`clone with ${secret}`)
    await send(`password=${password}`)
    browser = await driver.launch({ executablePath: executablePath as string, args: flags })
    await vi.waitUntil(async () => (await ticketsOf()).length === 2, { timeout: 60_000 })
  })
  afterAll(async () => {
    await browser?.close()
    await daemon?.stop()
    await backend?.close()
    remove()
  })

  async function send(text: string): Promise<void> {
    const attributes = [{ key: 'service.name', value: { stringValue: '<img src="x">' } }]
    const body = { resource: { attributes }, scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }
    const response = await fetch(`http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [body] })
    })
    expect(response.status).toBe(200)
  }

  async function ticketsOf(): Promise<{ id: string; detector: string; state: string }[]> {
    const answer = await fetch(`${daemon.admin}/v1/tickets`, { headers: { authorization: `Bearer ${token}` } })
    return ((await answer.json()) as { tickets: { id: string; detector: string; state: string }[] }).tickets
  }

  /** A page and what it complained about. */
  async function visit(
    options: BrowserContextOptions = {}
  ): Promise<{ page: Page; faults: string[]; asked: string[] }> {
    const context = await browser.newContext(options)
    context.setDefaultTimeout(120_000)
    const page = await context.newPage()
    const faults: string[] = []
    const asked: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
    })
    page.on('pageerror', ({ message }) => faults.push(message))
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`${daemon.admin}/console/`)
    await page.waitForSelector('#token')
    return { page, faults, asked }
  }

  async function signIn(page: Page, as = token): Promise<void> {
    await page.fill('#token', as)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.tile')
  }

  async function go(page: Page, view: string): Promise<void> {
    const link = page.locator(`nav a[data-view=${view}]`)
    await link.click()
    // The click is over before the page has turned: rows of the part before would do for rows of this one.
    const heading = `main > h1:text-is("${await link.textContent()}")`
    await page.locator(`${heading} + .view tbody tr`).first().waitFor()
  }

  /** Presses Tab until what has the focus is called this. */
  async function tabTo(page: Page, name: string): Promise<void> {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate('document.activeElement?.textContent?.trim()')
      if (focused === name) return
    }
    throw new Error(`Tab does not lead to ${name}`)
  }

  test('shows throughput, findings, tickets, detectors, inventory and health; no error, nothing of others, no secret', async () => {
    const { page, faults, asked } = await visit()
    await signIn(page)
    await page.waitForSelector('.ranking')
    await page.locator('.chart polyline').nth(1).waitFor({ state: 'attached' })
    const tiles = await page.locator('.tile').allInnerTexts()
    expect(tiles.map((text) => text.split('\n')[0])).toEqual([
      'Records',
      'Scanned',
      'Findings',
      'Scan of a batch',
      'Withheld',
      'Rejected'
    ])
    expect(tiles[2]).toBe('Findings\n2\nsince the start')
    expect(await page.locator('.chart svg').first().getAttribute('aria-label')).toMatch(
      /^Records a second\. received: now \S+, mean \S+, highest \S+\. sent: now/
    )
    expect((await page.locator('.ranking .name').allInnerTexts()).sort()).toEqual([
      'GitHub personal access token (classic)',
      'Password under a key that says so'
    ])
    expect(await page.locator('.mark.bad').count()).toBe(0)
    expect(await page.locator('.pill').textContent()).toBe('Ready')
    const health = await page.locator('[aria-label="Health"] tbody tr').allInnerTexts()
    expect(health[0]).toMatch(/^Ready\s+ok\s+takes batches$/)
    expect(health.at(-1)).toMatch(/^Running for\s+\d/)
    await go(page, 'detectors')
    expect(await page.locator('tbody tr').count()).toBe(100)
    await page.fill('#detector-filter', 'github-pat-classic')
    expect(await page.locator('tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(
        /^GitHub personal access token \(classic\)\ngithub-pat-classic\s+github\s+critical\s+1\s+–$/
      )
    ])
    await go(page, 'inventory')
    expect(await page.locator('.card h2').allInnerTexts()).toEqual([
      'Without expiry (1)',
      'Rotated by hand, and nowhere is written how (1)'
    ])
    await go(page, 'tickets')
    expect((await page.locator('.list tbody a').allInnerTexts()).sort()).toEqual([
      'generic-password',
      'github-pat-classic'
    ])
    expect(await page.locator('.list tbody td', { hasText: '<img src="x">' }).count()).toBe(2)
    const html = await page.content()
    for (const value of [secret, password, token]) expect(html).not.toContain(value.slice(4, 14))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForSelector('#token')
    expect(await page.evaluate('sessionStorage.length + localStorage.length + document.cookie.length')).toBe(0)
    expect(asked.filter((url) => !url.startsWith(`${daemon.admin}/`))).toEqual([])
    expect(asked.filter((url) => url.includes(token))).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('tickets by keyboard alone', async () => {
    const { page, faults } = await visit()
    await page.keyboard.type(token)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.tile')
    await tabTo(page, 'Tickets')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.list tbody tr')
    await tabTo(page, 'github-pat-classic')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.history li')
    await tabTo(page, 'Acknowledge')
    await page.keyboard.press('Enter')
    await page.keyboard.type(`mine, it is ${secret}`)
    await tabTo(page, 'Acknowledge')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.life .now >> text=acknowledged')
    const state = async () => (await ticketsOf()).find(({ detector }) => detector === 'github-pat-classic')?.state
    expect(await state()).toBe('acknowledged')
    expect(await page.locator('#status').textContent()).toMatch(/^Ticket [0-9a-f]{8} is acknowledged now$/)
    expect(await page.locator('.history li p').first().textContent()).toMatch(
      /^mine, it is \[REDACTED:github-pat-classic:[0-9a-f]{8}\.[\w-]{16}\]$/
    )
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('H2')

    await tabTo(page, 'Close')
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]')
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Close')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Close')
    await page.keyboard.press('Enter')
    // Without a reason the browser says what is missing.
    expect(await page.evaluate('document.activeElement?.id')).toBe('reason')
    expect(await state()).toBe('acknowledged')
    await page.keyboard.press('Escape')

    await tabTo(page, 'False positive')
    await page.keyboard.press('Enter')
    await page.keyboard.type('of a test')
    await tabTo(page, 'False positive')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.state.false-positive')
    expect(await state()).toBe('false-positive')
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('who may only read sees no actions; who is unknown sees nothing', async () => {
    const { page } = await visit()
    await page.fill('#token', 'no-token-of-anybody')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=This token is not known.')
    expect(await page.locator('nav').count()).toBe(0)
    await signIn(page, reader)
    await go(page, 'tickets')
    await page.locator('.list tbody a').first().click()
    await page.waitForSelector('.history li')
    expect(await page.locator('.panel button').count()).toBe(0)
    expect(await page.locator('text=This token may only read.').count()).toBe(1)
    await page.context().close()
  })

  test.each([
    ['light', 400, 'rgb(245, 246, 245)'],
    ['dark', 1280, 'rgb(17, 21, 23)']
  ] as const)('accessible, %s, %d px wide', async (colorScheme, width, ground) => {
    // What axe adds to the page the policy would refuse.
    const { page } = await visit({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
    await page.evaluate(axe.source)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(ground)
    const check = async (where: string): Promise<void> => {
      const { violations } = await page.evaluate(() => (globalThis as never as { axe: typeof axe }).axe.run())
      const told = violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      expect(told).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    }
    await check('sign in')
    await signIn(page)
    await page.waitForSelector('.ranking')
    await check('overview')
    for (const view of ['detectors', 'inventory', 'tickets']) {
      await go(page, view)
      await check(view)
    }
    await page.selectOption('#state', 'all')
    await page.locator('.list tbody a', { hasText: 'generic-password' }).click()
    await page.waitForSelector('.history li')
    await check('ticket')
    await page.getByRole('button', { name: 'Accept risk' }).click()
    await page.waitForSelector('dialog[open]')
    await check('dialog')
    await page.context().close()
  })
})
