import { getDestination, getIasToken } from '@sap-cloud-sdk/connectivity'
import { createSecurityContext, IdentityService } from '@sap/xssec'

import type { Emulator } from '../../../emulator/src/index.js'
import { attempt } from '../../../emulator/test/support/attempt.js'
import {
  CLIENT_AT_PROVIDER,
  createCorporateProvider,
  type CorporateProvider
} from '../../../emulator/test/support/corporate-provider.js'
import { claimsOf } from '../../../emulator/test/support/http.js'
import {
  GRANT_TYPES,
  identityCredentials,
  requestIdentityToken
} from '../../../emulator/test/support/identity.js'
import { FidelityLandscape, SUBSCRIBER } from './landscape.js'

/** That a token was bound to a client, by its certificate. */
const PROOF = { validation: { x5t: { enabled: true }, proofToken: { enabled: true } } }

describe.each(['SECRET', 'X509_GENERATED'] as const)('IAS, bound with %s', (credentialType) => {
  let landscape: FidelityLandscape
  let emulator: Emulator
  let corporate: CorporateProvider
  beforeAll(async () => {
    corporate = await createCorporateProvider()
    const { issuer, jwks } = corporate
    landscape = await FidelityLandscape.start({
      identity: {
        credentialType,
        grantTypes: GRANT_TYPES,
        providedApis: ['Maintain'],
        applications: {
          orders: { providedApis: ['Orders.Read'], consumes: ['Maintain'], grantTypes: GRANT_TYPES }
        },
        corporateIdentityProviders: {
          corporate: { issuer, jwks, clientId: CLIENT_AT_PROVIDER }
        },
        dependencies: { 'orders-read': { application: 'orders', api: 'Orders.Read' } }
      }
    })
    emulator = landscape.emulator
  })
  afterAll(() => landscape.stop())

  const serviceOf = (application?: string, config: object = {}) =>
    new IdentityService(identityCredentials(emulator, application) as never, config)
  const verify = (jwt: string, application?: string) =>
    createSecurityContext(serviceOf(application), { jwt })
  const issue = (options: object = {}) =>
    emulator.issueToken({ issuer: 'ias', user: 'alice', ...options })

  test('client_credentials, of the provider and of a subscriber', async () => {
    const own = await serviceOf().fetchClientCredentialsToken()
    expect((await verify(own.access_token)).token.payload).toMatchObject({ sap_id_type: 'app' })
    const theirs = await serviceOf().fetchClientCredentialsToken({ app_tid: SUBSCRIBER })
    expect((await verify(theirs.access_token)).token.payload).toMatchObject({ app_tid: SUBSCRIBER })
  })

  test('password, and a refresh that keeps the session', async () => {
    const { id_token, refresh_token } = await serviceOf().fetchPasswordToken('bob', 'builder')
    const { token } = await verify(id_token)
    const form = { grant_type: 'refresh_token', refresh_token: refresh_token ?? '' }
    const { body } = await requestIdentityToken(emulator, form)
    const refreshed = await verify(body.id_token as string)
    const { sid, auth_time, sub, jti } = token.payload as Record<string, unknown>
    expect(refreshed.token.payload).toMatchObject({ sid, auth_time, sub })
    expect(refreshed.token.payload.jti).not.toBe(jti)
  })

  test('the ID token of a corporate identity provider becomes one of the tenant', async () => {
    const response = await serviceOf().fetchJwtBearerToken(await corporate.idToken())
    expect(response.access_token).not.toContain('.')
    const { token } = await verify(response.id_token)
    expect(token.payload).toMatchObject({ email: 'alice@example.com', sap_id_type: 'user' })
    const others = corporate.idToken({ aud: 'another client' })
    expect(await attempt(async () => serviceOf().fetchJwtBearerToken(await others))).toMatchObject({
      error: expect.stringMatching(/400/)
    })
  })

  test('app to app: the provider gets an access token, and exchanges it for an id token', async () => {
    const resource = 'urn:sap:identity:application:provider:name:orders-read'
    const { access_token } = await serviceOf().fetchJwtBearerToken(await issue(), {
      resource
    })
    const context = await verify(access_token, 'orders')
    expect(context.token.payload).toMatchObject({
      aud: identityCredentials(emulator, 'orders')['clientid'],
      azp: identityCredentials(emulator)['clientid'],
      ias_apis: ['Orders.Read']
    })
    const idToken = await (context as unknown as { getIdToken(): Promise<string> }).getIdToken()
    expect(claimsOf(idToken)).toMatchObject({
      sub: claimsOf(access_token).sub,
      azp: identityCredentials(emulator, 'orders')['clientid']
    })
    const wrong = await attempt(() => verify(access_token))
    expect(wrong).toMatchObject({ error: expect.stringMatching(/audience/i) })
  })

  test('attributes are claims: options for attributes and scopes of XSUAA are refused', async () => {
    const { token } = await verify(await issue({ claims: { plant: ['1010'] } }))
    expect(token.payload).toMatchObject({ plant: ['1010'] })
    const code = 'ERR_EMULATOR_OPTIONS'
    for (const [name, value] of [
      ['attributes', { plant: ['1010'] }],
      ['scopes', ['Viewer']]
    ] as const) {
      const message = expect.stringContaining(`"${name}" for tokens of XSUAA only`)
      await expect(issue({ [name]: value })).rejects.toMatchObject({ code, message })
    }
    expect(claimsOf(await issue({ attributes: undefined, scopes: undefined })).azp).toBeDefined()
  })

  test('keys are replaced', async () => {
    const before = await issue()
    await verify(before)
    await emulator.rotateKeys()
    await verify(await issue())
    await verify(before)
    await emulator.rotateKeys({ keepFormer: false })
    expect(await attempt(() => verify(before))).toMatchObject({
      error: expect.stringMatching(/key|kid/i)
    })
    await verify(await issue())
  })

  test('Identity Authentication out of order', async () => {
    const jwt = await issue()
    emulator.enqueue('ias/certs', { status: 503 })
    expect(await attempt(() => verify(jwt))).toMatchObject({ error: expect.stringMatching(/503/) })
  })

  test('the Cloud SDK exchanges a user token at XSUAA, and then for a destination', async () => {
    const jwt = await issue()
    const destination = await getDestination({
      destinationName: 'EXCHANGE',
      jwt,
      iasToXsuaaTokenExchange: true,
      useCache: false
    })
    const { value = '' } = destination?.authTokens?.[0] ?? {}
    expect(claimsOf(value)).toMatchObject({
      user_name: 'alice',
      user_uuid: claimsOf(jwt).user_uuid,
      ext_attr: { enhancer: 'XSUAA' }
    })
    const without = attempt(() =>
      getDestination({ destinationName: 'EXCHANGE', jwt, useCache: false })
    )
    expect(await without).toMatchObject({ error: expect.stringMatching(/x_user_token\.jwks/) })
  })

  test('the Cloud SDK gets technical tokens of a subscriber', async () => {
    const jwt = await issue({ tenant: SUBSCRIBER })
    const { token } = await getIasToken('identity', {
      jwt: claimsOf(jwt),
      requestAs: 'current-tenant'
    })
    expect(claimsOf(token)).toMatchObject({ sap_id_type: 'app', app_tid: SUBSCRIBER })
  })

  if (credentialType === 'X509_GENERATED') {
    test('proof of possession: only with the certificate of the client (x5t, proof token)', async () => {
      const prove = (clientCertificatePem?: string, jwt?: string) =>
        attempt(async () => {
          const config = { jwt: jwt ?? (await issue()), clientCertificatePem }
          const context = await createSecurityContext(serviceOf(undefined, PROOF), config as never)
          return (context as unknown as { servicePlans: string[] }).servicePlans
        })
      const { certificate = '' } = identityCredentials(emulator)
      expect(await prove(certificate)).toEqual(['application'])
      expect(await prove()).toMatchObject({ error: expect.stringMatching(/certificate/i) })
      const { certificate: others = '' } = identityCredentials(emulator, 'orders')
      expect(await prove(others)).toMatchObject({ error: expect.stringMatching(/x5t/i) })
      const unbound = await issue({ claims: { cnf: undefined } })
      expect(await prove(certificate, unbound)).toMatchObject({
        error: expect.stringMatching(/x5t/i)
      })
    })
  }
})
