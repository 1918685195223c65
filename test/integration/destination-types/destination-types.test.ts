import type { RunningSample } from '../../support/running-sample.js'
import { relay, startRelay } from './relay-sample.js'
import { TokenBackend } from './token-backend.js'

const USER_TYPES = ['OAuth2UserTokenExchange', 'OAuth2JWTBearer']
const TECHNICAL_USER = {
  URL: 'http://s4.internal:44300',
  ProxyType: 'OnPremise',
  Authentication: 'OAuth2TechnicalUserPropagation',
  clientId: 'sb-maintenance!t1'
}
const TYPES = [...USER_TYPES, 'OAuth2SAMLBearerAssertion', 'OAuth2ClientCredentials']

let backend: TokenBackend
let app: RunningSample

beforeAll(async () => {
  backend = await TokenBackend.start()
  const target = { URL: backend.url, clientId: 'sb-maintenance!t1' }
  const destinations = TYPES.map((Authentication) => [
    Authentication,
    { ...target, Authentication }
  ])
  app = await startRelay(backend.ca, { ...Object.fromEntries(destinations), TECHNICAL_USER })
  backend.trust(app.emulator)
})
afterAll(async () => {
  await app.stop()
  await backend.stop()
})
beforeEach(() => {
  backend.calls.length = 0
})

describe.each(USER_TYPES)('%s', (type) => {
  test('the backend is called as the user of the request, with a token that is not the own one', async () => {
    for (const user of ['alice', 'bob'])
      expect(await relay(app, user, 'call', type)).toMatchObject({ user })
    expect(backend.calls).toEqual(
      ['alice', 'bob'].map((user) =>
        expect.objectContaining({
          user,
          status: 200,
          grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer'
        })
      )
    )
  })

  test('no other credential of the request comes along', async () => {
    await relay(app, 'alice', 'call', type)
    const [{ headers } = { headers: [] }] = backend.calls
    expect(
      headers.filter((name) => /x-user-token|cookie|sap-connectivity|proxy/.test(name))
    ).toEqual([])
  })

  test.each([
    ['a technical user', undefined, 'call'],
    ['the privileged user, in a request of alice', 'alice', 'privileged']
  ])('%s is refused, and no exchange is attempted', async (_, user, action) => {
    const before = app.emulator.requests('destination').length
    const { code } = await relay(app, user, action, type)
    expect(code).toBe('ERR_USER_TOKEN_REQUIRED')
    expect(backend.calls).toEqual([])
    const requests = app.emulator.requests('destination').slice(before)
    expect(requests.filter(({ retrieval }) => retrieval !== 'none')).toEqual([])
  })

  test('20 calls at once are one exchange', async () => {
    const before = app.emulator.requests('destination').length
    const answers = await relay(app, 'bob', 'burst', type)
    expect(answers).toHaveLength(20)
    expect(backend.calls.every(({ user }) => user === 'bob')).toBe(true)
    const requests = app.emulator.requests('destination').slice(before)
    expect(requests.filter(({ retrieval }) => retrieval === 'user')).toHaveLength(1)
  })
})

test('a user without uaa.user: the reason is in the error, and nothing was sent', async () => {
  const { code, message } = await relay(app, 'dave', 'call', 'OAuth2UserTokenExchange')
  expect(code).toBe('ERR_DESTINATION_UNAVAILABLE')
  expect(message).toMatch(/Insufficient scope for this resource.*"Token_Exchange"/)
  expect(backend.calls).toEqual([])
})

test('OAuth2SAMLBearerAssertion: a failure is no reason for another grant', async () => {
  const { code } = await relay(app, 'alice', 'call', 'OAuth2SAMLBearerAssertion')
  expect(code).toBe('ERR_DESTINATION_UNAVAILABLE')
  expect(backend.calls).toEqual([])
})

test('OAuth2ClientCredentials: the backend sees the application, whoever asks', async () => {
  for (const user of ['alice', undefined]) await relay(app, user, 'call', 'OAuth2ClientCredentials')
  await relay(app, 'alice', 'privileged', 'OAuth2ClientCredentials')
  expect(backend.calls).toHaveLength(3)
  for (const call of backend.calls) {
    expect(call).toMatchObject({ user: null, grant: 'client_credentials', status: 200 })
  }
})

test('OAuth2TechnicalUserPropagation: the system on premise gets to know the technical user', async () => {
  await relay(app, 'alice', 'call', 'TECHNICAL_USER')
  const [entry] = (await app.audit()).slice(-1)
  expect(entry).toMatchObject({ subject: 'CN=sb-maintenance!t1' })
})
