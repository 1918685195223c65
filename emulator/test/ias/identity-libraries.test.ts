import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { thumbprint } from '../../src/http/client-certificate.js'
import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf } from '../support/http.js'
import { identityCredentials, identityOptions } from '../support/identity.js'
import type { IdentityTask } from '../support/identity-client.js'

/** Runs the libraries in a process that trusts this emulator, with nothing but its bindings. */
async function runClient(emulator: Emulator, tokens: Record<string, string>): Promise<any> {
  const child = fork(join(__dirname, '../support/identity-client.ts'), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const { ca } = emulator
  const dependency = 'orders-read'
  const task: IdentityTask = { ca, vcapServices: emulator.vcapServices(), tokens, dependency }
  child.send(task)
  const [results] = await once(child, 'message')
  await once(child, 'exit')
  return results
}

const identity = identityOptions.identity as object

describe.each(['SECRET', 'X509_GENERATED'] as const)('bound with %s', (credentialType) => {
  let emulator: Emulator
  let own: ReturnType<typeof identityCredentials>
  let orders: ReturnType<typeof identityCredentials>
  let alice: any
  let results: any

  beforeAll(async () => {
    emulator = await startEmulator({
      ...identityOptions,
      identity: { ...identity, credentialType }
    })
    own = identityCredentials(emulator)
    orders = identityCredentials(emulator, 'orders')
    const ias = { issuer: 'ias', user: 'alice' } as const
    const token = await emulator.issueToken(ias)
    alice = claimsOf(token)
    results = await runClient(emulator, {
      alice: token,
      technical: await emulator.issueToken({ issuer: 'ias' }),
      orders: await emulator.issueToken({ ...ias, client: 'orders' }),
      subscriber: await emulator.issueToken({ ...ias, tenant: 'customer-1' }),
      expired: await emulator.issueToken({ ...ias, expiresIn: -3600 }),
      changed: token.slice(0, -10) + 'AAAAAAAAAA',
      audience: await emulator.issueToken({ ...ias, claims: { aud: 'x' } }),
      tenant: await emulator.issueToken({ ...ias, claims: { app_tid: 'nobody' } }),
      caller: await emulator.issueToken({ ...ias, claims: { azp: 'nobody' } }),
      issuer: await emulator.issueToken({ ...ias, claims: { iss: 'https://127.0.0.1:1' } })
    })
  })
  afterAll(() => emulator.stop())

  test.each(['alice', 'technical', 'orders', 'subscriber'])(
    '@sap/xssec and jose accept the token: %s',
    (name) => {
      expect(results.verified[name]).toEqual({ sub: expect.any(String), jose: true })
    }
  )

  test.each([
    ['expired', /expired/i],
    ['changed', /signature/i],
    ['audience', /audience/i],
    ['tenant', /400.*x-app_tid/],
    ['caller', /400.*x-azp/],
    ['issuer', /untrusted|not trusted|issuer/i]
  ])('@sap/xssec refuses a token with another: %s', (name, message) => {
    expect(results.verified[name].error).toMatch(message)
  })

  test('@sap/xssec fetches tokens', () => {
    const { clientid } = own
    expect(results.technical).toMatchObject({ sub: clientid, aud: clientid, sap_id_type: 'app' })
    expect(results.password).toMatchObject({ preferred_username: 'bob', azp: clientid })
    expect(results.exchanged).toMatchObject({ sub: alice.sub, aud: orders['clientid'] })
  })

  test('@sap/xssec exchanges them for tokens of XSUAA', () => {
    expect(results.extended).toMatchObject({ user_name: 'alice', user_uuid: alice.user_uuid })
  })

  test('the Cloud SDK calls other applications, as itself and for the user', () => {
    expect(results.sdkTechnical).toMatchObject({ aud: orders['clientid'], sub: own['clientid'] })
    expect(results.sdkUser).toMatchObject({
      aud: orders['clientid'],
      sub: alice.sub,
      ias_apis: ['Orders.Read']
    })
  })

  test('tokens are bound to the certificate, where there is one', () => {
    const { certificate } = own
    expect({ binding: own['credential-type'], secret: own['clientsecret'] !== undefined }).toEqual({
      binding: credentialType,
      secret: credentialType === 'SECRET'
    })
    const cnf = certificate && { 'x5t#S256': thumbprint(certificate) }
    for (const { cnf: actual } of [alice, results.technical, results.password, results.exchanged]) {
      expect(actual).toEqual(cnf)
    }
  })
})
