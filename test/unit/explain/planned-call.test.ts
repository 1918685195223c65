import cds from '@sap/cds'

import { planCall } from '../../../src/explain/token/planned-call.js'
import type { NamedUser, Principal } from '../../../src/user/principal.js'

const alice: NamedUser = {
  ...{ kind: 'named', userId: 'alice', tenant: 't1', issuer: 'xsuaa', bearerToken: 'a.b.c' },
  expiresAt: Date.now() / 1000 + 3600
}
const technical: Principal = { kind: 'technical', origin: 'token', tenant: 't1' }
const url = 'https://system.example.com'

beforeEach(() => {
  process.env['destinations'] = JSON.stringify([
    { name: 'NO_USER', url, authentication: 'NoAuthentication' }
  ])
})
afterEach(() => delete process.env['destinations'])

const plan = (options: object, principal: Principal = alice, tenant = 't1') =>
  planCall('S4', options, principal, tenant)

test('the user goes out where the token is forwarded', async () => {
  const options = { onBehalfOf: 'namedUser', credentials: { url, forwardAuthToken: true } }
  expect(await plan(options)).toMatchObject({ user: alice, userBound: true, tenant: 't1' })
})

test('nobody goes out where no user is sent', async () => {
  expect(await plan({ credentials: { url } })).toMatchObject({ user: undefined, userBound: false })
})

test('a bound service: the user or the application, by the principal', async () => {
  const uaa = { clientid: 'c', clientsecret: 's', url: 'https://t1.example.com' }
  const options = { onBehalfOf: 'currentUser', credentials: { url, uaa } }
  expect(await plan(options)).toMatchObject({ user: alice })
  expect(await plan(options, technical)).toMatchObject({ user: undefined })
})

test.each([
  [{ url, forwardAuthToken: true }, 'ERR_USER_TOKEN_REQUIRED'],
  [{ url, uaa: { clientid: 'c', url: 'https://t1.example.com' } }, 'ERR_USER_TOKEN_REQUIRED'],
  [
    { url: 'http://system.example.com', uaa: { clientid: 'c', url: 'https://t1.example.com' } },
    'ERR_DESTINATION_UNAVAILABLE'
  ]
])('a token of an issuer without "exchange" goes nowhere: %j', async (credentials, code) => {
  const attempt = plan({ onBehalfOf: 'namedUser', credentials }, { ...alice, issuer: 'keycloak' })
  await expect(attempt).rejects.toMatchObject({ code })
})

test('a destination of the environment is looked up', async () => {
  const found = await plan({ onBehalfOf: 'systemUser', credentials: { destination: 'NO_USER' } })
  expect(found).toMatchObject({
    user: undefined,
    destination: { authentication: 'NoAuthentication' }
  })
})

test.each([
  [
    'ERR_USER_TOKEN_REQUIRED',
    { onBehalfOf: 'namedUser', credentials: { url, forwardAuthToken: true } },
    technical
  ],
  [
    'ERR_TOKEN_EXPIRES',
    {
      ...{ onBehalfOf: 'namedUser', minTokenLifetime: 7200 },
      credentials: { url, forwardAuthToken: true }
    },
    alice
  ],
  [
    'ERR_DESTINATION_TECHNICAL',
    { onBehalfOf: 'namedUser', credentials: { destination: 'NO_USER' } },
    alice
  ],
  [
    'ERR_DESTINATION_UNAVAILABLE',
    { credentials: { url: 'http://system.example.com', forwardAuthToken: true } },
    alice
  ],
  ['ERR_CONFIGURATION', { onBehalfOf: 'everybody', credentials: { url } }, alice],
  [
    'ERR_CONFIGURATION',
    { onBehalfOf: 'namedUser', queued: true, credentials: { url, forwardAuthToken: true } },
    alice
  ],
  [
    'ERR_CONFIGURATION',
    { onBehalfOf: 'currentUser', delegation: true, credentials: { url, forwardAuthToken: true } },
    alice
  ]
])('refused: %s', async (code, options, principal) => {
  await expect((async () => plan(options, principal))()).rejects.toMatchObject({ code })
})

test('refused: the context is of another tenant', async () => {
  const options = { onBehalfOf: 'namedUser', credentials: { url, forwardAuthToken: true } }
  await expect(plan(options, alice, 't2')).rejects.toMatchObject({ code: 'ERR_TENANT_MISMATCH' })
})

describe("with CAP's own HTTP client", () => {
  const env = cds.env as { remote?: object }
  const { remote } = env
  beforeEach(() => {
    env.remote = { ...remote, native_fetch: true }
  })
  afterEach(() => Object.assign(env, { remote }))

  const forwards = { credentials: { url, forwardAuthToken: true } }
  test.each([
    { ...forwards, impl: 'cds-principal/remote-service' },
    { ...forwards, onBehalfOf: 'namedUser' }
  ])('refused: a user is not sent with it: %j', async (options) => {
    await expect(plan(options)).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
  })

  test('an implementation of the application has its own client', async () => {
    expect(await plan({ ...forwards, impl: './srv/own.js' })).toMatchObject({ user: alice })
  })
})
