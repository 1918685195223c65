import { AuthorizationCode, ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { CALLBACK, logOnAt, startXsuaa } from './log-on.js'

let landscape: FidelityLandscape
beforeAll(async () => (landscape = await startXsuaa()))
afterAll(() => landscape.stop())

/** The client sends id and secret form-encoded in the header by default. */
function configured(options: object = {}, secret?: string) {
  const { url, clientid: id, clientsecret } = credentials(landscape.emulator)
  return { client: { id, secret: secret ?? clientsecret }, auth: { tokenHost: url }, options }
}

describe.each([
  ['in the header, encoded strictly', {}],
  ['in the header, encoded loosely', { credentialsEncodingMode: 'loose' }],
  ['in the body', { authorizationMethod: 'body' }]
])('credentials %s', (_, options) => {
  test('technical token', async () => {
    const { token } = await new ClientCredentials(configured(options)).getToken({})
    expect(claimsOf(token.access_token).grant_type).toBe('client_credentials')
  })

  test('password, refresh', async () => {
    const user = { username: 'bob', password: 'builder' }
    const access = await new ResourceOwnerPassword(configured(options)).getToken(user)
    const { token } = await access.refresh()
    expect(claimsOf(token.access_token).user_name).toBe('bob')
  })

  test('log-on', async () => {
    const grant = new AuthorizationCode(configured(options))
    const address = grant.authorizeURL({ redirect_uri: CALLBACK, scope: 'openid', state: 's' })
    const { searchParams } = await logOnAt(landscape.emulator, address)
    const code = searchParams.get('code')
    const { token } = await grant.getToken({ code, redirect_uri: CALLBACK })
    expect(claimsOf(token.access_token)).toMatchObject({ user_name: 'alice', scope: ['openid'] })
  })

  test('a wrong secret', async () => {
    const refused = new ClientCredentials(configured(options, 'wrong')).getToken({})
    await expect(refused).rejects.toThrow(/401/)
  })
})
