import type { Browser } from 'playwright-core'

import { credentials } from '../../../../emulator/test/support/http.js'
import { RunningSample } from '../../../support/running-sample.js'
import { trust } from '../../../unit/destination/support/landscape.js'
import { Router } from '../../approuter/router-process.js'
import {
  type Connected,
  connect,
  HAS_BROWSER,
  LIBRARIES,
  logOnIn,
  startBrowser
} from './connected.js'
import { MCP } from './messages.js'

let running: RunningSample
let router: Router
let browser: Browser | undefined
const open: Connected[] = []
beforeAll(async () => {
  running = await RunningSample.start()
  trust(running.emulator.ca)
  ;[router, browser] = await Promise.all([Router.start(running), startBrowser()])
}, 180_000)
afterAll(async () => {
  for (const each of open) await each.close()
  await browser?.close()
  await router?.stop()
  await running?.stop()
})

/** A client at a URL, whose user logs on in Chromium. */
async function clientOf(library: string, user: string, url: string): Promise<Connected> {
  const { clientid = '', clientsecret = '' } = credentials(running.emulator)
  const own = { client_id: clientid, client_secret: clientsecret }
  const client = await connect(LIBRARIES[library]!(), url, own, (page) =>
    logOnIn(browser!, page, user)
  )
  open.push(client)
  return client
}

const pump = (id: string) => ({ data: { id, name: 'Pump', plant: '1010', category: 'M' } })

const suite = HAS_BROWSER ? describe : describe.skip
suite.each(Object.keys(LIBRARIES))('%s knows the URL and a client id', (library) => {
  const id = `C-${String(Object.keys(LIBRARIES).indexOf(library))}`
  let alice: Connected
  let bob: Connected
  beforeAll(async () => {
    alice = await clientOf(library, 'alice', running.sample.url + MCP)
    bob = await clientOf(library, 'bob', running.sample.url + MCP)
  }, 180_000)

  test('401, metadata, log-on page, code with PKCE, token, tool: ALICE in S/4', async () => {
    expect(alice.visited).toHaveLength(1)
    const { searchParams, origin } = alice.visited[0]!
    expect(origin).toBe(new URL(running.emulator.url).origin)
    expect(searchParams.get('code_challenge_method')).toBe('S256')
    expect(searchParams.get('resource')).toBe(running.sample.url + MCP)
    expect(await alice.tools()).toEqual(expect.arrayContaining(['query', 'create-Equipment']))
    const { result, entries } = await running.recorded(() =>
      alice.call('create-Equipment', pump(id))
    )
    expect(result.record).toMatchObject({ id, createdBy: 'ALICE' })
    expect(entries.filter(({ method }) => method === 'POST')).toMatchObject([{ user: 'ALICE' }])
  })

  test("bob's client beside it is BOB", async () => {
    const args = { key: { id }, data: { name: 'Pump, repaired' } }
    expect((await bob.call('update-Equipment', args)).record).toMatchObject({
      lastChangedBy: 'BOB'
    })
    expect((await alice.call('describe')).user).toBe('alice')
    expect((await bob.call('describe')).user).toBe('bob')
  })

  test('a refusal reaches the model with its code and the next step', async () => {
    const args = { data: { ...pump('C-X').data, plant: '1710' } }
    expect((await alice.call('create-Equipment', args)).error).toMatchObject({
      ...{ status: 403, code: 'ERR_WRITE_RESTRICTED' },
      nextStep: expect.stringContaining('attribute')
    })
  })

  test('through the approuter: the metadata, the log-on and the call', async () => {
    const client = await clientOf(library, 'alice', router.url + MCP)
    expect(client.visited[0]?.searchParams.get('resource')).toBe(router.url + MCP)
    const { result, entries } = await running.recorded(() =>
      client.call('query', { entity: 'Equipment', limit: 1 })
    )
    expect(result.records).toHaveLength(1)
    expect(entries).toEqual([expect.objectContaining({ user: 'ALICE' })])
  })
})
