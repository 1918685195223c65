import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

import { RunningSample } from '../../support/running-sample.js'
import { SAMPLE } from '../../support/sample.js'
import { Router } from './router-process.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file))
const API = '/odata/v4/maintenance/Equipment'
const ID = '10000000'

/** The router refreshes a token a minute before it expires, and takes two minutes off its lifetime for itself. */
const JWT_REFRESH = '1'
const TOKEN_VALIDITY = 183

function withShortTokens(): object {
  const file = readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')
  const descriptor = JSON.parse(file) as { 'oauth2-configuration': object }
  const oauth2 = { ...descriptor['oauth2-configuration'], 'token-validity': TOKEN_VALIDITY }
  return { ...descriptor, 'oauth2-configuration': oauth2 }
}

/** Whatever a page waits for fails with its own message, before the test runs out of time. */
const WAIT_MS = 25_000

const suite = CHROMIUM ? describe : describe.skip
suite(`@sap/approuter in front of the sample${CHROMIUM ? '' : ' (skipped: no Chromium)'}`, () => {
  let running: RunningSample
  let router: Router
  let browser: Browser
  let alice: Page
  let bob: Page

  beforeAll(async () => {
    running = await RunningSample.start({}, { xsSecurity: withShortTokens() })
    router = await Router.start(running, { JWT_REFRESH })
    const options = { executablePath: CHROMIUM!, args: ['--no-sandbox'], timeout: WAIT_MS * 2 }
    browser = await chromium.launch(options)
    ;[alice, bob] = await Promise.all([logOn('alice'), logOn('bob')])
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await router?.stop()
    await running?.stop()
  })

  /** A browser of its own, in which somebody has logged on. The authority of the landscape is new on every start. */
  async function logOn(user: string): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ ignoreHTTPSErrors: true })
    context.setDefaultTimeout(WAIT_MS)
    const page = await context.newPage()
    await page.goto(`${router.url}/equipment/index.html`)
    await page.getByRole('button', { name: new RegExp(`^${user} `) }).click()
    await page.waitForURL(`${router.url}/equipment/index.html`)
    return page
  }

  /** Waits until the page shows who changed the equipment. */
  async function showsChangeBy(page: Page, user: string): Promise<void> {
    await page
      .locator(`tr[data-id="${ID}"] .changed-by`, { hasText: new RegExp(`^${user}$`) })
      .waitFor()
  }

  /** Waits until the page shows who is logged on: its elements fill themselves after the page has loaded. */
  async function showsUser(page: Page, user: string): Promise<void> {
    await page.locator('user-menu', { hasText: user }).waitFor()
  }

  async function rename(page: Page, name: string): Promise<void> {
    await page.getByLabel(`Name of ${ID}`).fill(name)
    await page.getByRole('button', { name: `Save ${ID}` }).click()
  }

  test("alice changes equipment in the page, and S/4 says it was ALICE; bob's browser stays bob's", async () => {
    await rename(alice, 'Pump of alice')
    await alice.getByText(`${ID} was changed by ALICE`).waitFor()
    await showsChangeBy(alice, 'ALICE')

    await bob.reload()
    await showsUser(bob, 'bob')
    await rename(bob, 'Pump of bob')
    await bob.getByText(`${ID} was changed by BOB`).waitFor()

    await alice.reload()
    await showsChangeBy(alice, 'BOB')
    await showsUser(alice, 'alice')
    const changes = await running.emulator.s4.changes()
    expect(changes.filter(({ event }) => event === 'UPDATE').map(({ user }) => user)).toEqual([
      'ALICE',
      'BOB'
    ])
  }, 120_000)

  test('the code is exchanged with PKCE and state', async () => {
    const requests = [await tokenRequest('authorization_code')]
    requests.push(await tokenRequest('authorization_code'))
    for (const { form, status } of requests) {
      expect(status).toBe(200)
      expect(form).toMatchObject({ redirect_uri: `${router.url}/login/callback` })
      expect(form).toHaveProperty('code_verifier', '…')
    }
    const authorization = await running.emulator.takeRequest('xsuaa/authorize')
    expect(authorization.query).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/.{16,}/)
    })
  })

  async function tokenRequest(grant: string) {
    for (;;) {
      const request = await running.emulator.takeRequest('xsuaa/token', { timeout: WAIT_MS })
      const isRouters =
        request.client === running.emulator.vcapServices().xsuaa[0]!.credentials['clientid']
      if (isRouters && request.form?.['grant_type'] === grant) return request
    }
  }

  test('tokens are refreshed before they expire, and the browser notices nothing', async () => {
    expect(await tokenRequest('refresh_token')).toMatchObject({ status: 200 })
    await alice.reload()
    await showsChangeBy(alice, 'BOB')
    await showsUser(alice, 'alice')
  }, 120_000)

  test('a change without CSRF token is refused, whoever is logged on', async () => {
    const status = await alice.evaluate(async (path) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(path, { method: 'PATCH', headers, body: '{"name":"forged"}' })).status
    }, `${API}('${ID}')`)
    expect(status).toBe(403)
  })

  test('who is logged on in one browser is nobody in another', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const headers = { 'x-requested-with': 'XMLHttpRequest' }
    expect((await context.request.get(router.url + API, { headers })).status()).toBe(401)
    const guessed = { ...headers, authorization: 'Bearer eyJ.eyJ.x' }
    expect((await context.request.get(router.url + API, { headers: guessed })).status()).toBe(401)
    await context.close()
  })

  test('after the log-out a request is 401, and the login page asks again; bob goes on', async () => {
    const status = (page: Page) =>
      page.evaluate(
        async (path) =>
          (await fetch(path, { headers: { 'x-requested-with': 'XMLHttpRequest' } })).status,
        `${API}?$top=1`
      )
    expect(await status(alice)).toBe(200)
    await alice.getByRole('link', { name: 'Log out' }).click()
    await alice.waitForURL(`${router.url}/logged-out.html`)
    expect(await status(alice)).toBe(401)
    await alice.goto(`${router.url}/equipment/index.html`)
    await alice.getByRole('heading', { name: 'Log on' }).waitFor()
    expect(await status(bob)).toBe(200)
  }, 120_000)
})
