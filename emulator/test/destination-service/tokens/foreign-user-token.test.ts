import { type Emulator, startEmulator } from '../../../src/index.js'
import { forge, signingKey } from '../../../../test/integration/oidc/forge.js'
import { credentials, send } from '../../support/http.js'
import { options } from '../../support/maintenance.js'

const KEY = signingKey('partner')
const jwks = { keys: [{ kty: KEY.kty, n: KEY.n, e: KEY.e, kid: 'partner', alg: 'RS256' }] }
const TARGET = { URL: 'https://x.example', Authentication: 'SAMLAssertion', audience: 'x' }
const TYPE = { 'x_user_token.header.typ': 'at+jwt' }

let emulator: Emulator
beforeAll(async () => {
  const own = Buffer.from(JSON.stringify(jwks)).toString('base64')
  emulator = await startEmulator({
    ...options,
    destinations: {
      KEYS: { ...TARGET, ...TYPE, 'x_user_token.jwks': own, userIdSource: 'login' },
      JWT_ONLY: { ...TARGET, 'x_user_token.jwks': own, userIdSource: 'login' },
      NO_KEYS: TARGET,
      BAD_KEYS: { ...TARGET, 'x_user_token.jwks': '%' },
      REMOTE_KEYS: { ...TARGET, 'x_user_token.jwks_uri': 'https://idp.example/jwks' }
    }
  })
})
afterAll(() => emulator.stop())

const foreign = (more = {}, key = KEY) => {
  const claims = { login: 'mia', exp: Math.floor(Date.now() / 1000) + 600 }
  return forge(key, { kid: 'partner' }, { ...claims, ...more })
}

async function tokenFor(name: string, userToken: string) {
  const authorization = `Bearer ${await emulator.issueToken({ client: 'destination' })}`
  const { uri } = credentials(emulator, 'destination')
  const headers = { authorization, 'x-user-token': userToken }
  const url = `${uri}/destination-configuration/v1/destinations/${name}`
  const { body } = await send(url, { ca: emulator.ca, headers })
  return body.authTokens[0]
}

test('a user of the issuer whose keys the destination has', async () => {
  const { value } = await tokenFor('KEYS', foreign())
  expect(Buffer.from(value, 'base64').toString()).toContain('>mia</saml:NameID>')
})

test('users of XSUAA are known by XSUAA’s own key', async () => {
  const { error } = await tokenFor('KEYS', await emulator.issueToken({ user: 'alice' }))
  expect(error).toMatch(/there is no login/)
})

test.each<[string, string, string, RegExp]>([
  ['expired', 'KEYS', foreign({ exp: 1 }), /could not be verified.*EXPIRED/],
  ['another key', 'KEYS', foreign({}, signingKey('x')), /SIGNATURE/],
  ['another type of token', 'JWT_ONLY', foreign(), /CLAIM/],
  ['no keys', 'NO_KEYS', foreign(), /Unable to map issuer/],
  ['bad keys', 'BAD_KEYS', foreign(), /in Base64/],
  ['keys from elsewhere', 'REMOTE_KEYS', foreign(), /this machine only/]
])('%s: 200 with an error inside', async (_, name, token, error) => {
  expect((await tokenFor(name, token)).error).toMatch(error)
})
