import type { Service } from '@sap-cloud-sdk/connectivity'

import { resolveDestination } from '../../../../src/destination/resolve.js'
import { serviceTokenOf } from '../../../../src/destination/tokens/service.js'
import { Landscape } from '../support/landscape.js'

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations: { D: { URL: 'https://backend.example', Authentication: 'OAuth2JWTBearer' } }
  })
})
afterAll(() => landscape.stop())

/** The binding of the Destination service, with what an attested one has in place of a secret. */
function bind(type: string, more: object = {}): Service {
  const bindings = landscape.emulator.vcapServices()
  const binding = bindings.destination[0]!
  const { clientsecret: _, ...rest } = binding.credentials
  binding.credentials = { ...rest, 'credential-type': type, ...more }
  process.env['VCAP_SERVICES'] = JSON.stringify(bindings)
  return binding as unknown as Service
}

test.each(['x509_attested', 'X509_ATTESTED'])(
  'a binding with %s and no key is refused with the reason',
  async (type) => {
    bind(type)
    await expect(resolveDestination('D', await landscape.user('alice'))).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(/"x509_attested", and no "certificate" and "key"/) as string
    })
  }
)

test('one with certificate and key is used', () => {
  const service = bind('x509_attested', { certificate: 'x', key: 'y' })
  // what the Cloud SDK makes of this certificate is its business
  const token = Promise.resolve(serviceTokenOf(service, undefined)).catch((error: unknown) => error)
  return expect(token).resolves.not.toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
})
