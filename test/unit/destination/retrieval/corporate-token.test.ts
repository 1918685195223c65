import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { TokenPrincipal } from '../../../../src/user/principal.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const HEADER = 'SAP-Connectivity-Authentication'

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    identity: true,
    destinations: {
      S4: {
        URL: 'http://s4.internal:44300',
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation'
      }
    }
  })
})
afterAll(() => landscape.stop())

async function propagated(claims: Record<string, unknown>) {
  const bearerToken = await landscape.emulator.issueToken({ user: 'alice', issuer: 'ias', claims })
  const { app_tid: tenant, exp: expiresAt } = claimsOf(bearerToken)
  const user = new TokenPrincipal({
    userId: 'alice',
    tenant,
    issuer: 'ias',
    expiresAt,
    bearerToken
  })
  const { proxyConfiguration } = await resolveDestination('S4', user)
  const header = String(proxyConfiguration?.headers?.[HEADER])
  return { token: header.replace(/^Bearer /, ''), bearerToken }
}

test.each(['access_token', 'id_token'])(
  'forward_corp_idp_token %s: the Cloud Connector gets the token of the corporate identity provider',
  async (forward_corp_idp_token) => {
    const { token, bearerToken } = await propagated({ forward_corp_idp_token })
    expect(token).not.toBe(bearerToken)
    const { email } = claimsOf(bearerToken)
    expect(claimsOf(token)).toMatchObject({ iss: 'https://corporate-idp.example', email })
  }
)

test.each([{}, { forward_corp_idp_token: 'none' }, { forward_corp_idp_token: true }])(
  'with %j it gets the token itself',
  async (claims) => {
    const { token, bearerToken } = await propagated(claims)
    expect(token).toBe(bearerToken)
  }
)
