import cds from '@sap/cds'
import type { Service } from '@sap-cloud-sdk/connectivity'

import { serviceTokenOf } from '../../../../src/destination/tokens/service.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({ credentialTypes: { connectivity: 'x509' } })
})
afterAll(() => landscape.stop())

function service(label: 'destination' | 'connectivity', changes: object = {}): Service {
  const [{ credentials, ...binding } = {}] = landscape.emulator.vcapServices()[label]
  return { ...binding, credentials: { ...credentials, ...changes } } as unknown as Service
}

const token = (bound: Service) => Promise.resolve(serviceTokenOf(bound, undefined, true))

test('a secret that was replaced is not used any longer, nor is one that is no longer there', async () => {
  await expect(token(service('destination', { clientsecret: 'former' }))).rejects.toThrow()
  expect(claimsOf(await token(service('destination')))).toMatchObject({
    grant_type: 'client_credentials'
  })
  await expect(token(service('destination', { clientsecret: undefined }))).rejects.toThrow()
})

test('a certificate that was replaced is not used any longer', async () => {
  const { certificate, key } = service('connectivity').credentials as Record<string, string>
  const former = { certificate: '', key: '' }
  await expect(token(service('connectivity', former))).rejects.toThrow()
  expect(claimsOf(await token(service('connectivity', { certificate, key }))).cnf).toBeDefined()
})

test('the token service gets the correlation id of the request; nothing outside of one', async () => {
  const nextId = async () => {
    const { headers } = await landscape.emulator.takeRequest('xsuaa/token')
    return headers['x-vcap-request-id']
  }
  cds.context = { id: 'id-of-the-request' } as never
  await token(service('destination'))
  let id: unknown
  do id = await nextId()
  while (id === undefined) // those of the tests before have none
  expect(id).toBe('id-of-the-request')
  cds.context = undefined
  await token(service('destination'))
  expect(await nextId()).toBeUndefined()
})

test('a wrong secret has the same cause each time, however often it is tried', async () => {
  const wrong = service('destination', { clientsecret: 'wrong' })
  for (let i = 0; i < 15; i++) {
    const error: unknown = await token(wrong).catch((reason: unknown) => reason)
    expect((error as Error).cause).toMatchObject({ message: expect.stringContaining('401') })
  }
})
