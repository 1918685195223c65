import cds from '@sap/cds'

import { checkImplementation, checkRemoteServices } from '../../../src/remote/start-checks.js'
import { PrincipalRemoteService } from '../../../src/remote/service.js'

const credentials = { destination: 'S4' }
const options = { kind: 'rest', credentials, onBehalfOf: 'namedUser' }

type Service = new (name: string, model: undefined, options: object) => cds.Service

const connected = async (Remote: unknown, more: object = {}) => {
  const service = new (Remote as Service)('S4', undefined, { ...options, ...more })
  await (service as unknown as { init(): Promise<void> }).init()
  return service
}

test('an implementation that does not see to onBehalfOf is refused when it is connected', async () => {
  const stock = await connected(cds.RemoteService)
  expect(() => {
    checkImplementation(stock)
  }).toThrow(/cds\.requires\.S4\.onBehalfOf is set, but its implementation does not see to it/)
})

test('one that extends the own class is fine, and so is everything without onBehalfOf', async () => {
  class Own extends PrincipalRemoteService {}
  const services = [
    await connected(Own),
    await connected(cds.RemoteService, { onBehalfOf: undefined }),
    new cds.Service('S4')
  ]
  for (const service of services) {
    expect(() => {
      checkImplementation(service)
    }).not.toThrow()
  }
})

test('what is no configuration of a service is not looked at', () => {
  expect(() => {
    checkRemoteServices({
      kinds: { odata: options },
      db: true,
      S4: options,
      off: false,
      none: null
    })
  }).not.toThrow()
})

test('the option that can not work is named', () => {
  expect(() => {
    checkRemoteServices({ S4: { ...options, onBehalfOf: 'currentuser' } })
  }).toThrow(/^cds\.requires\.S4\.onBehalfOf is "currentuser"/)
  expect(() => {
    checkRemoteServices({ S4: { ...options, queued: true } })
  }).toThrow(/^cds\.requires\.S4\.queued is set/)
})

test('forwardAuthToken with a destination is a mistake that is told', () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined)
  checkRemoteServices({ S4: { credentials: { ...credentials, forwardAuthToken: true } } })
  expect(warn.mock.calls.flat().join(' ')).toMatch(
    /cds\.requires\.S4\.credentials\.forwardAuthToken has no effect with a "destination"/
  )
  warn.mockRestore()
})
