import { type Emulator, startEmulator } from '../../../src/index.js'
import { JWT_BEARER } from '../../../src/xsuaa/claims.js'
import { TOKEN_EXCHANGE } from '../../../../test/support/descriptor.js'
import { claimsOf, credentials, send } from '../../support/http.js'
import { options, users, xsSecurity } from '../../support/maintenance.js'

const JWT = 'urn:ietf:params:oauth:token-type:jwt'

/** Grants of applications, whose clients are those of destinations. */
const GRANT_TYPES = {
  assertion: [JWT_BEARER],
  exchange: ['user_token'],
  technical: ['client_credentials']
}

const URL = 'https://x.example'

const TYPES = [
  ...['OAuth2ClientCredentials', 'OAuth2TechnicalUserPropagation', 'OAuth2Password'],
  ...['OAuth2RefreshToken', 'OAuth2JWTBearer', 'OAuth2UserTokenExchange', 'OAuth2TokenExchange']
]

/** A destination of each type for each application. */
const destinations = Object.keys(GRANT_TYPES).flatMap((application, index) =>
  TYPES.map((Authentication): [string, Record<string, string>] => [
    `${application}-${Authentication}`,
    { URL, Authentication, clientId: `sb-${application}!t${String(index + 2)}` }
  ])
)

const OWN = { URL, clientId: 'sb-maintenance!t1' }
const VIEWER = 'maintenance!t1.Viewer'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...options,
    users: { ...users, carol: { roles: ['Technician', 'Token_Exchange'] } },
    xsSecurity: {
      ...xsSecurity,
      'role-templates': [...xsSecurity['role-templates'], TOKEN_EXCHANGE]
    },
    applications: Object.fromEntries(
      Object.entries(GRANT_TYPES).map(([xsappname, grants]) => [
        xsappname,
        { xsSecurity: { xsappname, 'oauth2-configuration': { 'grant-types': grants } } }
      ])
    ),
    destinations: {
      ...Object.fromEntries(destinations),
      VIEWER: { ...OWN, Authentication: 'OAuth2JWTBearer', scope: `${VIEWER} other.scope` },
      FOREIGN: { ...OWN, Authentication: 'OAuth2JWTBearer', scope: 'maintenance!t1.Supervisor' },
      PASSWORD: { ...OWN, Authentication: 'OAuth2Password', User: 'carol', scope: VIEWER },
      TECHNICAL: { ...OWN, Authentication: 'OAuth2ClientCredentials', scope: 'uaa.resource' }
    }
  })
})
afterAll(() => emulator.stop())

/** The entry of `authTokens`, for a request with all tokens that some type needs. */
async function tokenFor(name: string) {
  const userToken = await emulator.issueToken({ user: 'carol' })
  const { uri } = credentials(emulator, 'destination')
  const { status, body } = await send(`${uri}/destination-configuration/v1/destinations/${name}`, {
    ca: emulator.ca,
    headers: {
      authorization: `Bearer ${await emulator.issueToken({ client: 'destination' })}`,
      'x-user-token': userToken,
      'x-refresh-token': 'none',
      'x-subject-token': userToken,
      'x-subject-token-type': JWT
    }
  })
  expect(status).toBe(200)
  return body.authTokens[0]
}

test.each([
  ['assertion', ['OAuth2JWTBearer', 'OAuth2UserTokenExchange', 'OAuth2TokenExchange']],
  ['exchange', ['OAuth2UserTokenExchange']],
  ['technical', ['OAuth2ClientCredentials', 'OAuth2TechnicalUserPropagation']]
])(
  'a client with the grants of "%s" gets tokens for %j, and for no other type',
  async (application, expected) => {
    const errors = await Promise.all(
      TYPES.map(async (type) => [type, (await tokenFor(`${application}-${type}`)).error])
    )
    const granted = errors.filter(([, error]) => error === undefined).map(([type]) => type)
    expect(granted.sort()).toEqual([...expected].sort())
    for (const [, error] of errors.filter(([type]) => !granted.includes(type))) {
      expect(error).toMatch(/invalid_client.*Unauthorized grant type/)
    }
  }
)

test.each([
  ['VIEWER', [VIEWER]],
  ['PASSWORD', [VIEWER]],
  ['TECHNICAL', ['uaa.resource']]
])('%s: the scope of the destination narrows the token', async (name, scope) => {
  const token = await tokenFor(name)
  expect(token.scope).toBe(scope.join(' '))
  expect(claimsOf(token.value).scope).toEqual(scope)
})

test('a scope that the user does not have', async () => {
  expect((await tokenFor('FOREIGN')).error).toMatch(/invalid_scope/)
})
