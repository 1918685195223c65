import type { RunningSample } from '../../support/running-sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { relay, startRelay } from './relay-sample.js'
import { SamlBackend } from './saml-backend.js'

let backend: SamlBackend
let app: RunningSample

beforeAll(async () => {
  backend = await SamlBackend.start()
  trust(backend.ca)
  const target = { URL: backend.url }
  const bearer = { ...target, Authentication: 'OAuth2SAMLBearerAssertion', ...backend.oauth }
  const direct = { ...target, Authentication: 'SAMLAssertion', audience: backend.oauth.audience }
  app = await startRelay(backend.ca, {
    BEARER: bearer,
    WRONG_CLIENT: { ...bearer, tokenServicePassword: 'x' },
    WRONG_AUDIENCE: { ...bearer, audience: 'https://other.example' },
    ASSERTION: { ...direct, assertionRecipient: `${backend.url}/acs` }
  })
  await backend.trust(app.emulator)
})
afterAll(async () => {
  await app.stop()
  await backend.stop()
})
beforeEach(() => {
  backend.calls.length = 0
})

describe.each([
  ['BEARER', 'Bearer', undefined],
  ['ASSERTION', 'SAML2.0', 'create']
])('%s', (service, scheme, session) => {
  test('the remote system knows each user by the assertion', async () => {
    for (const user of ['alice', 'bob', 'alice']) {
      expect(await relay(app, user, 'call', service)).toEqual({ user })
    }
    expect(backend.calls).toEqual(
      ['alice', 'bob', 'alice'].map((user) => ({ user, scheme, session }))
    )
  })

  test('20 calls at once are all the user’s, although no assertion is good for two', async () => {
    const answers = await relay(app, 'bob', 'burst', service)
    expect(answers).toEqual(Array.from({ length: 20 }, () => ({ user: 'bob' })))
  })

  test.each([
    ['a technical user', undefined, 'call'],
    ['the privileged user, in a request of alice', 'alice', 'privileged']
  ])('%s is refused', async (_, user, action) => {
    const { code } = await relay(app, user, action, service)
    expect(code).toBe('ERR_USER_TOKEN_REQUIRED')
    expect(backend.calls).toEqual([])
  })
})

test.each<[string, string, RegExp]>([
  ['WRONG_CLIENT', 'alice', /wrong client/],
  ['WRONG_AUDIENCE', 'alice', /Audience of the assertion/],
  ['BEARER', 'dave', /Insufficient scope.*Token_Exchange/]
])('%s as %s: the reason, and no other way', async (service, user, message) => {
  const error = await relay(app, user, 'call', service)
  expect(error).toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
  expect(error.message).toMatch(message)
  expect(backend.calls).toEqual([])
})

test('no assertion is in the log', async () => {
  const printed = await app.sample.output()
  expect(printed).toContain('ERR_DESTINATION_UNAVAILABLE')
  expect(printed).not.toMatch(/PHNhbWw|saml:Assertion|SAML2\.0 P/)
})
