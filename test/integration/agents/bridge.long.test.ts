import { TestBrowser } from '../../../emulator/test/authorize/browser.js'
import { claimsOf, credentials, send, type Response } from '../../../emulator/test/support/http.js'
import type { RunningSample } from '../../support/running-sample.js'
import { CALLBACK } from './agent.js'
import { Bridge, RegisteringAgent } from './bridge.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment?$top=1'

let bridge: Bridge
let running: RunningSample
beforeAll(async () => {
  bridge = await Bridge.start()
  running = bridge.running
})
afterAll(() => bridge?.stop())

const agentOf = (name: string) => new RegisteringAgent(bridge, name)

/** The browser of a user: at the bridge, and at XSUAA. */
class User {
  readonly #bridge = new TestBrowser(running.emulator, running.sample.url)
  readonly #xsuaa = new TestBrowser(running.emulator)

  open(address: URL | string): Promise<Response> {
    const { pathname, search } = new URL(address, running.sample.url)
    return this.#bridge.get(pathname + search)
  }

  answer(page: Response, answer: string): Promise<Response> {
    return this.#bridge.submit(page, { answer })
  }

  /** Logs on at XSUAA, and returns where the bridge sends the browser then. */
  async logOn({ headers }: Response, username: string): Promise<URL> {
    const { pathname, search } = new URL(String(headers.location))
    const page = await this.#xsuaa.get(pathname + search)
    const back = page.status === 302 ? page : await this.#xsuaa.logOn(page, { username })
    return new URL(String((await this.open(String(back.headers.location))).headers.location))
  }
}

test('an agent registers itself, alice allows it, and its token is hers', async () => {
  const agent = agentOf('an agent')
  const alice = new User()
  const page = await alice.open(await agent.begin())
  expect(page.status).toBe(200)
  expect(page.text).toContain('May “an agent” act for you?')
  expect(page.text).toContain(CALLBACK)
  const back = await alice.logOn(await alice.answer(page, 'allow'), 'alice')
  expect(back.origin + back.pathname).toBe(CALLBACK)
  expect(back.searchParams.get('state')).toBe('a+b')
  await agent.end(back.searchParams.get('code')!)
  expect(claimsOf(agent.token)).toMatchObject({ user_name: 'alice' })
  const { result, entries } = await running.recorded(() =>
    running.with(`Bearer ${agent.token}`).get(EQUIPMENT)
  )
  expect(result.status).toBe(200)
  expect(entries).toEqual([expect.objectContaining({ subject: 'CN=alice' })])
})

test('the answer is kept for this client only, and in this browser only', async () => {
  const [first, second] = [agentOf('first'), agentOf('second')]
  const alice = new User()
  const address = await first.begin()
  await alice.answer(await alice.open(address), 'allow')
  const again = await alice.open(address)
  expect(again.status).toBe(302)
  expect(String(again.headers.location)).toContain('/oauth/authorize')
  expect((await alice.open(await second.begin())).text).toContain('May “second” act for you?')
  expect((await new User().open(address)).text).toContain('May “first” act for you?')
})

test('who denies it sends the agent away, without a log-on', async () => {
  const alice = new User()
  const answer = await alice.answer(await alice.open(await agentOf('agent').begin()), 'deny')
  expect(answer.headers.location).toBe(`${CALLBACK}?error=access_denied&state=a%2Bb`)
})

test('the form of one browser is worth nothing in another, and no page can show it', async () => {
  const address = await agentOf('agent').begin()
  const page = await new User().open(address)
  const other = new User()
  await other.open(address)
  expect((await other.answer(page, 'allow')).status).toBe(403)
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(page.headers['x-frame-options']).toBe('DENY')
  expect(page.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Lax/)
})

test('a name is text, and a redirect that is not registered gets no page', async () => {
  const agent = agentOf('<script>alert(1)</script>')
  const address = await agent.begin()
  expect((await new User().open(address)).text).toContain('“&lt;script&gt;alert(1)&lt;/script&gt;”')
  address.searchParams.set('redirect_uri', 'https://elsewhere.example/callback')
  const { status, text } = await send(address.href)
  expect(status).toBe(400)
  expect(text).not.toContain('<form')
})

test('for XSUAA all agents are one client: that of the binding', async () => {
  const agents = [agentOf('one'), agentOf('two')]
  for (const agent of agents) {
    const alice = new User()
    const page = await alice.open(await agent.begin())
    const back = await alice.logOn(await alice.answer(page, 'allow'), 'alice')
    await agent.end(back.searchParams.get('code')!)
  }
  const [one, two] = agents
  expect(one!.clientId).not.toBe(two!.clientId)
  const { clientid } = credentials(running.emulator)
  expect(agents.map(({ token }) => claimsOf(token).azp)).toEqual([clientid, clientid])
})
