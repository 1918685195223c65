import type { RunningSample } from '../../support/running-sample.js'
import { relay, startRelay } from './relay-sample.js'

/** The same virtual address behind each of three Cloud Connectors of the subaccount. */
const HOST = 's4.internal:44300'
const system = { [HOST]: { backend: 'emulator/test/support/echo-backend.ts' } }
const PLACES = ['HOME', 'NORTH', 'SOUTH'] as const

function destination(place: string) {
  const target = { URL: `http://${HOST}`, ProxyType: 'OnPremise' }
  const location = place === 'HOME' ? {} : { CloudConnectorLocationId: place }
  return { ...target, Authentication: 'PrincipalPropagation', ...location }
}

let app: RunningSample
beforeAll(async () => {
  const destinations = [...PLACES, 'NOWHERE'].map((place) => [place, destination(place)])
  app = await startRelay('', Object.fromEntries(destinations), {
    onPremise: system,
    cloudConnectors: { NORTH: system, SOUTH: system },
    // and no binding has a secret: the certificate of the application is the one that its agent issues
    credentialTypes: { destination: 'x509_attested', connectivity: 'x509_attested' }
  })
})
afterAll(() => app.stop())

/** Who has called the system behind a Cloud Connector while `work` ran. */
async function callers(work: () => Promise<unknown>) {
  const audits = async () =>
    Promise.all(
      PLACES.map((place) =>
        app.emulator.system(place === 'HOME' ? HOST : `${place}/${HOST}`).audit()
      )
    )
  const before = await audits()
  await work()
  const entries = (await audits()).map((all, i) => all.slice(before[i]?.length))
  return Object.fromEntries(
    PLACES.map((place, i) => [place, entries[i]?.map(({ subject }) => subject)])
  )
}

test.each(PLACES)(
  'a call through the Cloud Connector %s reaches its system, and no other',
  async (place) => {
    const others = PLACES.filter((each) => each !== place).map((each) => [each, []])
    expect(await callers(() => relay(app, 'alice', 'call', place))).toEqual({
      ...Object.fromEntries(others),
      [place]: ['CN=alice']
    })
  }
)

test('users and Cloud Connectors at the same time: each call is as its user, where it belongs', async () => {
  const calls = ['alice', 'bob', 'alice', 'bob'].flatMap((user) =>
    PLACES.map((place) => ({ user, place }))
  )
  const reached = await callers(() =>
    Promise.all(calls.map(({ user, place }) => relay(app, user, 'call', place)))
  )
  for (const place of PLACES) {
    expect(reached[place]?.toSorted()).toEqual(['CN=alice', 'CN=alice', 'CN=bob', 'CN=bob'])
  }
  // the proxy refuses a connection that is used for another Cloud Connector, or account
  const refused = app.emulator.requests('connectivity').filter(({ status }) => status >= 400)
  expect(refused).toEqual([])
})

test('connections are kept for a user and a Cloud Connector, and shared by no two of them', async () => {
  const before = app.emulator.connections.connectivity
  const alice = await app.as('alice') // with one token
  for (let i = 0; i < 3; i++) {
    for (const place of PLACES) await alice.get(`/odata/v4/relay/call(service='${place}')`)
  }
  expect(app.emulator.connections.connectivity - before).toBe(PLACES.length)
  const used = app.emulator
    .requests('connectivity')
    .map(({ connection, subject }) => ({ connection, subject }))
  const owners = new Map<number | undefined, Set<unknown>>()
  for (const { connection, subject } of used) {
    owners.set(connection, (owners.get(connection) ?? new Set()).add(subject))
  }
  expect([...owners.values()].filter(({ size }) => size > 1)).toEqual([])
})

test('where there is no such Cloud Connector, the error says so', async () => {
  const reached = await callers(async () => {
    expect(await relay(app, 'alice', 'call', 'NOWHERE')).toMatchObject({
      code: expect.stringMatching(/^ERR_REMOTE/) as string,
      message: expect.stringMatching(/Cloud Connector/) as string
    })
  })
  expect(Object.values(reached).flat()).toEqual([])
})
