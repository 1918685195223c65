import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

import type { RecordedSample } from './recorded-sample.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file))

const WAIT_MS = 25_000

/** The page of the recorder, over HTTP and in a browser. Called by the test that has started the sample. */
export function describePage(sampleOf: () => RecordedSample): void {
  describe('the page, over HTTP', () => {
    const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
        (done, fail) => {
          request(new URL(path, sampleOf().page), { headers, method }, (res) => {
            text(res).then(
              (body) => done({ status: res.statusCode ?? 0, headers: res.headers, body }),
              fail
            )
          })
            .on('error', fail)
            .end()
        }
      )

    test("is linked from CAP's welcome page, for this machine only", async () => {
      const { url } = sampleOf()
      expect((await get(url)).body).toContain('href="/-/recorder"')
      const { headers } = await get(`${url}/-/recorder`)
      expect(headers['location']).toBe(sampleOf().page)
      const elsewhere = await new Promise<number | undefined>((done, fail) => {
        const headers = { host: 'elsewhere.example' }
        request(`${url}/-/recorder`, { headers }, ({ statusCode }) => {
          done(statusCode)
        })
          .on('error', fail)
          .end()
      })
      expect(elsewhere).toBe(404)
    })

    test('is printed with a key, which is needed', async () => {
      expect(sampleOf().page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/)
      expect((await get('./')).status).toBe(200)
      for (const path of [
        '/',
        '/recorder.js',
        '/x/',
        '/x/events',
        '/..%2f',
        './unknown',
        './../',
        './a/b'
      ])
        expect({ path, status: (await get(path)).status }).toEqual({ path, status: 404 })
    })

    test('the address without its last slash leads to the page, with the right key only', async () => {
      const { pathname } = new URL(sampleOf().page)
      const address = pathname.slice(0, -1)
      const { status, headers } = await get(`${address}?x=1`)
      expect({ status, location: headers.location }).toEqual({ status: 308, location: pathname })
      expect((await get(address.slice(0, -1))).status).toBe(404)
      expect((await get(address, { host: 'attacker.example' })).status).toBe(421)
    })

    test('only with a host name of this machine, and only to read', async () => {
      expect((await get('./', { host: 'attacker.example' })).status).toBe(421)
      expect((await get('./', {}, 'POST')).status).toBe(405)
    })

    test('with a policy that permits its own script and style, and nothing else', async () => {
      const { headers, body } = await get('./')
      const policy = String(headers['content-security-policy'])
      expect(policy).toMatch(/^default-src 'none'; script-src 'nonce-[\w+/]+=*'; style-src 'nonce-/)
      expect(policy).not.toMatch(/unsafe|\*|http/)
      expect(body).not.toMatch(/https?:|\son\w+=|style=/)
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store'
      })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    })
  })

  const suite = CHROMIUM ? describe : describe.skip
  suite(`the page in a browser${CHROMIUM ? '' : ' (skipped: no Chromium)'}`, () => {
    let browser: Browser
    let context: BrowserContext
    let page: Page
    const problems: string[] = []

    beforeAll(async () => {
      const options = { executablePath: CHROMIUM!, args: ['--no-sandbox'], timeout: WAIT_MS * 2 }
      browser = await chromium.launch(options)
      context = await browser.newContext()
      context.setDefaultTimeout(WAIT_MS)
      page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text())
      })
      page.on('pageerror', ({ message }) => problems.push(message))
      page.on('request', (sent) => {
        if (!sent.url().startsWith(sampleOf().page)) problems.push(sent.url())
      })
      await page.goto(sampleOf().page)
      await page.getByText('Live.').waitFor()
    }, 120_000)
    afterAll(() => browser?.close())

    const choose = (name: RegExp) =>
      page.locator('#traces button', { hasText: name }).first().click()
    const detail = () => page.locator('#detail')

    test("alice's change, in three columns", async () => {
      await choose(/POST \/odata\/v4\/maintenance\/Equipment/)
      const columns = await detail().locator('.columns section').allInnerTexts()
      expect(columns).toEqual([
        expect.stringMatching(/Incoming[^]*201[^]*sb-maintenance/),
        expect.stringMatching(/CAP saw[^]*alice[^]*named[^]*xsuaa[^]*Technician/),
        expect.stringMatching(/Outgoing[^]*API_EQUIPMENT[^]*namedUser[^]*CN=alice[^]*ALICE/)
      ])
      await detail().locator('tbody tr', { hasText: 'S/4' }).first().waitFor()
    })

    test('a failure has code, cause and fix, and is compared with one that works', async () => {
      await choose(/POST \/odata\/v4\/recorded\/failing/)
      await detail().getByText('ERR_REMOTE_NOT_EXPOSED · ', { exact: false }).first().waitFor()
      await detail().getByText('Fix:').waitFor()
      await detail().getByRole('button', { name: 'Explain' }).click()
      await detail().getByText('npx cds-principal explain ERR_REMOTE_NOT_EXPOSED').waitFor()
      await detail().getByRole('button', { name: 'Compare' }).click()
      await detail().locator('.result td', { hasText: 'NOWHERE' }).waitFor()
      await detail().getByRole('button', { name: 'Copy as curl' }).click()
      const curl = await detail().locator('.result pre').innerText()
      expect(curl).toMatch(/^TOKEN=\$\(npx cds-principal token 'alice'\)\ncurl -i .*\$TOKEN/)
      expect(curl).toContain(`'${sampleOf().url}/odata/v4/recorded/failing'`)
      await detail().getByRole('button', { name: 'Copy as test' }).click()
      expect(await detail().locator('.result pre').innerText()).toContain(
        "issueToken({ user: 'alice' })"
      )
    })

    test('filters: code, user, and calls not as the user of the request', async () => {
      const titles = () => page.locator('#traces button').allInnerTexts()
      await page.keyboard.press('/')
      await page.keyboard.type('expired')
      expect(await titles()).toEqual([expect.stringContaining('ERR_TOKEN_EXPIRED')])
      await page.keyboard.press('Escape')
      await page.getByLabel("not as the request's user").check()
      for (const title of await titles())
        expect(title).toMatch(/\/recorded\/(technical|spawned|queued)|background/)
      expect((await titles()).length).toBeGreaterThan(0)
      await page.keyboard.press('Escape')
      await page.getByRole('combobox', { name: 'User' }).fill('nobody')
      expect(await titles()).toEqual([])
      await page.keyboard.press('Escape')
      expect((await titles()).length).toBeGreaterThan(3)
    })

    test('the keyboard is enough, and a request that comes is shown at once', async () => {
      await page.locator('#traces button').first().focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      const current = page.locator('#traces button[aria-current="true"]')
      expect(await current.count()).toBe(1)
      expect(await current.evaluate((each) => each === each.ownerDocument.activeElement)).toBe(true)
      const path = '/odata/v4/maintenance/%3Cimg%20src=x%20onerror=alert(1)%3E'
      await sampleOf().as('alice').get(path)
      await choose(/onerror/)
      expect(await page.locator('img').count()).toBe(0)
      expect(await detail().innerText()).toContain('onerror')
    })

    test('dark mode has a dark page and light text', async () => {
      const luminance = async (property: string) => {
        const style = `getComputedStyle(document.body).getPropertyValue('${property}')`
        const [colour] = /\d+, \d+, \d+/.exec(await page.evaluate<string>(style)) ?? ['']
        return colour.split(', ').reduce((sum, each) => sum + Number(each), 0) / 3
      }
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await luminance('background-color')).toBeLessThan(60)
      expect(await luminance('color')).toBeGreaterThan(180)
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await luminance('background-color')).toBeGreaterThan(200)
    })

    test('no violation of the policy, no error, no request elsewhere, no token and no secret', async () => {
      expect(problems).toEqual([])
      const shown = await page.content()
      expect(shown).not.toMatch(/eyJ|Bearer ey|clientsecret|@|BEGIN CERT/)
    })
  })
}
