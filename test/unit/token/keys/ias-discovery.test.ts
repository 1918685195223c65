import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { iasKeySet, jwksSource } from '../../../../src/token/keys/sources.js'
import { keys } from '../../../integration/inbound/support/keys.js'
import { type HttpsServer, startHttpsServer } from '../../../support/https-server.js'

jest.mock('../../../../src/lib/log.js')

const DISCOVERY = '/.well-known/openid-configuration'
const { kid } = keys.good.jwk

let server: HttpsServer
/** Headers of requests by path. */
const requests: { url: string | undefined; ids: object }[] = []
/** The discovery document. */
let discovery: unknown
/** Status of the answer with the keys. */
let status: number

beforeAll(async () => {
  server = await startHttpsServer(({ url, headers }, res) => {
    const ids = Object.entries(headers).filter(([name]) => name.startsWith('x-'))
    requests.push({ url, ids: Object.fromEntries(ids) })
    res.statusCode = url === '/keys' ? status : 200
    res.end(JSON.stringify(url === '/keys' ? { keys: [keys.good.jwk] } : discovery))
  })
  setDefaultCACertificates([...getCACertificates('default'), server.ca])
})
afterAll(() => server.stop())
beforeEach(() => {
  requests.length = 0
  discovery = { issuer: server.url, jwks_uri: `${server.url}/keys` }
  status = 200
})

const key = (...id: (string | null)[]) =>
  iasKeySet({ clientid: 'own' }, JSON.stringify(id), ['RS256']).key(kid, 'RS256')

describe('Identity Authentication is told whose keys are wanted, and not told what is not known', () => {
  test.each<[(string | null)[], object]>([
    [['t1', 'web', 't2'], { 'x-app_tid': 't1', 'x-azp': 'web', 'x-azp_app_tid': 't2' }],
    [[null, null, null], {}],
    [['t1', null, null], { 'x-app_tid': 't1' }],
    [[null, 'web', null], { 'x-azp': 'web' }]
  ])('%j', async (ids, headers) => {
    await expect(key(server.url, ...ids)).resolves.toMatchObject({ kid })
    expect(requests).toEqual([
      { url: DISCOVERY, ids: {} },
      { url: '/keys', ids: { 'x-client_id': 'own', ...headers } }
    ])
  })

  test('an issuer without a scheme, as older tokens name it', async () => {
    await expect(key(server.url.replace('https://', ''), 't1')).resolves.toMatchObject({ kid })
  })
})

describe('a discovery document without a key set on https', () => {
  test.each<unknown>([
    null,
    {},
    { jwks_uri: '' },
    { jwks_uri: '/keys' },
    { jwks_uri: ['HTTPS'] },
    { jwks_uri: 'http://localhost/keys' }
  ])('%j', async (document) => {
    discovery = JSON.parse(JSON.stringify(document).replace('HTTPS', `${server.url}/keys`))
    await expect(key(server.url, 't1')).rejects.toThrow(
      'the keys of issuer "ias" can\'t be had: no https "jwks_uri" in the OpenID configuration.'
    )
    expect(requests).toHaveLength(1)
  })
})

test('a tenant for which there are no keys', async () => {
  status = 400
  await expect(key(server.url, 't1')).rejects.toThrow(
    new Error(
      'the issuer has no keys for the tenant of the token. Subscribe the tenant to the application, or get the token in a subaccount that has subscribed; in development, add the tenant to the emulated landscape.'
    )
  )
})

describe('another issuer on https', () => {
  const source = () => jwksSource({ issuer: server.url })

  test('its keys come from the URL in its document', async () => {
    await expect(source()()).resolves.toEqual({ keys: [keys.good.jwk] })
  })

  test.each<[string, object]>([
    ['names another issuer', { issuer: 'https://other.example' }],
    ['has no "jwks_uri" with https', { jwks_uri: 'http://localhost/keys' }],
    ['has no "jwks_uri" with https', { jwks_uri: undefined }]
  ])('its document %s', async (text, changes) => {
    discovery = { ...(discovery as object), ...changes }
    await expect(source()()).rejects.toThrow(new Error(`the discovery document ${text}`))
    expect(requests).toHaveLength(1)
  })
})
