import { jwksSource } from '../../../../src/token/keys/sources.js'
import type { OidcIssuerOptions } from '../../../../src/token/issuers/oidc-options.js'
import {
  type Behaviour,
  json,
  MISBEHAVIOURS,
  MisbehavingServer
} from '../support/misbehaving-server.js'

const KEYS = { keys: ['of the issuer'] }
const DISCOVERY = '/realm/.well-known/openid-configuration'

let server: MisbehavingServer
let documents: Record<string, Behaviour>

beforeAll(async () => (server = await MisbehavingServer.start()))
afterAll(() => server.stop())
beforeEach(() => {
  documents = { '/keys': json(KEYS), [DISCOVERY]: json(discovery()) }
  server.reset((req, res) => documents[req.url ?? '']?.(req, res) ?? res.writeHead(404).end())
})

const issuer = () => `${server.url}/realm`
const discovery = (changes: object = {}) => ({
  ...{ issuer: issuer(), jwks_uri: `${server.url}/keys` },
  ...changes
})
const source = (options: Partial<OidcIssuerOptions> = {}) =>
  jwksSource({ issuer: issuer(), audience: 'a', ...options })

test('a configured URL is used as it is', async () => {
  await expect(source({ jwks: `${server.url}/keys` })()).resolves.toEqual(KEYS)
  expect(server.requests).toEqual(['/keys'])
})

test('the URL is discovered once, and again when there were no keys at it', async () => {
  const load = source()
  await expect(load()).resolves.toEqual(KEYS)
  await expect(load()).resolves.toEqual(KEYS)
  expect(server.requests).toEqual([DISCOVERY, '/keys', '/keys'])

  documents['/keys'] = MISBEHAVIOURS['status 404']
  documents['/new'] = json(KEYS)
  documents[DISCOVERY] = json(discovery({ jwks_uri: `${server.url}/new` }))
  await expect(load()).rejects.toMatchObject({ reason: 'status' })
  await expect(load()).resolves.toEqual(KEYS)
  expect(server.requests.slice(3)).toEqual(['/keys', DISCOVERY, '/new'])
})

test('an issuer that ends with a slash', async () => {
  const withSlash = `${issuer()}/`
  documents[DISCOVERY] = json(discovery({ issuer: withSlash }))
  await expect(source({ issuer: withSlash })()).resolves.toEqual(KEYS)
})

describe('a document that can not be trusted', () => {
  test.each([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['the issuer with a slash', { issuer: 'SLASH' }],
    ['no issuer', { issuer: undefined }],
    ['a key set over http', { jwks_uri: 'http://keys.example/' }],
    ['a key set that is a file', { jwks_uri: 'file:///etc/keys' }],
    ['no key set', { jwks_uri: undefined }],
    ['a list of key sets', { jwks_uri: ['https://keys.example'] }]
  ])('%s', async (_, changes) => {
    const { issuer: other } = changes as { issuer?: string }
    const slash = other === 'SLASH' && { issuer: `${issuer()}/` }
    documents[DISCOVERY] = json(discovery({ ...changes, ...slash }))
    const failure = await source()().catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'FetchError', reason: 'unexpected' })
    expect(String(failure)).not.toMatch(/example|127/)
    expect(server.requests).toEqual([DISCOVERY])
  })

  test.each(['hang up', 'HTML', 'null', 'status 500', 'redirect', '200 MB'] as const)(
    '%s',
    async (name) => {
      documents[DISCOVERY] = MISBEHAVIOURS[name]
      await expect(source()()).rejects.toMatchObject({ name: 'FetchError' })
      expect(server.requests).toEqual([DISCOVERY])
    }
  )
})
