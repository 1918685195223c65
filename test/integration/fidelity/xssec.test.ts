import { createSecurityContext, XsuaaService } from '@sap/xssec'

import type { Emulator, EmulatorOptions } from '../../../emulator/src/index.js'
import { thumbprint } from '../../../emulator/src/http/client-certificate.js'
import { attempt } from '../../../emulator/test/support/attempt.js'
import { claimsOf, credentials } from '../../../emulator/test/support/http.js'
import { xsSecurity } from '../../../emulator/test/support/maintenance.js'
import { FidelityLandscape, SUBSCRIBER } from './landscape.js'

const byCertificate: Partial<EmulatorOptions> = {
  xsSecurity: { ...xsSecurity, 'oauth2-configuration': { 'credential-types': ['x509'] } },
  users: { alice: { roles: ['Technician'] }, bob: { password: 'builder' } },
  destinations: {},
  onPremise: {},
  trust: {}
}

describe.each([
  ['a secret', {}],
  ['a certificate', byCertificate]
])('XSUAA, bound with %s', (_, changes) => {
  let landscape: FidelityLandscape
  let emulator: Emulator
  beforeAll(async () => {
    landscape = await FidelityLandscape.start(changes)
    emulator = landscape.emulator
  })
  afterAll(() => landscape.stop())

  /** Without what others have found out before. */
  const service = () => new XsuaaService(credentials(emulator))
  const verify = (jwt: string, xsuaa = service()) => createSecurityContext(xsuaa, { jwt })
  const bound = () => {
    const { certificate } = credentials(emulator)
    return certificate ? { cnf: { 'x5t#S256': thumbprint(certificate) } } : {}
  }

  test('client_credentials, with attributes and scopes of its own choice', async () => {
    const xsuaa = service()
    const { access_token, expires_in } = await xsuaa.fetchClientCredentialsToken()
    expect(expires_in).toBe(43_199)
    expect((await verify(access_token)).token.payload).toMatchObject({
      grant_type: 'client_credentials',
      ...bound()
    })
    const more = await xsuaa.fetchClientCredentialsToken({
      scope: ['uaa.resource'],
      authorities: { plant: '1010' }
    })
    expect(claimsOf(more.access_token)).toMatchObject({
      scope: ['uaa.resource'],
      az_attr: { plant: '1010' }
    })
  })

  test('password', async () => {
    const { access_token, refresh_token } = await service().fetchPasswordToken('bob', 'builder')
    expect((await verify(access_token)).token.payload).toMatchObject({
      user_name: 'bob',
      ...bound()
    })
    expect(refresh_token).toEqual(expect.any(String))
    const refused = await attempt(() => service().fetchPasswordToken('bob', 'wrong'))
    expect(refused).toMatchObject({ error: expect.stringMatching(/401/) })
  })

  test('jwt-bearer', async () => {
    const alice = await emulator.issueToken({ user: 'alice' })
    const { access_token } = await service().fetchJwtBearerToken(alice)
    const { token } = await verify(access_token)
    expect(token.payload).toMatchObject({ user_name: 'alice', ...bound() })
    expect(token.payload.jti).not.toBe(claimsOf(alice).jti)
    const technical = await emulator.issueToken({})
    expect(await attempt(() => service().fetchJwtBearerToken(technical))).toMatchObject({
      error: expect.stringMatching(/401/)
    })
  })

  test('tokens of a subscriber, by its id (x-zid)', async () => {
    const { access_token } = await service().fetchClientCredentialsToken({ zid: SUBSCRIBER })
    expect((await verify(access_token)).token.payload).toMatchObject({ zid: SUBSCRIBER })
    const nowhere = attempt(() => service().fetchClientCredentialsToken({ zid: 'nowhere' }))
    expect(await nowhere).toMatchObject({ error: expect.stringMatching(/400/) })
  })

  test('keys are replaced: new ones are fetched, and those that are gone are not missed', async () => {
    const xsuaa = service()
    const before = await emulator.issueToken({ user: 'alice' })
    await verify(before, xsuaa)
    await emulator.rotateKeys()
    const after = await emulator.issueToken({ user: 'alice' })
    await verify(after, service())
    await verify(before, service())
    await emulator.rotateKeys({ keepFormer: false })
    for (const jwt of [before, after]) {
      expect(await attempt(() => verify(jwt, service()))).toMatchObject({
        error: expect.stringMatching(/key|kid/i)
      })
    }
    await verify(await emulator.issueToken({ user: 'alice' }), service())
  })

  test.each([
    ['has expired', { expiresIn: -3600 }, /expired/i],
    ['is for nobody here', { claims: { aud: ['x'], cid: 'x', scope: [] } }, /audience/i],
    ['is of a tenant that has not subscribed', { claims: { zid: 'x' } }, /400/]
  ])('a token is refused that %s', async (_, options, error) => {
    const jwt = await emulator.issueToken({ user: 'alice', ...options })
    expect(await attempt(() => verify(jwt))).toMatchObject({ error: expect.stringMatching(error) })
  })

  test('XSUAA out of order', async () => {
    emulator.enqueue('xsuaa/token_keys', { status: 503 })
    const jwt = await emulator.issueToken({ user: 'alice' })
    expect(await attempt(() => verify(jwt))).toMatchObject({
      error: expect.stringMatching(/503/)
    })
  })
})
