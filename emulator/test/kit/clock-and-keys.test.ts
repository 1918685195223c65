import { startEmulator, type Emulator } from '../../src/index.js'
import { credentials, requestToken, send, viaProxy } from '../support/http.js'
import { VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator(withBackend)
})
afterEach(() => emulator.stop())

const EQUIPMENT = `http://${VIRTUAL_HOST}/sap/opu/odata/sap/API_EQUIPMENT/Equipment`
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer' as const
const exchange = (assertion: string) =>
  requestToken(emulator, { grant_type: JWT_BEARER, assertion })
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, any>

describe('advanceTime', () => {
  it('lets tokens expire, and issues new ones by the new time', async () => {
    const token = await emulator.issueToken({ user: 'alice', expiresIn: 600 })
    expect((await exchange(token)).status).toBe(200)
    emulator.advanceTime(601)
    const { status, body } = await exchange(token)
    expect({ status, body }).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
    expect(body.error_description).toMatch(/^Token expired at/)
    const later = await emulator.issueToken({ user: 'alice' })
    expect(claimsOf(later)['iat']).toBeGreaterThan(Date.now() / 1000 + 590)
    expect((await exchange(later)).status).toBe(200)
  })

  it('backwards: a token of today is one that has expired tomorrow', async () => {
    emulator.advanceTime(-86_400)
    const token = await emulator.issueToken({ user: 'alice', expiresIn: 600 })
    expect(claimsOf(token)['exp']).toBeLessThan(Date.now() / 1000)
    expect((await exchange(token)).status).toBe(200)
    emulator.advanceTime(86_400)
    expect((await exchange(token)).status).toBe(401)
  })

  it('lets refresh tokens expire', async () => {
    const grant = { grant_type: 'password', username: 'alice', password: '' }
    const { body } = await requestToken(emulator, grant)
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
    emulator.advanceTime(604_000)
    expect((await requestToken(emulator, refresh)).status).toBe(200)
    emulator.advanceTime(8 * 86_400)
    expect((await requestToken(emulator, refresh)).status).toBe(401)
  })

  it('issues new user certificates', async () => {
    const seen = async () => (await viaProxy(emulator, EQUIPMENT, { user: 'alice' })).body
    expect((await seen()).validMinutes).toBeLessThanOrEqual(60)
    emulator.advanceTime(24 * 3600)
    const tomorrow = await seen()
    expect(tomorrow).toMatchObject({ subject: 'CN=alice' })
    expect(tomorrow.validMinutes).toBeGreaterThan(24 * 60)
  })
})

describe('rotateKeys', () => {
  const keys = async (): Promise<string[]> => {
    const { body } = await send(`${emulator.url}/token_keys`, { ca: emulator.ca })
    return body.keys.map(({ kid }: { kid: string }) => kid)
  }
  const kidOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid as string

  it('signs with a new key, and keeps the former one', async () => {
    const before = await emulator.issueToken({ user: 'alice' })
    await emulator.rotateKeys()
    const after = await emulator.issueToken({ user: 'alice' })
    expect(await keys()).toEqual([kidOf(after), kidOf(before)])
    expect((await exchange(before)).status).toBe(200)
    expect(credentials(emulator)['verificationkey']).toContain('BEGIN PUBLIC KEY')
  })

  it('or drops it: its tokens are worth nothing', async () => {
    const before = await emulator.issueToken({ user: 'alice' })
    await emulator.rotateKeys({ keepFormer: false })
    expect(await keys()).toEqual([kidOf(await emulator.issueToken({}))])
    const { status, body } = await exchange(before)
    expect({ status, ...body }).toMatchObject({ status: 401, error: 'invalid_token' })
  })
})

describe('issueToken', () => {
  it('with scopes, attributes, grant and tenant', async () => {
    const token = await emulator.issueToken({
      user: 'alice',
      grant: JWT_BEARER,
      scopes: ['Supervisor', 'uaa.user'],
      attributes: { plant: ['9999'], region: 'EU' }
    })
    const { xsappname } = credentials(emulator)
    expect(claimsOf(token)).toMatchObject({
      user_name: 'alice',
      grant_type: JWT_BEARER,
      scope: ['openid', `${xsappname}.Supervisor`, 'uaa.user'],
      'xs.user.attributes': { plant: ['9999'], region: ['EU'] }
    })
    expect(claimsOf(token)['aud']).toContain(xsappname)
  })

  it('of another tenant, if the landscape has it', async () => {
    await expect(emulator.issueToken({ tenant: 'nowhere' })).rejects.toMatchObject({
      code: 'ERR_EMULATOR_OPTIONS'
    })
    const other = await startEmulator({ ...withBackend, onPremise: {}, tenants: { t1: {} } })
    const claims = claimsOf(await other.issueToken({ tenant: 't1', scopes: ['Viewer'] }))
    expect(claims).toMatchObject({ zid: 't1', ext_attr: { zdn: 't1', subaccountid: 't1' } })
    expect(claims['authorities']).toEqual(claims['scope'])
    await other.stop()
  })
})

describe('with Identity Authentication and a subscriber', () => {
  it('its keys are replaced as well, and its tokens expire by the same clock', async () => {
    const other = await startEmulator({ ...withBackend, onPremise: {}, identity: true })
    const { url } = other.vcapServices().identity![0]!.credentials as { url: string }
    const kids = async () =>
      (await send(`${url}/oauth2/certs`, { ca: other.ca })).body.keys.map(
        ({ kid }: { kid: string }) => kid
      ) as string[]
    const [before] = await kids()
    await other.rotateKeys()
    expect(await kids()).toEqual([expect.not.stringMatching(before!), before])
    other.advanceTime(-7200)
    const token = await other.issueToken({ issuer: 'ias', user: 'alice', expiresIn: 60 })
    expect(claimsOf(token)['exp']).toBeLessThan(Date.now() / 1000)
    expect(await other.takeRequest('ias/certs')).toMatchObject({ path: '/oauth2/certs' })
    await other.stop()
  })
})
