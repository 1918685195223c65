import { join } from 'node:path'

import type { Browser } from 'playwright-core'

import { identityCredentials } from '../../../../emulator/test/support/identity.js'
import { startLandscape } from '../../../support/emulator.js'
import { RunningSample } from '../../../support/running-sample.js'
import { startSample } from '../../../support/sample.js'
import { trust } from '../../../unit/destination/support/landscape.js'
import {
  type Connected,
  connect,
  HAS_BROWSER,
  LIBRARIES,
  logOnIn,
  startBrowser
} from './connected.js'
import { callOf, contentOf, post } from './messages.js'

const CALLBACK = 'http://127.0.0.1:51234/callback'
const MCP = '/mcp/change'

/** The service of these tests, for agents as well. Tokens of Identity Authentication have no roles, and it needs none. */
const FOR_AGENTS = `using { ChangeService } from './change-service';
annotate ChangeService with @odata @mcp;
`

let running: RunningSample
let browser: Browser | undefined
beforeAll(async () => {
  const emulator = await startLandscape({
    // XSUAA exchanges no token of a public client: it is for that client alone
    subjectPattern: 'CN=${preferred_username}',
    identity: {
      publicClient: true,
      grantTypes: ['authorization_code_pkce_s256', 'refresh_token'],
      redirectUris: ['http://127.0.0.1:*/**']
    }
  })
  trust(emulator.ca)
  const { identity, destination, connectivity } = emulator.vcapServices()
  const sample = await startSample({
    emulator,
    extra: join(__dirname, '../../ias-emulated/app'),
    files: { 'srv/change-for-agents.cds': FOR_AGENTS },
    env: {
      DEBUG: 'principal',
      VCAP_SERVICES: JSON.stringify({ identity, destination, connectivity })
    }
  })
  running = new RunningSample(emulator, sample)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await running?.stop()
})

const clientId = () => identityCredentials(running.emulator).clientid ?? ''

/** A client that knows the URL and the id of a public client, whose user logs on in Chromium. */
function clientOf(library: string, user: string): Promise<Connected> {
  const url = running.sample.url + MCP
  const logOn = (page: URL) => logOnIn(browser!, page, user, CALLBACK)
  return connect(LIBRARIES[library]!(), url, { client_id: clientId() }, logOn, CALLBACK)
}

const suite = HAS_BROWSER ? describe : describe.skip
suite.each(Object.keys(LIBRARIES))('%s knows the URL and a public client id', (library) => {
  let alice: Connected
  let bob: Connected
  beforeAll(async () => {
    alice = await clientOf(library, 'alice')
    bob = await clientOf(library, 'bob')
  }, 180_000)
  afterAll(async () => {
    await alice?.close()
    await bob?.close()
  })

  test('401, metadata, log-on page of Identity Authentication, code with PKCE, token', () => {
    const { url = '' } = identityCredentials(running.emulator)
    const [{ origin, searchParams } = new URL(url)] = alice.visited
    expect(origin).toBe(new URL(url).origin)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      ...{ client_id: clientId(), code_challenge_method: 'S256', redirect_uri: CALLBACK },
      ...{ scope: 'openid email profile', resource: running.sample.url + MCP }
    })
  })

  test('the tool of each is the own user in S/4, and the record has the client', async () => {
    const ids: unknown[] = []
    for (const [client, user] of [
      [alice, 'ALICE'],
      [bob, 'BOB'],
      [alice, 'ALICE']
    ] as const) {
      const parameters = { id: '10000000', name: `Pump of ${user}` }
      const { result, entries } = await running.recorded(() =>
        client.call('rename', { parameters })
      )
      expect(result).toEqual({ result: '10000000' })
      expect(entries.map((entry) => entry.user)).toEqual(entries.map(() => user))
      expect(entries.length).toBeGreaterThan(0)
      ids.push((await client.call('describe')).user)
    }
    expect(ids).toEqual([expect.any(String), expect.any(String), ids[0]])
    expect(ids[1]).not.toBe(ids[0])
    await running.sample.printed(
      new RegExp(`principal\\.call .*"user":"${String(ids[0])}","client":"${clientId()}".*"ok"`)
    )
  })
})

test('the 401 leads to metadata, whose authorization server is Identity Authentication', async () => {
  const { status, headers } = await post(running.sample.url + MCP, {})
  const resource = running.sample.url + MCP
  const metadata = resource.replace(MCP, `/.well-known/oauth-protected-resource${MCP}`)
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe(`Bearer resource_metadata="${metadata}"`)
  expect(await (await fetch(metadata)).json()).toMatchObject({
    resource,
    authorization_servers: [identityCredentials(running.emulator).url],
    scopes_supported: ['openid', 'email', 'profile']
  })
})

test('a service without entities has tools for its operations only', async () => {
  const token = await running.emulator.issueToken({ issuer: 'ias', user: 'alice' })
  const send = (message: object) =>
    post(running.sample.url + MCP, message, { authorization: `Bearer ${token}` })
  const { body } = await send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  expect(body.result?.tools?.map(({ name }) => name)).toEqual(['describe', 'whoami', 'rename'])
  expect(contentOf(await send(callOf('describe')))).toMatchObject({
    ...{ service: 'ChangeService', user: expect.any(String) as string, entities: {} }
  })
})
