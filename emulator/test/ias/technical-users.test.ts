import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf, send } from '../support/http.js'
import { identityCredentials, identityOptions, requestIdentityToken } from '../support/identity.js'

let emulator: Emulator
let own: ReturnType<typeof identityCredentials>
beforeAll(async () => {
  emulator = await startEmulator({
    ...identityOptions,
    users: {
      ...identityOptions.users,
      yves: { roles: ['internal-user'] },
      scheduler: { roles: ['system-user'] }
    }
  })
  own = identityCredentials(emulator)
})
afterAll(() => emulator.stop())

const WAYS: [string, (user: string) => Promise<string>][] = [
  ['issued', (user) => emulator.issueToken({ issuer: 'ias', user })],
  [
    'by a log-on',
    async (username) => {
      const logOn = { grant_type: 'password', username, password: 'any' }
      const { body } = await requestIdentityToken(emulator, logOn)
      const ofUsers = ['id_token', 'refresh_token'].filter((name) => name in body)
      expect(ofUsers).toHaveLength(username === 'alice' ? 2 : 0)
      return body.access_token as string
    }
  ]
]

describe.each(WAYS)('the token of a mocked user, %s', (_, tokenOf) => {
  test('with the role internal-user is one of the application itself', async () => {
    const { clientid, app_tid } = own
    const claims = claimsOf(await tokenOf('yves'))
    expect(claims).toMatchObject({ sub: clientid, azp: clientid, aud: clientid, app_tid })
    expect(claims).toMatchObject({ sap_id_type: 'app' })
    expect(claims).not.toHaveProperty('user_uuid')
  })

  test('with the role system-user is one of another client', async () => {
    const claims = claimsOf(await tokenOf('scheduler'))
    expect(claims).toMatchObject({ sub: 'scheduler', azp: 'scheduler', aud: own['clientid'] })
    expect(claims).toMatchObject({ sap_id_type: 'app' })
    expect(claims).not.toHaveProperty('user_uuid')
  })

  test('without one of these roles is one of a user', async () => {
    expect(claimsOf(await tokenOf('alice'))).toMatchObject({ sap_id_type: 'user' })
  })
})

test.each([
  ['scheduler', 200],
  ['yves', 400],
  ['alice', 400]
])('the keys for a token of the client "%s": %d', async (azp, expected) => {
  const headers = { 'x-client_id': own['clientid'] ?? '', 'x-azp': azp }
  const { status } = await send(`${own['url']}/oauth2/certs`, { ca: emulator.ca, headers })
  expect(status).toBe(expected)
})
