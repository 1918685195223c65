import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { claimsOf } from '../../../emulator/test/support/http.js'
import { RunningSample } from '../../support/running-sample.js'
import { relay } from './relay-sample.js'

let proxy: Server
let app: RunningSample
/** What the Transparent Proxy got. */
let received: { url: string | undefined; headers: IncomingHttpHeaders }[]

beforeAll(async () => {
  proxy = createServer(({ url, headers }, res) => {
    received.push({ url, headers })
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"answered":true}')
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const { port } = proxy.address() as AddressInfo
  const credentials = {
    url: `http://s4.my-namespace:${port}`,
    forwardAuthToken: true,
    headers: { 'X-Destination-Name': 'S4' }
  }
  const service = { kind: 'rest', onBehalfOf: 'namedUser' }
  app = await RunningSample.start({
    extra: join(__dirname, 'app'),
    env: { NODE_OPTIONS: `--require ${join(__dirname, 'cluster-names.cjs')}` },
    requires: {
      CLUSTER: { ...service, credentials: { ...credentials, plainHttpWithinCluster: true } },
      ANYWHERE: { ...service, credentials }
    }
  })
})
afterAll(async () => {
  await app.stop()
  await new Promise((done) => proxy.close(done))
})
beforeEach(() => {
  received = []
})

test.each(['alice', 'bob'])(
  'the Transparent Proxy gets the token of %s, over plain http',
  async (user) => {
    expect(await relay(app, user, 'call', 'CLUSTER')).toEqual({ answered: true })
    const [{ url, headers } = { url: '', headers: {} as IncomingHttpHeaders }] = received
    expect(url).toBe('/sap/opu/odata/sap/whoami')
    expect(headers['x-destination-name']).toBe('S4')
    expect(claimsOf(String(headers.authorization).replace('Bearer ', '')).user_name).toBe(user)
  }
)

test.each([
  [
    'alice, where no option says that it is within the cluster',
    'alice',
    'call',
    'ANYWHERE',
    'ERR_DESTINATION_UNAVAILABLE'
  ],
  ['a technical user', undefined, 'call', 'CLUSTER', 'ERR_USER_TOKEN_REQUIRED'],
  [
    'the privileged user, in a request of alice',
    'alice',
    'privileged',
    'CLUSTER',
    'ERR_USER_TOKEN_REQUIRED'
  ]
])('%s: nothing is sent', async (_, user, action, service, code) => {
  expect(await relay(app, user, action, service)).toMatchObject({ code })
  expect(received).toEqual([])
})
