import { buildHeadersForDestination, getDestination } from '@sap-cloud-sdk/connectivity'

import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { startHttpsServer, type HttpsServer } from '../../../support/https-server.js'
import { assertionXml } from '../../../../emulator/test/support/assertions.js'
import { claimsOf, send } from '../../../../emulator/test/support/http.js'
import { Landscape, trust } from '../support/landscape.js'

const TARGET = { URL: 'https://backend.example' }
const CLIENT = { tokenServiceUser: 'sb-maintenance!t1' }
const AUDIENCE = 'https://s4.example'

let landscape: Landscape
/** Stands between the application and the emulated Destination service, and may change assertions. */
let between: HttpsServer
let change: ((entry: { value: string; http_header: { value: string } }) => void) | undefined

beforeAll(async () => {
  landscape = await Landscape.start({
    trust: { subaccount: { destinationTrust: true } },
    destinations: {
      BEARER: { ...TARGET, ...CLIENT, Authentication: 'OAuth2SAMLBearerAssertion' },
      BY_EMAIL: {
        ...{ ...TARGET, ...CLIENT, Authentication: 'OAuth2SAMLBearerAssertion' },
        nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
      },
      ASSERTION: { ...TARGET, Authentication: 'SAMLAssertion', audience: AUDIENCE },
      BY_PATH: {
        ...{ ...TARGET, Authentication: 'SAMLAssertion', audience: AUDIENCE },
        userIdSource: "$.['xs.user.attributes']['staff'][0]"
      },
      SSO: { ...TARGET, Authentication: 'SAPAssertionSSO' }
    }
  })
  const uri = String(landscape.emulator.vcapServices().destination[0]!.credentials['uri'])
  const { ca } = landscape.emulator
  between = await startHttpsServer((req, res) => {
    const headers = { ...req.headers } as Record<string, string>
    void send(uri + req.url, { ca, headers }).then(({ status, body }) => {
      for (const entry of body.authTokens ?? []) change?.(entry)
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  trust(between.ca)
  const bindings = landscape.emulator.vcapServices()
  bindings.destination[0]!.credentials['uri'] = between.url
  process.env['VCAP_SERVICES'] = JSON.stringify(bindings)
})
afterAll(async () => {
  await between.stop()
  await landscape.stop()
})
beforeEach(() => {
  change = undefined
})

const resolved = async (name: string, user = 'alice', claims: object = {}) => {
  const { authTokens } = await resolveDestination(name, await landscape.user(user, { claims }))
  return authTokens![0]!
}

describe('OAuth2SAMLBearerAssertion', () => {
  test.each(['alice', 'bob'])(
    '%s: a token of exactly that user, by a SAML assertion',
    async (user) => {
      const { value } = await resolved('BEARER', user)
      expect(claimsOf(value)).toMatchObject({
        user_name: user,
        grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer'
      })
    }
  )

  test('by another name that the user has', async () => {
    expect(claimsOf((await resolved('BY_EMAIL')).value)).toMatchObject({
      user_name: 'alice@example.com'
    })
  })

  test('not for somebody else', async () => {
    const bob = (await resolved('BEARER', 'bob')).value
    change = (entry) => Object.assign(entry, { value: bob })
    await expect(resolved('BEARER')).rejects.toThrow(/is for another user, and was thrown away/)
  })

  test('the same token of the user is exchanged once', async () => {
    const alice = await landscape.user('alice')
    const resolve = () => resolveDestination('BEARER', alice)
    const { result } = await landscape.calls(() => Promise.all([resolve(), resolve()]))
    const again = await resolve()
    expect(new Set([...result, again].map(({ authTokens }) => authTokens![0]!.value)).size).toBe(1)
  })
})

test.each(['BEARER', 'ASSERTION'])('%s: the Cloud SDK by itself gets one as well', async (name) => {
  const { bearerToken: jwt } = await landscape.user('alice')
  const destination = await getDestination({ destinationName: name, jwt, useCache: false })
  expect(destination?.authTokens).toMatchObject([
    { type: name === 'ASSERTION' ? 'SAML2.0' : 'bearer' }
  ])
  const { authorization } = await buildHeadersForDestination(destination!)
  expect(authorization).toMatch(name === 'ASSERTION' ? /^SAML2\.0 PHNh/ : /^Bearer ey/)
})

describe('SAMLAssertion', () => {
  test('the assertion goes out as it came', async () => {
    const { http_header: header, value } = await resolved('ASSERTION')
    expect(header).toEqual({ key: 'Authorization', value: `SAML2.0 ${value}` })
    expect(Buffer.from(value, 'base64').toString()).toMatch(
      /<saml:NameID[^>]*>alice<\/saml:NameID>/
    )
  })

  test('one assertion is for one call: not kept, and not shared by calls at the same time', async () => {
    const alice = await landscape.user('alice')
    const attempts = Array.from({ length: 5 }, () => resolveDestination('ASSERTION', alice))
    const all = [...(await Promise.all(attempts)), await resolveDestination('ASSERTION', alice)]
    expect(new Set(all.map(({ authTokens }) => authTokens![0]!.value)).size).toBe(6)
  })

  test('a user id from deep inside the token is known', async () => {
    const claims = { 'xs.user.attributes': { staff: ['P4711'] } }
    const { value } = await resolved('BY_PATH', 'alice', claims)
    expect(Buffer.from(value, 'base64').toString()).toContain('>P4711<')
  })

  const good = { issuer: 'x', recipient: 'x', audience: AUDIENCE }
  test.each<[string, string, RegExp]>([
    ['another user', assertionXml({ ...good, nameId: 'bob' }), /for another user/],
    [
      'two users',
      assertionXml({ ...good, nameId: 'alice</saml:NameID><saml:NameID>bob' }),
      /another user/
    ],
    [
      'another audience',
      assertionXml({ ...good, audience: 'https://evil.example' }),
      /for another audience/
    ],
    ['a time that is over', assertionXml({ ...good, notOnOrAfter: -1 }), /for a time that is over/],
    ['no assertion', '<x/>', /no SAML assertion/],
    ['a document type', `<!DOCTYPE x>${assertionXml(good)}`, /no SAML assertion/],
    ['no XML', '%', /no SAML assertion/]
  ])('not with %s', async (_, xml, message) => {
    change = (entry) => Object.assign(entry, { value: Buffer.from(xml).toString('base64') })
    await expect(resolved('ASSERTION')).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(message)
    })
  })

  test('nobody but a named user', async () => {
    const technical = { kind: 'technical', origin: 'token', tenant: undefined } as const
    await expect(resolveDestination('ASSERTION', technical)).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED'
    })
  })
})

test('SAPAssertionSSO is deprecated: refused, and what to use instead', async () => {
  await expect(resolved('SSO')).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.stringMatching(/deprecated.*SAMLAssertion or OAuth2SAMLBearerAssertion/)
  })
})
