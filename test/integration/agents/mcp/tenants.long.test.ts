import type { Browser } from 'playwright-core'

import { credentials } from '../../../../emulator/test/support/http.js'
import { trust } from '../../../unit/destination/support/landscape.js'
import { SUBSCRIBERS, Subscribers } from '../../tenants/subscribers.js'
import { connect, HAS_BROWSER, LIBRARIES, logOnIn, startBrowser } from './connected.js'
import { MCP } from './messages.js'

const [ACME, GLOBEX] = SUBSCRIBERS

let landscape: Subscribers
let browser: Browser | undefined
beforeAll(async () => {
  landscape = await Subscribers.start()
  trust(landscape.emulator.ca)
  browser = await startBrowser()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await landscape?.stop()
})

const withBrowser = HAS_BROWSER ? test : test.skip
withBrowser.each([
  ['acme', ACME, 'alice', '@modelcontextprotocol/sdk 1.32'],
  ['globex', GLOBEX, 'bob', '@modelcontextprotocol/client 2']
])(
  'the host name %s leads to the log-on of this tenant',
  async (name, tenant, user, library) => {
    const { clientid = '', clientsecret = '' } = credentials(landscape.emulator)
    const own = { client_id: clientid, client_secret: clientsecret }
    const url = landscape.sample.url.replace('localhost', `${name}.localhost`) + MCP
    const client = await connect(LIBRARIES[library]!(), url, own, (page) =>
      logOnIn(browser!, page, user)
    )
    try {
      expect(client.visited[0]?.hostname).toBe(`${name}.localhost`)
      expect(await client.call('describe')).toMatchObject({ user, tenant })
    } finally {
      await client.close()
    }
  },
  180_000
)
