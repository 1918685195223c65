import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Browser, BrowserContext, Page } from 'playwright-core'

import { claimsOf } from '../../../emulator/test/support/http.js'
import { Bridge, RegisteringAgent } from './bridge.js'
import { HAS_BROWSER, startBrowser } from './mcp/connected.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment?$top=1'
const ELSEWHERE = 'https://elsewhere.example/'

/** The page of an agent, to which the user is sent back. */
const agentPage = createServer((_, res) => res.end('You can close this page.'))
let callback = ''
beforeAll(async () => {
  await once(agentPage.listen(0, 'localhost'), 'listening')
  callback = `http://localhost:${(agentPage.address() as AddressInfo).port}/callback`
})
afterAll(() => {
  agentPage.close()
  agentPage.closeAllConnections()
})

const suite = HAS_BROWSER ? describe : describe.skip
suite.each([
  ['http', false],
  ['https', true]
])('the consent page in Chromium, over %s', (_, isSecure) => {
  let bridge: Bridge
  let browser: Browser
  let context: BrowserContext
  let page: Page
  beforeAll(async () => {
    bridge = await Bridge.start(isSecure)
    browser = (await startBrowser())!
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await bridge?.stop()
  })
  beforeEach(async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true })
    context.setDefaultTimeout(60_000)
    page = await context.newPage()
  })
  afterEach(() => context.close())

  const button = (name: string) => page.getByRole('button', { name, exact: true })

  /** Opens the page for a new agent. */
  async function opened(name = 'an agent'): Promise<RegisteringAgent> {
    const agent = new RegisteringAgent(bridge, name, callback)
    await page.goto((await agent.begin()).href)
    return agent
  }

  /** Waits until the browser is back at the agent, and returns what that gets. */
  async function answer(): Promise<Record<string, string>> {
    await page.waitForURL(`${callback}**`)
    return Object.fromEntries(new URL(page.url()).searchParams)
  }

  test('alice allows it, logs on, and the token is hers, up to S/4', async () => {
    const agent = await opened()
    expect(await page.getByRole('heading').textContent()).toBe('May “an agent” act for you?')
    expect(await page.locator('b').textContent()).toBe(callback)
    await button('Allow').click()
    await page.getByRole('button', { name: /^alice / }).click()
    const { code = '', state } = await answer()
    expect(state).toBe('a+b')
    await agent.end(code)
    expect(claimsOf(agent.token)).toMatchObject({ user_name: 'alice' })
    const { result, entries } = await bridge.running.recorded(() =>
      bridge.running.with(`Bearer ${agent.token}`).get(EQUIPMENT)
    )
    expect(result.status).toBe(200)
    expect(entries).toEqual([expect.objectContaining({ subject: 'CN=alice' })])
    // the same agent is not asked for again
    await page.goto(agent.authorization!.href)
    expect((await answer())['code']).toBeTruthy()
  })

  test('who denies it sends the agent away, and is asked again next time', async () => {
    const agent = await opened()
    await button('Deny').click()
    expect(await answer()).toEqual({ error: 'access_denied', state: 'a+b' })
    await page.goto(agent.authorization!.href)
    await button('Allow').waitFor()
  })

  test("a form that the page has not made is refused, also with the browser's cookie", async () => {
    const agent = await opened()
    const ids = ['', crypto.randomUUID(), '__proto__']
    for (const id of ids) {
      const form = { answer: 'allow', id }
      const { url } = bridge
      const sent = await context.request.post(`${url}/consent`, { form, maxRedirects: 0 })
      expect(sent.status()).toBe(403)
    }
    await page.goto(agent.authorization!.href)
    await button('Allow').waitFor()
  })

  test('a page elsewhere can neither send the form nor show the page', async () => {
    const agent = await opened()
    const id = await page.locator('input[name=id]').inputValue()
    const { url } = bridge
    await context.route(ELSEWHERE, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${agent.authorization!.href.replaceAll('&', '&amp;')}"></iframe>
<form method="post" action="${url}/consent"><input name="id" value="${id}"><input name="answer" value="allow"></form>`
      })
    )
    const refused = page.waitForEvent(
      'requestfailed',
      (request) => request.url() === agent.authorization!.href
    )
    await page.goto(ELSEWHERE)
    expect((await refused).failure()?.errorText).toMatch(/BLOCKED/)
    const [sent] = await Promise.all([
      page.waitForResponse(`${url}/consent`),
      page.evaluate('document.forms[0].submit()')
    ])
    expect(sent.status()).toBe(403)
  })

  test('the name of an agent is text', async () => {
    await opened('<img src=x onerror="document.title=1"> & co')
    expect(await page.getByRole('heading').textContent()).toBe(
      'May “<img src=x onerror="document.title=1"> & co” act for you?'
    )
    expect(await page.locator('img').count()).toBe(0)
  })

  test('the cookie is for this host only, and no script reads it', async () => {
    await opened()
    const cookies = await context.cookies(bridge.url)
    expect(cookies).toEqual([
      expect.objectContaining({
        ...{ name: isSecure ? '__Host-consent' : 'consent', secure: isSecure },
        ...{ httpOnly: true, sameSite: 'Lax', domain: 'localhost', path: '/' }
      })
    ])
  })
})
