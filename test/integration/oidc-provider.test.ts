import { join } from 'node:path'

import { RunningSample } from '../support/running-sample.js'
import { Clock } from './oidc/clock.js'
import { forge, signingKey } from './oidc/forge.js'
import { OidcServer } from './oidc/oidc-server.js'
import { withoutMetadata } from '../support/challenge.js'

const WHOAMI = '/odata/v4/caller/whoami()'
const RESOURCE = 'urn:example:maintenance'
const NOBODY = 'http://localhost:1'
const FIRST = signingKey('first')
const SECOND = signingKey('second')

const clock = new Clock()
let oidc: OidcServer
let sample: RunningSample

beforeAll(async () => {
  const erika = {
    ...{ preferred_username: 'erika', given_name: 'Erika', email: 'erika@example.com' },
    ...{ groups: ['/maintenance/technicians', 'Supervisor', 'internal-user'], org: 'tenant-1' },
    maintenance: { plants: ['1010', '1710'], level: 2 }
  }
  const machine = { org: 'tenant-1', groups: ['/maintenance/technicians'] }
  const accounts = { 'e-4711': erika, machine, system: { org: 'tenant-1' }, lost: {} }
  oidc = await OidcServer.start(accounts, FIRST)
  const partner = {
    ...{ issuer: oidc.issuer, audience: [RESOURCE, 'web'], tenant: 'org' },
    roles: { claim: 'groups', map: { '/maintenance/technicians': 'Technician' } },
    attributeMapping: { plant: 'maintenance.plants', level: 'maintenance.level' }
  }
  const down = { issuer: NOBODY, audience: RESOURCE }
  sample = await RunningSample.start({
    extra: join(__dirname, 'oidc/app'),
    env: clock.env,
    requires: { auth: { issuers: { partner, down } } }
  })
})
afterAll(async () => {
  await sample.stop()
  await oidc.stop()
  clock.remove()
})

const call = (token: string, path = WHOAMI) => sample.with(`Bearer ${token}`).get(path)
const userToken = async (login = 'e-4711', resource = RESOURCE) =>
  (await oidc.userTokens(login, resource)).access_token
const claims = (issuer = oidc.issuer) => {
  const exp = Math.floor(Date.now() / 1000) + 3600
  return { iss: issuer, aud: RESOURCE, sub: 'e-4711', org: 'tenant-1', exp }
}

/** The service's answer, or only its status. */
async function whoami(token: string) {
  const { status, body } = await call(token)
  return status === 200 ? (JSON.parse(body.value as unknown as string) as object) : status
}

async function refused(token: string, code: string) {
  const printed = sample.sample.printed(new RegExp(`${code} · .*\\(.*correlation id`))
  const { status, headers, body } = await call(token)
  expect({ status, challenge: withoutMetadata(headers['www-authenticate']) }).toEqual({
    status: 401,
    challenge: 'Bearer error="invalid_token"'
  })
  expect(body).toEqual({ error: { code: '401', message: 'Unauthorized' } })
  await printed
}

describe('tokens of oidc-provider', () => {
  test('a user of the authorization code flow becomes the user, by discovery', async () => {
    const token = await userToken()
    await oidc.takeRequests()
    expect(await whoami(token)).toEqual({
      id: 'e-4711',
      roles: { Technician: 1 },
      attr: {
        ...{ logonName: 'erika', givenName: 'Erika', email: 'erika@example.com' },
        ...{ plant: ['1010', '1710'], level: ['2'] }
      },
      tenant: 'tenant-1',
      token: {
        ...{ issuer: oidc.issuer, subject: 'e-4711', clientId: 'web', audiences: [RESOURCE] }
      },
      printsToken: false
    })
    expect(await oidc.takeRequests()).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  test('mapped roles count, and no other: not of the same name, and not those of CAP', async () => {
    const token = await userToken()
    const status = async (path: string) => (await call(token, `/odata/v4/caller/${path}()`)).status
    expect(await status('technician')).toBe(200)
    expect(await status('supervisor')).toBe(403)
    expect(await status('system')).toBe(403)
  })

  test('a client without a user is the system user', async () => {
    const token = await oidc.clientToken(RESOURCE)
    expect(await whoami(token)).toMatchObject({
      id: 'system',
      roles: { Technician: 1, 'system-user': 1 },
      attr: {},
      token: { subject: 'machine', clientId: 'machine' }
    })
  })

  test('XSUAA goes on beside it', async () => {
    expect((await (await sample.as('alice')).get(WHOAMI)).status).toBe(200)
  })
})

describe('what is refused', () => {
  test('a token for another application', async () => {
    await refused(await userToken('e-4711', 'urn:example:payroll'), 'ERR_TOKEN_AUDIENCE')
    await refused(await oidc.clientToken('urn:example:payroll'), 'ERR_TOKEN_AUDIENCE')
  })

  test('an ID token, although its audience is accepted', async () => {
    const { id_token: idToken } = await oidc.userTokens('e-4711', RESOURCE)
    await refused(idToken, 'ERR_TOKEN_TYPE')
  })

  test('no tenant; an id that only CAP gives', async () => {
    await refused(await userToken('lost'), 'ERR_TOKEN_TENANT')
    await refused(await userToken('system'), 'ERR_TOKEN_CLAIM')
  })

  test('another issuer, also one that the key would fit', async () => {
    const header = { kid: 'first' }
    await refused(forge(FIRST, header, claims('https://evil.example')), 'ERR_TOKEN_ISSUER')
    await refused(forge(FIRST, header, claims(`${oidc.issuer}/`)), 'ERR_TOKEN_ISSUER')
  })

  test('a signature with a key that the token brings along', async () => {
    const { n, e } = SECOND
    const header = { kid: 'first', jwk: { kty: 'RSA', n, e }, jku: `${oidc.issuer}/jwks` }
    await refused(forge(SECOND, header, claims()), 'ERR_TOKEN_SIGNATURE')
  })

  test('while an issuer is down, 503 and when to come again; others are not concerned', async () => {
    const { status, headers } = await call(forge(FIRST, { kid: 'first' }, claims(NOBODY)))
    expect({ status, retry: headers['retry-after'] }).toEqual({
      status: 503,
      retry: expect.stringMatching(/^\d+$/) as unknown
    })
    expect((await call(await userToken())).status).toBe(200)
  })
})

describe('keys', () => {
  test('a flood of forged key ids causes one call in 30 seconds', async () => {
    clock.advance(30)
    await oidc.takeRequests()
    const flood = Array.from({ length: 300 }, (_, i) =>
      call(forge(SECOND, { kid: `forged-${i}` }, claims()))
    )
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([401]))
    expect(await oidc.takeRequests()).toEqual(['/jwks'])
  })

  test('a new key is accepted after 30 seconds, a removed one refused after 15 minutes', async () => {
    const old = await userToken()
    expect((await call(old)).status).toBe(200)

    await oidc.restart(SECOND, FIRST)
    const fresh = await userToken()
    clock.advance(30)
    expect((await call(fresh)).status).toBe(200)
    expect((await call(old)).status).toBe(200)

    await oidc.restart(SECOND)
    clock.advance(15 * 60)
    expect((await call(fresh)).status).toBe(200)
    await refused(old, 'ERR_TOKEN_SIGNATURE')
  })
})
