import { inspect } from 'node:util'

import cds from '@sap/cds'

import { guardedDestination } from '../../../src/remote/guarded-destination.js'
import { TokenUser } from '../../../src/user/token-user.js'
import { internet } from './support/backend.js'
import { muteConsole } from '../../support/console.js'

muteConsole('warn')

const secrets = {
  authentication: 'ClientCertificateAuthentication',
  keyStorePassword: 'secret-1',
  mtlsKeyPair: { cert: 'cert', key: 'secret-2' },
  certificates: [{ name: 'c.p12', content: 'secret-3', type: 'CERTIFICATE' }],
  agentOptions: { passphrase: 'secret-4' },
  headers: { apikey: 'secret-5' },
  queryParameters: { apikey: 'secret-6' },
  originalProperties: {
    Password: 'secret-7',
    'URL.headers.apikey': 'secret-8',
    destinationConfiguration: { 'URL.headers.apikey': 'secret-9' }
  }
}
const shared = () => internet('https://x', secrets)

test.each([
  ['JSON', (value: unknown) => JSON.stringify(value)],
  ['util.inspect', (value: unknown) => inspect(value, { depth: 10, showHidden: true })]
])('no secret in %s', (_, print) => {
  const guarded = guardedDestination(
    { destination: shared(), userBound: false, minTokenLifetime: 5 },
    'D'
  )
  expect(print(guarded)).toContain('https://x')
  expect(print(guarded)).not.toMatch(/secret-\d/)
})

test('what somebody writes into a destination reaches nobody else', () => {
  const destination = shared()
  const guarded = guardedDestination({ destination, userBound: false, minTokenLifetime: 5 }, 'D')
  guarded.headers!['authorization'] = 'Bearer of-alice'
  guarded.queryParameters!['user'] = 'alice'
  expect(destination.headers).toEqual({ apikey: 'secret-5' })
  expect(destination.queryParameters).toEqual({ apikey: 'secret-6' })
  expect(guarded.headers).toEqual({ apikey: 'secret-5', authorization: 'Bearer of-alice' })
})

test('everything can be read, and copied, as long as the same tenant is current', async () => {
  const guarded = await cds.tx({ tenant: 't1' } as never, () =>
    Promise.resolve(
      guardedDestination({ destination: shared(), userBound: false, minTokenLifetime: 5 }, 'D')
    )
  )
  const read = () => Promise.resolve().then(() => ({ ...guarded }))
  await expect(cds.tx({ tenant: 't1' } as never, read)).resolves.toMatchObject(secrets)
  await expect(cds.tx({ tenant: 't2' } as never, read)).rejects.toMatchObject({
    ...{ code: 'ERR_TENANT_MISMATCH', explanation: { sent: 't2', expected: 't1' } }
  })
})

test('what was kept is of no use once the token that was got in exchange is over', async () => {
  const expiresAt = Math.floor(Date.now() / 1000) + 3600
  const identity = {
    ...({ kind: 'named', userId: 'alice', tenant: 't1', issuer: 'xsuaa', expiresAt } as const),
    ...{ roles: {}, attributes: {} }
  }
  const source = { identity, bearerToken: 'of-alice', issuer: { securityContext: () => ({}) } }
  const alice = new TokenUser(source)
  const exchanged = (expiresIn: number) => {
    const payload = { exp: Math.floor(Date.now() / 1000) + expiresIn }
    const value = `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`
    const http_header = { key: 'Authorization', value: `Bearer ${value}` }
    return [{ type: 'bearer', value, expiresIn: String(expiresIn), error: null, http_header }]
  }
  const read = (expiresIn: number) =>
    cds.tx({ tenant: 't1', user: alice } as never, () => {
      const destination = internet('https://x', { authTokens: exchanged(expiresIn) })
      const guarded = guardedDestination({ destination, userBound: true, minTokenLifetime: 5 }, 'D')
      return Promise.resolve().then(() => guarded.authTokens)
    })
  await expect(read(60)).resolves.toHaveLength(1)
  await expect(read(4)).rejects.toMatchObject({ code: 'ERR_TOKEN_EXPIRES' })
})
