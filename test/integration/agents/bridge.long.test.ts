import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'

import { requireNative } from '../../../emulator/src/lib/native.js'
import { TestBrowser } from '../../../emulator/test/authorize/browser.js'
import { claimsOf, credentials, send, type Response } from '../../../emulator/test/support/http.js'
import { freePort } from '../../support/free-port.js'
import { RunningSample } from '../../support/running-sample.js'

// names below "localhost", also where the operating system does not know them
requireNative(join(__dirname, '../fidelity/localhost-names.cjs'))

const sdk = requireNative(
  '@modelcontextprotocol/sdk/client/auth.js'
) as typeof import('@modelcontextprotocol/sdk/client/auth.js')

const CALLBACK = 'http://localhost:5000/login/callback'
const EQUIPMENT = '/odata/v4/maintenance/Equipment?$top=1'

let running: RunningSample
beforeAll(async () => {
  const port = await freePort()
  const bridge = join(__dirname, '../../../examples/bridge')
  const dependencies = { '@cap-js/sqlite': '*', 'cds-principal': '*' }
  running = await RunningSample.start({
    requires: { auth: { kind: 'principal', metadata: false } },
    env: { PORT: String(port), PUBLIC_URL: `http://localhost:${port}`, CONSENT_SECRET: 'secret' },
    files: {
      'package.json': JSON.stringify({ name: 'sample', type: 'module', dependencies }),
      'srv/server.ts': readFileSync(join(bridge, 'server.js'), 'utf8'),
      'srv/consent.js': readFileSync(join(bridge, 'consent.js'), 'utf8')
    }
  })
})
afterAll(() => running?.stop())

/** An agent that knows nothing but the URL of the application: the client of the MCP SDK, as it is. */
class Agent {
  token = ''
  authorization: URL | undefined
  #client: { client_id: string } | undefined
  #verifier = ''
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  get clientId(): string {
    return this.#client!.client_id
  }

  /** Finds the authorization server, registers there, and says where the user logs on. */
  async begin(): Promise<URL> {
    await sdk.auth(this.#provider(), { serverUrl: `${running.sample.url}/mcp` })
    return this.authorization!
  }

  /** Gets a token for a code. */
  async end(authorizationCode: string): Promise<void> {
    await sdk.auth(this.#provider(), { serverUrl: `${running.sample.url}/mcp`, authorizationCode })
  }

  #provider(): OAuthClientProvider {
    return {
      redirectUrl: CALLBACK,
      state: () => 'a+b',
      clientMetadata: { redirect_uris: [CALLBACK], client_name: this.#name },
      clientInformation: () => this.#client,
      saveClientInformation: (client) => void (this.#client = client),
      tokens: () => undefined,
      saveTokens: ({ access_token }) => void (this.token = access_token),
      redirectToAuthorization: (url) => void (this.authorization = url),
      saveCodeVerifier: (value) => void (this.#verifier = value),
      codeVerifier: () => this.#verifier
    }
  }
}

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
  const agent = new Agent('an agent')
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
  const [first, second] = [new Agent('first'), new Agent('second')]
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
  const answer = await alice.answer(await alice.open(await new Agent('agent').begin()), 'deny')
  expect(answer.headers.location).toBe(`${CALLBACK}?error=access_denied&state=a%2Bb`)
})

test('the form of one browser is worth nothing in another, and no page can show it', async () => {
  const address = await new Agent('agent').begin()
  const page = await new User().open(address)
  const other = new User()
  await other.open(address)
  expect((await other.answer(page, 'allow')).status).toBe(403)
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(page.headers['x-frame-options']).toBe('DENY')
  expect(page.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Lax/)
})

test('a name is text, and a redirect that is not registered gets no page', async () => {
  const agent = new Agent('<script>alert(1)</script>')
  const address = await agent.begin()
  expect((await new User().open(address)).text).toContain('“&lt;script&gt;alert(1)&lt;/script&gt;”')
  address.searchParams.set('redirect_uri', 'https://elsewhere.example/callback')
  const { status, text } = await send(address.href)
  expect(status).toBe(400)
  expect(text).not.toContain('<form')
})

test('for XSUAA all agents are one client: that of the binding', async () => {
  const agents = [new Agent('one'), new Agent('two')]
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
