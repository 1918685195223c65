import type { ApplicationRouter } from '../../../emulator/src/index.js'
import { thumbprint } from '../../../emulator/src/http/client-certificate.js'
import { createAuthority } from '../../../emulator/src/certificates/authority.js'
import { claimsOf, IdentityLandscape, throughRouter } from './identity-landscape.js'
import { withoutMetadata } from '../../support/challenge.js'

let landscape: IdentityLandscape
let router: ApplicationRouter

beforeAll(async () => {
  landscape = await IdentityLandscape.start()
  router = await landscape.serve(['identity', 'destination', 'connectivity', 'xsuaa'])
})
afterAll(() => landscape.stop())

type Options = Parameters<typeof throughRouter>[2]
const send = (options: Options) =>
  throughRouter(landscape.emulator, router, { route: 'certHost', ...options })
const issue = (claims: object = {}, client?: string) =>
  landscape.emulator.issueToken({ issuer: 'ias', user: 'alice', claims, ...(client && { client }) })
const base64 = (pem: string) => pem.replaceAll(/-----[A-Z ]+-----|\s/g, '')

describe('on the route with mutual TLS', () => {
  test('the client that the token was given to is let in', async () => {
    const token = await landscape.logOn('alice')
    expect(claimsOf(token).cnf).toEqual({
      'x5t#S256': thumbprint(landscape.certificate().cert)
    })
    const { status, body } = await send({ token, certificate: landscape.certificate() })
    expect({ status, id: JSON.parse(body.value).id }).toEqual({
      status: 200,
      id: claimsOf(token).sub
    })
  })

  test('a token that another client has got hold of is refused', async () => {
    const token = await landscape.logOn('alice')
    for (const application of ['orders', 'strangers']) {
      const { status, headers } = await send({
        token,
        certificate: landscape.certificate(application)
      })
      expect(status).toBe(401)
      expect(withoutMetadata(headers['www-authenticate'])).toBe('Bearer error="invalid_token"')
    }
    // also after the right client has sent it
    const right = await send({ token, certificate: landscape.certificate() })
    const wrong = await send({ token, certificate: landscape.certificate('orders') })
    expect([right.status, wrong.status]).toEqual([200, 401])
  })

  test('a token that is bound to no certificate is refused', async () => {
    const token = await issue({ cnf: undefined })
    expect((await send({ token, certificate: landscape.certificate() })).status).toBe(401)
  })

  test('the client must be known to Identity Authentication as that of the token', async () => {
    const { cert } = landscape.certificate('strangers')
    const token = await issue({ cnf: { 'x5t#S256': thumbprint(cert) } })
    const { status } = await send({ token, certificate: landscape.certificate('strangers') })
    expect(status).toBe(401)
  })

  test('app to app: the calling application, with its own certificate', async () => {
    const token = await issue({}, 'orders')
    expect((await send({ token, certificate: landscape.certificate('orders') })).status).toBe(200)
    expect((await send({ token, certificate: landscape.certificate() })).status).toBe(401)
  })

  test('the router asks for a certificate of its authority', async () => {
    const token = await landscape.logOn('alice')
    expect((await send({ token })).status).toBe(496)
    const stranger = await createAuthority('CN=somebody')
    const certificate = await stranger.issue({
      subject: [{ CN: ['x'] }],
      usage: 'client',
      validMs: 3600_000
    })
    expect((await send({ token, certificate })).status).toBe(496)
  })

  test('what a client writes into the header counts for nothing', async () => {
    const token = await landscape.logOn('alice')
    const headers = { 'x-forwarded-client-cert': base64(landscape.certificate().cert) }
    const certificate = landscape.certificate('orders')
    expect((await send({ token, certificate, headers })).status).toBe(401)
    expect((await send({ token, headers })).status).toBe(496)
  })

  test('a token of XSUAA is judged as on every other route', async () => {
    const token = await landscape.emulator.issueToken({ user: 'alice' })
    const { status, body } = await send({ token, certificate: landscape.certificate() })
    expect({ status, id: JSON.parse(body.value).id }).toEqual({ status: 200, id: 'alice' })
  })
})

describe('on the ordinary route', () => {
  test('the token is enough, and the header is not read', async () => {
    const token = await landscape.logOn('alice')
    const certificates = [undefined, base64(landscape.certificate('orders').cert), 'nonsense']
    for (const each of certificates) {
      const headers = each === undefined ? {} : { 'x-forwarded-client-cert': each }
      expect((await send({ token, route: 'host', headers })).status).toBe(200)
    }
  })

  test('it is no way around the check: the other route still refuses', async () => {
    const token = await landscape.logOn('alice')
    expect((await send({ token, route: 'host' })).status).toBe(200)
    const { status } = await send({ token, certificate: landscape.certificate('orders') })
    expect(status).toBe(401)
  })
})
