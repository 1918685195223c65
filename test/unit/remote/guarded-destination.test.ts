import { inspect } from 'node:util'

import cds from '@sap/cds'

import { guardedDestination } from '../../../src/remote/guarded-destination.js'
import { internet } from './support/backend.js'

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
])('R80: no secret in %s', (_, print) => {
  const guarded = guardedDestination({ destination: shared(), userBound: false }, 'D')
  expect(print(guarded)).toContain('https://x')
  expect(print(guarded)).not.toMatch(/secret-\d/)
})

test('what somebody writes into a destination reaches nobody else', () => {
  const destination = shared()
  const guarded = guardedDestination({ destination, userBound: false }, 'D')
  guarded.headers!['authorization'] = 'Bearer of-alice'
  guarded.queryParameters!['user'] = 'alice'
  expect(destination.headers).toEqual({ apikey: 'secret-5' })
  expect(destination.queryParameters).toEqual({ apikey: 'secret-6' })
  expect(guarded.headers).toEqual({ apikey: 'secret-5', authorization: 'Bearer of-alice' })
})

test('everything can be read, and copied, as long as the same tenant is current', async () => {
  const guarded = await cds.tx({ tenant: 't1' } as never, () =>
    Promise.resolve(guardedDestination({ destination: shared(), userBound: false }, 'D'))
  )
  const read = () => Promise.resolve().then(() => ({ ...guarded }))
  await expect(cds.tx({ tenant: 't1' } as never, read)).resolves.toMatchObject(secrets)
  await expect(cds.tx({ tenant: 't2' } as never, read)).rejects.toMatchObject({
    code: 'ERR_TENANT_MISMATCH'
  })
})
