import {
  ask,
  at,
  endServices,
  ias,
  metadataOf,
  requestOf,
  serveEndpoints,
  SERVICE,
  WELL_KNOWN,
  xsuaa
} from './ask.js'

beforeAll(serveEndpoints)
afterAll(endServices)

describe('the document of an endpoint', () => {
  test('has the URL of the endpoint, the issuer of XSUAA, and no scopes to ask for', () => {
    expect(ask()?.document).toEqual({
      resource: `https://app.example${SERVICE}`,
      authorization_servers: ['https://provider.authentication.example/oauth/token'],
      bearer_methods_supported: ['header'],
      resource_name: 'Maintenance'
    })
  })

  test('of Identity Authentication has the scopes of OpenID Connect', () => {
    expect(ask(at(undefined, { ias }))?.document).toMatchObject({
      authorization_servers: [ias.url],
      scopes_supported: ['openid', 'email', 'profile']
    })
  })

  test('leaves an issuer that is none to the check of issuers', () => {
    const metadata = metadataOf({ hosts: ['app.example'] }, { xsuaa }, { none: null as never })
    expect(ask(metadata)?.document).toEqual(ask()?.document)
  })

  test('names all issuers whose tokens are accepted', () => {
    const partner = { issuer: 'https://idp.example/realms/plant', audience: 'x' }
    const metadata = metadataOf({ hosts: ['app.example'] }, { xsuaa, ias }, { partner })
    expect(ask(metadata)?.document).toMatchObject({
      authorization_servers: [
        'https://provider.authentication.example/oauth/token',
        ias.url,
        partner.issuer
      ]
    })
    expect(ask(metadata)?.document).not.toHaveProperty('scopes_supported')
  })

  test.each([
    ['/odata/v4/maintenance/', `${SERVICE}/`],
    ['/rest/maintenance', '/rest/maintenance'],
    [`${SERVICE}/sub`, `${SERVICE}/sub`]
  ])('is found at %s', (path, resource) => {
    expect(ask(at(), { path: WELL_KNOWN + path })?.document).toMatchObject({
      resource: `https://app.example${resource}`
    })
  })

  test.each([
    '',
    '/',
    `${SERVICE}/Equipment`,
    '/odata/v4',
    '/unknown',
    `${SERVICE}//`,
    '/ODATA/v4'
  ])('is not found at "%s"', (path) => {
    expect(ask(at(), { path: WELL_KNOWN + path })).toMatchObject({
      status: 404,
      headers: { 'cache-control': 'no-store' }
    })
  })

  test('is for pages of other origins, and for no cache', () => {
    const headers = { 'cache-control': 'no-store', 'access-control-allow-origin': '*' }
    expect(ask()).toMatchObject({ status: 200, headers })
    expect(ask(at(), { method: 'OPTIONS' })).toMatchObject({ status: 204, headers, body: '' })
    expect(ask(at(), { method: 'POST' })).toMatchObject({ status: 405 })
  })
})

describe('paths behind a router', () => {
  const urlOf = (path: string, forwarded: string) =>
    at().urlFor(requestOf({ path, headers: { 'x-forwarded-path': forwarded } }))

  test.each([
    [`${SERVICE}/Equipment`, `${SERVICE}/Equipment`, SERVICE],
    [`${SERVICE}/Equipment`, `/api${SERVICE}/Equipment`, `/api${SERVICE}`],
    [`${SERVICE}/Equipment('1')`, "/api/Equipment('1')", '/api'],
    [SERVICE, '/api', '/api']
  ])('%s as %s', (path, forwarded, expected) => {
    expect(urlOf(path, forwarded)).toBe(`https://app.example${WELL_KNOWN}${expected}`)
  })

  test.each(['/other', 'api/Equipment', '/a"b/Equipment', '/a b/Equipment', '//x/Equipment', ''])(
    'nothing is told for "%s"',
    (forwarded) => {
      expect(urlOf(`${SERVICE}/Equipment`, forwarded)).toBeUndefined()
    }
  )

  test('the document has the path of the client', () => {
    const headers = { 'x-forwarded-path': `${WELL_KNOWN}/api` }
    expect(ask(at(), { headers })?.document).toMatchObject({ resource: 'https://app.example/api' })
    for (const path of ['/api', `${WELL_KNOWN}x/api`, `${WELL_KNOWN}//evil.example`]) {
      expect(ask(at(), { headers: { 'x-forwarded-path': path } })).toMatchObject({ status: 404 })
    }
  })
})

describe('options', () => {
  test('false turns it off', () => {
    expect(metadataOf(false)).toBeUndefined()
  })

  test.each<[unknown, RegExp]>([
    ['yes', /metadata must be an object, or false/],
    [{ host: ['a'] }, /metadata\.host is not known.*Did you mean "hosts"/],
    [{ hosts: 'app.example' }, /hosts must be a list/],
    [{ hosts: ['https://app.example'] }, /no host name/],
    [{ hosts: ['*.example'] }, /no host name/],
    [{ hosts: ['{subdomain}.{subdomain}.example'] }, /no host name/],
    [{ hosts: [1] }, /hosts must be hosts/],
    [{ hosts: [{ host: 'a.example', tenant: 'a' }] }, /hosts\.tenant is not known/],
    [{ hosts: [{ host: 'a.example', subdomain: 'A.b' }] }, /"subdomain" of "a.example" is none/],
    [{ hosts: [{ host: 'a.example', identity: 'https://evil.example' }] }, /"identity" of/],
    [{ authorizationServer: 'yes' }, /must be true or false/]
  ])('%j stops the start', (metadata, text) => {
    expect(() => metadataOf(metadata as never)).toThrow(text)
    expect(() => metadataOf(metadata as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIGURATION' })
    )
  })

  test.each(['https://a.accounts.example/x', 'http://a.accounts.example', 'https://accounts.evil'])(
    '%s is no issuer of Identity Authentication',
    (identity) => {
      const metadata = { hosts: [{ host: 'a.example', identity }] }
      expect(() => metadataOf(metadata, { ias })).toThrow(/"identity" of "a.example"/)
    }
  )

  test('the metadata of XSUAA at the application is an option, and none for Identity Authentication', () => {
    const path = '/.well-known/oauth-authorization-server'
    const metadata = metadataOf({ hosts: ['app.example'], authorizationServer: true })
    expect(ask(metadata, { path })?.document).toMatchObject({
      issuer: 'https://provider.authentication.example/oauth/token',
      authorization_endpoint: 'https://provider.authentication.example/oauth/authorize'
    })
    expect(ask(at(), { path })).toBeUndefined()
    expect(() => metadataOf({ authorizationServer: true }, { ias })).toThrow(/no XSUAA is bound/)
  })
})

test('without a server of authorization there is nothing to tell', () => {
  const { url: _, ...withoutUrl } = xsuaa
  expect(at(undefined, { xsuaa: withoutUrl }).urlFor(requestOf({}))).toBeUndefined()
})
