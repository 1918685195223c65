import { join } from 'node:path'

import type { Emulator, VcapServices } from '../../../emulator/src/index.js'
import { type Client, client } from '../../support/client.js'
import { sharedDescriptor } from '../../support/descriptor.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, startSample } from '../../support/sample.js'
import { credentials, send } from '../../../emulator/test/support/http.js'
import { TokenBackend } from '../destination-types/token-backend.js'
import { type Outage, ServiceRelay, throughRelays } from '../soak/service-relay.js'

const CALL = '/odata/v4/calling/call'
const SYSTEM = 'x.internal:443'
const ON_PREMISE = {
  URL: `http://${SYSTEM}`,
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}
const REST = { kind: 'rest', csrf: false }

let backend: TokenBackend
let emulator: Emulator
let xsuaa: ServiceRelay
let destination: ServiceRelay
let sample: Sample
const clients: Client[] = []
const samples: Sample[] = []

beforeAll(async () => {
  backend = await TokenBackend.start()
  const roles = ['Technician', 'Token_Exchange']
  const JWT = { URL: backend.url, Authentication: 'OAuth2JWTBearer', clientId: 'sb-maintenance!t1' }
  emulator = await startLandscape({
    users: { alice: { roles }, bob: { roles }, carol: { roles }, dave: { roles } },
    xsSecurity: sharedDescriptor(),
    destinations: { JWT, X: ON_PREMISE },
    onPremise: { [SYSTEM]: { backend: 'test/integration/background/backend.ts' } }
  })
  backend.trust(emulator)
  xsuaa = await ServiceRelay.start(emulator.url, emulator.ca)
  const { uri = '' } = credentials(emulator, 'destination')
  destination = await ServiceRelay.start(uri, emulator.ca)
  sample = await started(throughRelays(emulator.vcapServices(), xsuaa, destination))
}, 120_000)
afterAll(async () => {
  for (const each of clients) each.close()
  for (const each of samples) await each.stop()
  await xsuaa.stop()
  await destination.stop()
  await emulator.stop()
  await backend.stop()
})
beforeEach(() => {
  backend.calls.length = 0
})
afterEach(() => {
  xsuaa.fail([])
  destination.fail([])
})

async function started(vcap: VcapServices): Promise<Sample> {
  const ca = [emulator.ca, backend.ca, xsuaa.ca, destination.ca].join('\n')
  const one = await startSample({
    emulator: { ...emulator, ca, vcapServices: () => vcap },
    extra: join(__dirname, 'app'),
    requires: {
      JWT: { ...REST, credentials: { destination: 'JWT' } },
      X: { ...REST, credentials: { destination: 'X' } }
    }
  })
  samples.push(one)
  return one
}

async function as(user: string, { url } = sample): Promise<Client> {
  const one = client(url, `Bearer ${await emulator.issueToken({ user })}`)
  clients.push(one)
  return one
}

const call = (one: Client, service: string, path = '/x') =>
  one.post(CALL, { service, method: 'GET', path })

/** As often as anybody may ask. */
const always = (outage: Outage): Outage[] => Array.from({ length: 20 }, () => outage)

describe('a service of the platform fails: nothing is sent, the log has the hop, and the client constant text', () => {
  // the application has no token yet, and knows no destination
  test.each<[string, Outage, RegExp]>([
    ['token service', 'error', /there is no token|could not be resolved/],
    ['token service', 'reset', /there is no token|could not be resolved/],
    ['Destination service', 'error', /Destination service|could not be resolved/],
    ['Destination service', 'reset', /Destination service|could not be resolved/]
  ])('%s: %s', async (which, outage, reason) => {
    const relay = which === 'token service' ? xsuaa : destination
    relay.fail(always(outage))
    const before = (await sample.output()).length
    for (const service of ['JWT', 'X']) {
      const { status, body } = await call(await as('dave'), service)
      expect(status).toBe(502)
      expect(body['error']).toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE',
        message: 'Bad Gateway'
      })
    }
    const lines = (await sample.output()).slice(before).split('\n')
    const own = lines.filter((line) => line.includes('ERR_DESTINATION_UNAVAILABLE · '))
    expect(own.filter((line) => reason.test(line))).toHaveLength(2)
    expect(backend.calls).toEqual([])
    expect(emulator.requests('connectivity')).toEqual([])
  })

  test('the next call after that is as if nothing had been', async () => {
    const dave = await as('dave')
    for (const service of ['JWT', 'X']) expect((await call(dave, service)).status).toBe(200)
  })
})

test('a read of the Destination service whose connection is lost is repeated, once', async () => {
  destination.fail(['reset'])
  expect((await call(await as('carol'), 'JWT')).status).toBe(200)
})

test('100 first requests of a user at once: one token of each service, one look-up, one exchange', async () => {
  const cold = await started(throughRelays(emulator.vcapServices(), xsuaa, destination))
  const alice = await as('alice', cold)
  const before = {
    xsuaa: emulator.requests('xsuaa').length,
    destination: emulator.requests('destination').length
  }
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => call(alice, i % 2 ? 'JWT' : 'X', `/x${i}`))
  )
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  const clientsOf = emulator
    .requests('xsuaa')
    .slice(before.xsuaa)
    .filter(({ grant }) => grant === 'client_credentials')
    .map(({ client: id }) => id)
  const { destination: own, connectivity } = emulator.vcapServices()
  const ids = [...own, ...connectivity].map((binding) => binding.credentials['clientid'])
  expect(clientsOf.toSorted()).toEqual(ids.toSorted())
  const lookUps = emulator.requests('destination').slice(before.destination)
  const described = lookUps.map(({ path, retrieval }) => `${path.split('/').at(-1)} ${retrieval}`)
  expect(described.toSorted()).toEqual(['JWT none', 'JWT user', 'X none'])
  expect(backend.calls.map(({ user }) => user)).toEqual(Array(50).fill('alice'))
})

test('the Connectivity proxy refuses the application: 502, ERR_REMOTE_PROXY', async () => {
  const vcap = emulator.vcapServices()
  const [binding] = vcap.connectivity
  const { clientid, clientsecret } = credentials(emulator, 'destination')
  const wrong = { ...binding!, credentials: { ...binding!.credentials, clientid, clientsecret } }
  const misbound = await started({ ...vcap, connectivity: [wrong] })
  const { status, body } = await call(await as('bob', misbound), 'X')
  expect({ status, error: body['error'] }).toMatchObject({
    status: 502,
    error: { code: 'ERR_REMOTE_PROXY', message: 'Bad Gateway' }
  })
  await misbound.printed(/ERR_REMOTE_PROXY · .* · .*\(407\)/)
})

describe('an application that hands its headers on', () => {
  const CREDENTIALS = {
    cookie: 'session=of-the-caller',
    'x-user-token': 'of-the-caller',
    'x-forwarded-client-cert': 'of-the-caller',
    'proxy-authorization': 'Bearer of-the-caller',
    'sap-connectivity-authentication': 'Bearer of-the-caller'
  }

  test('keeps the credentials of the request to itself', async () => {
    const token = await emulator.issueToken({ user: 'bob' })
    const headers = {
      ...CREDENTIALS,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-harmless': 'yes'
    }
    const body = JSON.stringify({ service: 'JWT', path: '/copied' })
    const url = `${sample.url}/odata/v4/calling/handOn`
    const { status } = await send(url, { method: 'POST', headers, body })
    expect(status).toBe(200)
    const [seen, ...others] = backend.calls
    expect(others).toEqual([])
    expect(seen).toMatchObject({ user: 'bob', grant: expect.stringMatching(/jwt-bearer$/) })
    expect(seen?.headers).toContain('x-harmless')
    expect(seen?.headers.filter((name) => name in CREDENTIALS)).toEqual([])
  })
})
