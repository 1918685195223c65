import { boundDestination } from '../../../../src/destination/resolve/bound-service.js'
import { forwardedToken } from '../../../../src/destination/exchange/user.js'
import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { checkExchanges } from '../../../../src/destination/exchange/client.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import { cdsRequires } from '../support/cds-requires.js'
import {
  external,
  ExternalLandscape,
  issuer,
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

/** Credentials of a reuse service, whose client is the application's. */
const bound = () => ({
  ...{ name: 'reuse', url: 'https://reuse.example' },
  uaa: credentials(idp.landscape.emulator) as never
})

describe('what XSUAA gives is looked at', () => {
  const given = async (user: string | undefined, claims: object = {}) => {
    const access_token = await idp.landscape.emulator.issueToken({ ...(user && { user }), claims })
    idp.answer = { status: 200, body: { access_token, token_type: 'bearer', expires_in: 3600 } }
    return propagated(external())
  }

  test.each<[string, string | undefined, object, RegExp]>([
    ['another user', 'bob', {}, /for another user/],
    ['nobody', undefined, {}, /for another user/],
    ['another tenant', 'alice', { zid: 'customer-1' }, /another tenant/],
    ['another application', 'alice', { cid: 'sb-other!t1' }, /another application/],
    ['another issuer', 'alice', { ext_attr: {} }, /not XSUAA/]
  ])('a token for %s is thrown away', async (_, user, claims, message) => {
    await expect(given(user, claims)).rejects.toMatchObject({
      code: 'ERR_TOKEN_EXCHANGE',
      status: 502,
      message: expect.stringMatching(message)
    })
  })

  test.each([
    [{ access_token: 'x' }, /no access token/],
    [{ access_token: 'opaque', token_type: 'bearer' }, /not XSUAA/],
    [{}, /no access token/]
  ])('an answer like %j', async (body, message) => {
    idp.answer = { status: 200, body }
    const error = await propagated(external()).catch((reason: unknown) => reason as Error)
    expect(`${(error as Error).message} ${String((error as Error).cause)}`).toMatch(message)
  })
})

describe('what is refused, and nothing is sent', () => {
  test('without "exchange": the option is named, and the token goes nowhere', async () => {
    idp.configure(issuer())
    for (const name of ['S4', 'EXCHANGE']) {
      await expect(resolveDestination(name, external())).rejects.toMatchObject({
        code: 'ERR_USER_TOKEN_REQUIRED',
        message: expect.stringContaining('set cds.requires.auth.issuers.partner.exchange')
      })
    }
    await expect(forwardedToken(external())).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED'
    })
    await expect(boundDestination(bound(), external(), undefined)).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED',
      message: expect.stringContaining('issuers.partner.exchange')
    })
    expect(idp.asked).toEqual([])
  })

  test('a bound service gets a token for the one of XSUAA', async () => {
    idp.configure(idp.saml({ attributeMapping: { Groups: 'groups' } }))
    const { authTokens } = await boundDestination(bound(), external(), undefined)
    expect(claimsOf(authTokens![0]!.value)).toMatchObject({ user_name: 'alice', origin: 'partner' })
  })

  test('forwardAuthToken forwards what comes in exchange', async () => {
    expect(claimsOf(await forwardedToken(external()))).toMatchObject({ grant_type: SAML2_BEARER })
    const own = await idp.landscape.user('alice')
    expect(await forwardedToken(own)).toBe(own.bearerToken)
  })

  test('a destination with the issuer’s keys gets the token itself, as it says', async () => {
    await resolveDestination('KEYS', external()).catch(() => undefined) // the emulated service takes none
    expect(idp.asked).toEqual([])
  })

  test('a technical destination is no reason for an exchange', async () => {
    await resolveDestination('TECHNICAL', external())
    expect(idp.asked).toEqual([])
  })

  test.each<[string, object, object, string]>([
    ['a user of another tenant', {}, { tenant: 'customer-1' }, 'ERR_TENANT_MISMATCH'],
    ['no claim with the name', { login: undefined, sub: undefined }, {}, 'ERR_USER_TOKEN_REQUIRED'],
    ['an expired token', {}, { expiresAt: 1 }, 'ERR_TOKEN_EXPIRES']
  ])('%s', async (_, claims, user, code) => {
    await expect(propagated(external(claims, user))).rejects.toMatchObject({ code })
    expect(idp.assertions).toEqual([])
  })

  test('an e-mail address that is not verified is nobody’s name', async () => {
    idp.configure(idp.saml({ userIdSource: 'email' }))
    for (const email_verified of [false, 'false']) {
      const attempt = propagated(external({ email_verified }))
      await expect(attempt).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    }
  })

  test('an e-mail address that is not verified is no attribute in the assertion', async () => {
    idp.configure(idp.saml({ attributeMapping: { mail: 'email', Groups: 'groups' } }))
    await propagated(external({ email_verified: 'false' }))
    const xml = xmlOf(idp.assertions[0]!)
    expect(xml).toContain('technicians')
    expect(xml).not.toContain('alice@idp.example')
  })

  test('no key, assertion or token is in the error', async () => {
    const body = { error: 'invalid_grant', error_description: external().bearerToken }
    idp.answer = { status: 400, body }
    const user = external()
    const error = (await propagated(user).catch((reason: unknown) => reason)) as Error
    const shown = `${error.stack ?? ''} ${String(error.cause)} ${JSON.stringify(error)}`
    expect(shown).toContain('invalid_grant')
    for (const secret of [user.bearerToken.slice(0, 40), 'PRIVATE KEY', 'eyJ']) {
      expect(shown).not.toContain(secret)
    }
  })
})

describe('at start', () => {
  test.each<[string, object, object, object, RegExp]>([
    ['no XSUAA', {}, {}, { url: undefined }, /exchange needs a bound XSUAA/],
    [
      'no such service',
      { key: undefined, credentials: 'signer' },
      {},
      {},
      /cds\.requires\.signer\.credentials/
    ],
    [
      'a service without a key',
      { key: undefined, credentials: 'signer' },
      { signer: { credentials: { key: 'x' } } },
      {},
      /partner\.exchange\.credentials: "key" must be a private RSA key/
    ]
  ])('%s: a ConfigurationError', (_, more, requires, binding, message) => {
    idp.configure(idp.saml(more), requires, binding)
    expect(checkExchanges).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(message)
      })
    )
  })

  test('good ones, and none', () => {
    expect(checkExchanges).not.toThrow()
    cdsRequires({})
    expect(checkExchanges).not.toThrow()
  })
})
