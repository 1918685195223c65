import { boundDestination } from '../../../../src/destination/resolve/bound-service.js'
import { tokenBypass } from '../../../../src/destination/resolve/bypass.js'
import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { outboundDestination } from '../../../../src/remote/outbound.js'
import type { NamedUser } from '../../../../src/user/principal.js'
import { createSigningIdentity } from '../../../../emulator/src/saml/signing-identity.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import {
  external,
  ExternalLandscape,
  issuer,
  JWT_BEARER,
  propagated,
  SAML2_BEARER,
  xmlOf
} from '../support/external-landscape.js'

let idp: ExternalLandscape
beforeAll(async () => {
  idp = await ExternalLandscape.start()
})
afterAll(() => idp.stop())
beforeEach(() => idp.reset())

describe('saml2-bearer', () => {
  test('the token of an external issuer becomes one of XSUAA, of the application’s tenant', async () => {
    const claims = claimsOf(await propagated(external()))
    const { tenantid, clientid } = credentials(idp.landscape.emulator)
    expect(claims).toMatchObject({
      ...{ user_name: 'alice', origin: 'partner', grant_type: SAML2_BEARER },
      ...{ zid: tenantid, cid: clientid }
    })
  })

  test('asked at the bound XSUAA, with the client in the header', async () => {
    await propagated(external())
    const [{ url, authorization, form } = idp.asked[0]!] = idp.assertions
    const { clientid, clientsecret } = credentials(idp.landscape.emulator)
    expect({ url, keys: [...form.keys()], authorization }).toEqual({
      url: '/oauth/token/alias/maintenance.emulated',
      keys: ['grant_type', 'assertion'],
      authorization: `Basic ${Buffer.from(`${clientid}:${clientsecret}`).toString('base64')}`
    })
  })

  test('destinations with an exchange get the token of XSUAA as the user’s', async () => {
    idp.configure(idp.saml({ attributeMapping: { Groups: 'groups' } }))
    const { authTokens } = await resolveDestination('EXCHANGE', external())
    expect(claimsOf(authTokens![0]!.value)).toMatchObject({ user_name: 'alice', origin: 'partner' })
  })

  test('what the options say is in the assertion, and nothing else of the token', async () => {
    const options = {
      ...{ nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
      ...{
        authnContextClassRef: 'urn:x:ref',
        attributeMapping: { plant: 'plants', none: 'missing' }
      }
    }
    idp.configure(idp.saml(options))
    expect(claimsOf(await propagated(external()))).toMatchObject({ user_name: 'alice@idp.example' })
    const xml = xmlOf(idp.assertions[0]!)
    expect(xml).toContain(`Format="${options.nameIdFormat}"`)
    expect(xml).toContain('>urn:x:ref</saml:AuthnContextClassRef>')
    expect([...xml.matchAll(/AttributeValue>([^<]+)/g)].map(([, text]) => text)).toEqual([
      '1010',
      '1710'
    ])
    expect(xml).not.toContain('technicians')
    expect(xml).not.toContain('X509Certificate')
  })

  test('by another claim, by a path; with the certificate in the signature', async () => {
    const { certificate } = await createSigningIdentity('x')
    idp.configure(idp.saml({ userIdSource: 'deep.name', certificate }))
    expect(claimsOf(await propagated(external()))).toMatchObject({ user_name: 'carol' })
    expect(xmlOf(idp.assertions[0]!)).toContain('X509Certificate')
  })

  test('values of the token can not become markup', async () => {
    const login = `alice</saml:NameID><saml:NameID x="&amp;">`
    expect(claimsOf(await propagated(external({ login }))).user_name).toBe(login)
  })

  test('key and certificate of a service, such as a user-provided one', async () => {
    idp.configure(idp.saml({ key: undefined, credentials: 'signer' }), {
      signer: { credentials: { key: idp.key } }
    })
    expect(claimsOf(await propagated(external())).user_name).toBe('alice')
  })

  test('the assertion ends with the user’s token', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 30
    await propagated(external({ exp: expiresAt }, { expiresAt }))
    const [, end = ''] = /NotOnOrAfter="([^"]+)"/.exec(xmlOf(idp.assertions[0]!)) ?? []
    expect(Date.parse(end)).toBe(expiresAt * 1000)
  })
})

describe('kept for exactly this token', () => {
  test('a burst is one exchange; another token is another one', async () => {
    const user = external()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => propagated(user)))
    expect(new Set([...tokens, await propagated(user)]).size).toBe(1)
    expect(idp.assertions).toHaveLength(1)
    await propagated(external())
    expect(idp.assertions).toHaveLength(2)
  })

  test('not for longer than the user’s own token lasts; useCache: false asks anew', async () => {
    const soon = Math.floor(Date.now() / 1000) + 59
    const short = external({ exp: soon }, { expiresAt: soon })
    for (const _ of [1, 2]) await propagated(short)
    expect(idp.assertions).toHaveLength(2)
    const user = external()
    for (const _ of [1, 2]) await propagated(user, { useCache: false })
    expect(idp.assertions).toHaveLength(4)
  })

  test('and for these options: after a corrected mapping, the next token has it', async () => {
    const user = external()
    const corrected = [
      { attributeMapping: { Groups: 'groups' } },
      { userIdSource: 'deep.name' },
      { authnContextClassRef: 'urn:x:ref' }
    ]
    for (const options of [{}, ...corrected]) {
      idp.configure(idp.saml(options))
      for (const _ of [1, 2]) await propagated(user)
    }
    expect(idp.assertions).toHaveLength(4)
    idp.configure({ ...idp.saml(), userId: 'login' })
    await propagated(user)
    expect(idp.assertions).toHaveLength(5)
  })

  test('also with another private key', async () => {
    const user = external()
    await propagated(user)
    const { key } = await createSigningIdentity('application')
    idp.configure(idp.saml({ key }))
    await propagated(user)
    expect(idp.assertions).toHaveLength(1)
  })

  const rejecting = (isRejected: (header: string) => boolean) => ({
    useCache: false,
    rejected: { isRejected, byProxy: false }
  })
  const url = 'https://backend.example'

  test('a system has rejected it: another one', async () => {
    const user = external()
    const token = await propagated(user)
    const again = propagated(
      user,
      rejecting((header) => header === `Bearer ${token}`)
    )
    expect(await again).not.toBe(token)
  })

  test.each<[string, (user: NamedUser, options?: object) => Promise<unknown>]>([
    ['destination', propagated],
    [
      'bound service',
      (user, options = {}) => {
        const uaa = { ...credentials(idp.landscape.emulator) } as never
        return boundDestination({ name: 'R', url, uaa }, user, undefined, tokenBypass(options))
      }
    ],
    [
      'forwardAuthToken',
      (user, destinationOptions = {}) => {
        const destination = { url, forwardAuthToken: true }
        const service = { name: 'F', destination, onBehalfOf: undefined, minTokenLifetime: 5 }
        return outboundDestination({ ...service, destinationOptions }, user)
      }
    ]
  ])('a system has rejected another token: it stays (%s)', async (_, resolve) => {
    const user = external()
    await resolve(user)
    await resolve(
      user,
      rejecting(() => false)
    )
    expect(idp.assertions).toHaveLength(1)
  })

  test('a destination that forwards it says so, as no agent may have it', async () => {
    const call = { name: 'F', onBehalfOf: undefined, minTokenLifetime: 5 }
    const destination = { url, forwardAuthToken: true }
    const { forwardsToken } = await outboundDestination({ ...call, destination }, external())
    expect(forwardsToken).toBe(true)
    const other = await outboundDestination({ ...call, destination: { url } }, external())
    expect(other.forwardsToken).toBe(false)
  })

  test('a failure is not kept', async () => {
    const user = external()
    idp.answer = { status: 401, body: { error: 'unauthorized', error_description: 'x' } }
    await expect(propagated(user)).rejects.toMatchObject({ code: 'ERR_TOKEN_EXCHANGE' })
    idp.answer = undefined
    expect(claimsOf(await propagated(user)).user_name).toBe('alice')
  })
})

describe('jwt-bearer', () => {
  beforeEach(() => {
    idp.configure(issuer({ grant: 'jwt-bearer' }))
  })

  test('the token itself is the assertion, in the user’s tenant', async () => {
    const access_token = await idp.landscape.emulator.issueToken({
      user: 'alice',
      claims: { zid: 'customer-1', email: 'alice@idp.example' }
    })
    idp.answer = { status: 200, body: { access_token, token_type: 'bearer' } }
    const user = external({}, { tenant: 'customer-1' })
    expect(await propagated(user)).toBe(access_token)
    const [{ form, zid, url } = idp.asked[0]!] = idp.asked
    expect({ ...Object.fromEntries(form), zid, url }).toEqual({
      ...{ grant_type: JWT_BEARER, assertion: user.bearerToken, response_type: 'token' },
      ...{ token_format: 'jwt', zid: 'customer-1', url: '/oauth/token' }
    })
  })

  test('an XSUAA that does not know the issuer: its own words are in the cause', async () => {
    const error = (await propagated(external()).catch((reason: unknown) => reason)) as Error
    expect(error).toMatchObject({ code: 'ERR_TOKEN_EXCHANGE' })
    expect(String(error.cause)).toMatch(/Unable to map issuer: No identity provider found/)
  })
})
