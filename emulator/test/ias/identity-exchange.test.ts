import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf, requestToken } from '../support/http.js'
import { identityCredentials, identityOptions, requestIdentityToken } from '../support/identity.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let emulator: Emulator
let own: ReturnType<typeof identityCredentials>
beforeAll(async () => {
  emulator = await startEmulator(identityOptions)
  own = identityCredentials(emulator)
})
afterAll(() => emulator.stop())

const password = { grant_type: 'password', username: 'alice', password: 'any' }

async function token(parameters: Record<string, string>, client = own) {
  const { status, body } = await requestIdentityToken(emulator, parameters, client)
  return { status, body, claims: body.access_token && claimsOf(body.access_token) }
}

describe('the exchange for a token of XSUAA', () => {
  const exchange = async (assertion: string, headers: Record<string, string> = {}) => {
    const form = { grant_type: JWT_BEARER, assertion }
    const { status, body } = await requestToken(emulator, form, headers)
    return { status, body, claims: status === 200 ? claimsOf(body.access_token) : undefined }
  }

  test('is of the same user, with the roles and the origin of that identity provider', async () => {
    const { body } = await token(password)
    const { claims } = await exchange(body.id_token, { 'x-zid': own['app_tid'] ?? '' })
    expect(claims).toMatchObject({
      user_name: 'alice',
      origin: 'sap.custom',
      user_uuid: claimsOf(body.id_token).user_uuid,
      grant_type: JWT_BEARER,
      zid: own['app_tid'],
      scope: ['openid', 'maintenance!t1.Viewer', 'maintenance!t1.Technician'],
      ext_attr: { enhancer: 'XSUAA' }
    })
  })

  test("a subscriber's is the subscriber's user, and of no other tenant", async () => {
    const theirs = { ...password, password: 'theirs', app_tid: 'customer-1' }
    const { body } = await token(theirs)
    const { claims } = await exchange(body.id_token, { 'x-zid': 'customer-1' })
    expect(claims).toMatchObject({ zid: 'customer-1', user_name: 'alice', scope: ['openid'] })
    const { status, body: refused } = await exchange(body.id_token)
    expect({ status, refused }).toMatchObject({
      status: 401,
      refused: { error_description: expect.stringContaining('Unable to map issuer') }
    })
  })

  test.each<[string, object, string]>([
    ['technical', { user: undefined }, 'Some parties were not in the token audience'],
    ['expired', { expiresIn: -60 }, 'Token expired at'],
    ['for the application only', { claims: { aud: 'x' } }, 'Some parties were not in the token'],
    ['of nobody', { claims: { user_uuid: 'x' } }, 'Unable to map claim to a username'],
    ['of another tenant', { claims: { app_tid: 'customer-1' } }, 'Unable to map issuer']
  ])('one that is %s is refused', async (_, changes, text) => {
    const assertion = await emulator.issueToken({ issuer: 'ias', user: 'alice', ...changes })
    const { status, body } = await exchange(assertion)
    expect({ status, text: body.error_description }).toEqual({
      status: 401,
      text: expect.stringContaining(text)
    })
  })

  test('one with a changed signature is refused', async () => {
    const assertion = await emulator.issueToken({ issuer: 'ias', user: 'alice' })
    const { body } = await exchange(assertion.slice(0, -10) + 'AAAAAAAAAA')
    expect(body.error_description).toBe('Could not verify token signature.')
  })
})
