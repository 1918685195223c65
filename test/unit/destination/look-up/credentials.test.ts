import { serviceBinding } from '../../../../src/destination/binding/binding.js'
import { lookUp } from '../../../../src/destination/look-up/look-up.js'
import { Landscape } from '../support/landscape.js'

let landscape: Landscape
beforeAll(async () => {
  const destination = { URL: 'https://backend.example', Authentication: 'NoAuthentication' }
  landscape = await Landscape.start({ destinations: { D: destination } })
})
afterAll(() => landscape.stop())

test('a destination from the cache is used with the credentials that the binding has now', async () => {
  const service = (await serviceBinding('destination'))!
  const scope = { tenant: undefined, lookUp: {} }
  const first = await lookUp({ ...scope, service }, 'D')
  const replaced = { ...service, credentials: { ...service.credentials, clientsecret: 'next' } }
  const before = landscape.emulator.requests('destination').length
  const second = await lookUp({ ...scope, service: replaced }, 'D')
  expect(landscape.emulator.requests('destination')).toHaveLength(before)
  expect(second?.destination).toBe(first?.destination)
  expect(second?.scope.service).toBe(replaced)
})
