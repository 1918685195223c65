import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import {
  type DestinationOptions,
  resolveDestination
} from '../../../../src/destination/resolve/resolve.js'
import { TokenPrincipal } from '../../../../src/user/principal.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const TARGET = {
  URL: 'https://backend.example',
  clientId: 'sb-maintenance!t1',
  Authentication: 'OAuth2TokenExchange'
}

let landscape: Landscape
let server: Server
/** Forms that the token service got, and what it answers. */
let forms: Record<string, string>[]
let answer: () => object

beforeAll(async () => {
  server = createServer((req, res) => {
    void text(req).then((body) => {
      forms.push(Object.fromEntries(new URLSearchParams(body)))
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify({ token_type: 'Bearer', ...answer() }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  landscape = await Landscape.start({
    identity: true,
    destinations: {
      OWN: TARGET,
      WRONG: { ...TARGET, clientSecret: 'wrong' },
      BEARER: { ...TARGET, Authentication: 'OAuth2JWTBearer' },
      FORWARD: { ...TARGET, forwardAuthToken: true },
      OTHER: {
        ...TARGET,
        clientId: 'other',
        clientSecret: 'secret',
        tokenServiceURL: `http://127.0.0.1:${port}/token`,
        scope: 'read',
        'tokenService.body.resource': 'urn:example'
      }
    },
    tenants: { 'customer-1': { destinations: { OWN: TARGET } } }
  })
})
afterAll(async () => {
  await new Promise((done) => server.close(done))
  await landscape.stop()
})
beforeEach(() => {
  forms = []
})

const ACTOR = { actorToken: 'xsuaa' } as const

async function sent(name: string, user = 'alice', options: DestinationOptions = {}) {
  const { authTokens } = await resolveDestination(name, await landscape.user(user), options)
  return claimsOf(authTokens?.[0]?.value ?? '')
}

test.each([
  ['alice', {}],
  ['tina', {}],
  ['alice', ACTOR],
  ['tina', ACTOR]
])('%s goes out with a token of the same user and tenant: %j', async (user, options) => {
  const { tenant } = await landscape.user(user)
  const claims = await sent('OWN', user, options)
  expect(claims).toMatchObject({ user_name: user, zid: tenant })
  const { clientid } = credentials(landscape.emulator)
  expect(claims.act?.sub).toBe('actorToken' in options ? clientid : undefined)
})

test('with an actor and without are two tokens, each kept for the user', async () => {
  const user = await landscape.user('bob')
  const { calls } = await landscape.calls(async () => {
    for (let i = 0; i < 2; i++) {
      await resolveDestination('OWN', user)
      await resolveDestination('OWN', user, ACTOR)
    }
  })
  expect(calls['user']).toBe(2)
})

test('subject and actor reach the token service as in RFC 8693', async () => {
  const user = await landscape.user('alice')
  answer = () => ({ access_token: user.bearerToken, expires_in: 3600, issued_token_type: JWT })
  await resolveDestination('OTHER', user, ACTOR)
  expect(forms).toEqual([
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'other',
      client_secret: 'secret',
      subject_token: user.bearerToken,
      subject_token_type: JWT,
      actor_token: expect.stringMatching(/^ey/) as string,
      actor_token_type: JWT,
      scope: 'read',
      resource: 'urn:example'
    }
  ])
  expect(claimsOf(forms[0]?.['actor_token'] ?? '')).not.toHaveProperty('user_name')
})

test("another user's token is thrown away", async () => {
  const other = await landscape.user('bob')
  answer = () => ({ access_token: other.bearerToken, expires_in: 3600 })
  await expect(sent('OTHER')).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.stringMatching(/for another user, and was thrown away/) as string
  })
})

test('a technical token is thrown away', async () => {
  const access_token = await landscape.emulator.issueToken({ client: 'xsuaa' })
  answer = () => ({ access_token, expires_in: 3600 })
  await expect(sent('OTHER')).rejects.toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
})

test('a user of Identity Authentication goes to the token service as is, one of another issuer does not', async () => {
  const bearerToken = await landscape.emulator.issueToken({ user: 'alice', issuer: 'ias' })
  const { app_tid: tenant, exp } = claimsOf(bearerToken)
  const base = { userId: 'alice', tenant, expiresAt: exp, bearerToken }
  answer = () => ({ access_token: bearerToken, expires_in: 3600 })
  await resolveDestination('OTHER', new TokenPrincipal({ ...base, issuer: 'ias' }))
  expect(forms[0]?.['subject_token']).toBe(bearerToken)
  const foreign = new TokenPrincipal({ ...base, issuer: 'entra' })
  await expect(resolveDestination('OTHER', foreign)).rejects.toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED'
  })
  expect(forms).toHaveLength(1)
})

test('the words of a failure are those of the token service', async () => {
  await expect(sent('WRONG')).rejects.toMatchObject({
    code: 'ERR_DESTINATION_UNAVAILABLE',
    message: expect.stringMatching(/Bad credentials/) as string
  })
})

test.each(['BEARER', 'FORWARD'])(
  '%s has no use for an actor, and nothing is sent',
  async (name) => {
    const { calls } = await landscape.calls(() =>
      expect(sent(name, 'alice', { ...ACTOR, useCache: false })).rejects.toMatchObject({
        code: 'ERR_DESTINATION_UNAVAILABLE',
        message: expect.stringMatching(/no use for "actorToken"/) as string
      })
    )
    expect(Object.keys(calls)).not.toContain('user')
  }
)

test('nobody else goes out', async () => {
  const technical = { kind: 'technical', origin: 'token', tenant: undefined } as const
  await expect(resolveDestination('OWN', technical)).rejects.toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED'
  })
})
