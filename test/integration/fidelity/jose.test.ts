import type { Emulator } from '../../../emulator/src/index.js'
import { jose } from '../../../emulator/src/lib/jose.js'
import { credentials } from '../../../emulator/test/support/http.js'
import { identityCredentials } from '../../../emulator/test/support/identity.js'
import { FidelityLandscape, SUBSCRIBER } from './landscape.js'

let landscape: FidelityLandscape
let emulator: Emulator
beforeAll(async () => {
  landscape = await FidelityLandscape.start({ identity: true, onPremise: {}, destinations: {} })
  emulator = landscape.emulator
})
afterAll(() => landscape.stop())

/** With nothing but what discovery says. */
async function discovered(url: string) {
  const response = await fetch(`${url}/.well-known/openid-configuration`)
  return (await response.json()) as Record<'issuer' | 'jwks_uri', string>
}

describe.each([
  ['XSUAA', 'xsuaa', () => credentials(emulator), 'xsuaa/token_keys'],
  ['IAS', 'ias', () => identityCredentials(emulator), 'ias/certs']
] as const)('%s', (_, issuer, binding, endpoint) => {
  const verifier = async (options: object = {}) => {
    const { url = '', clientid: audience = '' } = binding()
    const found = await discovered(url)
    const keys = jose.createRemoteJWKSet(new URL(found.jwks_uri), options)
    return (jwt: string) => jose.jwtVerify(jwt, keys, { issuer: found.issuer, audience })
  }
  const issue = (options: object = {}) => emulator.issueToken({ issuer, user: 'alice', ...options })

  test('discovery and keys', async () => {
    const verify = await verifier()
    const { payload, protectedHeader } = await verify(await issue())
    expect(payload.sub).toEqual(expect.any(String))
    expect(protectedHeader).toMatchObject({ alg: 'RS256', jku: expect.stringMatching(/^https:/) })
  })

  test.each([
    ['expired', { expiresIn: -60 }, 'ERR_JWT_EXPIRED'],
    ['another issuer', { claims: { iss: 'https://x' } }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['another audience', { claims: { aud: 'x' } }, 'ERR_JWT_CLAIM_VALIDATION_FAILED']
  ])('%s', async (_case, options, code) => {
    const verify = await verifier()
    await expect(verify(await issue(options))).rejects.toMatchObject({ code })
  })

  test('a new key is fetched by its id, a former one goes on, and one that is gone does not', async () => {
    const verify = await verifier({ cooldownDuration: 0 })
    const before = await issue()
    await verify(before)
    await emulator.rotateKeys()
    await verify(await issue())
    await verify(before)
    await emulator.rotateKeys({ keepFormer: false })
    await verify(await issue())
    await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  test('no answer in time', async () => {
    const verify = await verifier({ timeoutDuration: 1000, cooldownDuration: 0 })
    emulator.enqueue(endpoint, { hang: true })
    await expect(verify(await issue())).rejects.toMatchObject({ code: 'ERR_JWKS_TIMEOUT' })
    await verify(await issue())
  })
})

test("XSUAA's keys by tenant; all subscribers have the same", async () => {
  const { url = '' } = credentials(emulator)
  const jwt = await emulator.issueToken({ user: 'alice', tenant: SUBSCRIBER })
  const keys = jose.createRemoteJWKSet(new URL(`${url}/token_keys?zid=${SUBSCRIBER}`))
  const { payload } = await jose.jwtVerify(jwt, keys)
  expect(payload).toMatchObject({ zid: SUBSCRIBER })
  const nobody = jose.createRemoteJWKSet(new URL(`${url}/token_keys?zid=nobody`))
  await expect(jose.jwtVerify(jwt, nobody)).rejects.toThrow(/200 OK/)
})
