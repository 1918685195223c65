import { warnOfMissingConnectivity } from '../../../../src/destination/look-up/missing-connectivity.js'
import { logWarning } from '../../../../src/lib/log.js'
import { Landscape } from '../support/landscape.js'

jest.mock('../../../../src/lib/log.js', () => ({
  ...jest.requireActual<object>('../../../../src/lib/log.js'),
  logWarning: jest.fn()
}))

const ON_PREMISE = {
  URL: 'http://s4:1',
  ProxyType: 'OnPremise',
  Authentication: 'NoAuthentication'
}
const requires = {
  kinds: { odata: { credentials: {} } },
  FIRST: { credentials: { destination: 'S4' } },
  SECOND: { credentials: { destination: 'S4' } },
  PUBLIC: { credentials: { destination: 'PUBLIC' } },
  ELSEWHERE: { credentials: { destination: 'UNKNOWN' } },
  db: true
}

let landscape: Landscape
beforeEach(async () => {
  jest.mocked(logWarning).mockClear()
  const PUBLIC = { URL: 'https://public.example', Authentication: 'NoAuthentication' }
  landscape = await Landscape.start({ destinations: { S4: ON_PREMISE, PUBLIC } })
})
afterEach(() => landscape.stop())

/** Takes a binding away from the process. */
function without(label: 'connectivity' | 'destination'): void {
  const { [label]: _, ...others } = landscape.emulator.vcapServices()
  process.env['VCAP_SERVICES'] = JSON.stringify(others)
}

test('a destination on premise without a Connectivity service: one warning, and no token is retrieved', async () => {
  without('connectivity')
  const { calls } = await landscape.calls(() => warnOfMissingConnectivity(requires))
  expect(jest.mocked(logWarning).mock.calls).toEqual([
    [
      'destination "S4" of cds.requires.FIRST is on premise, and no Connectivity service is bound: its calls will fail ' +
        '(ERR_DESTINATION_UNAVAILABLE). Bind an instance of the Connectivity service to the application.'
    ]
  ])
  expect(calls).toEqual({ 'client_credentials destination': 1, none: 3 })
})

test('with both bindings nothing is asked', async () => {
  const { calls } = await landscape.calls(() => warnOfMissingConnectivity(requires))
  expect(calls).toEqual({})
  expect(logWarning).not.toHaveBeenCalled()
})

test('without the Destination service: one warning, but for destinations of the environment, and nothing is asked', async () => {
  without('destination')
  process.env['destinations'] = JSON.stringify([{ name: 'S4', url: 'https://s4.example' }])
  const { calls } = await landscape.calls(() => warnOfMissingConnectivity(requires))
  delete process.env['destinations']
  expect(calls).toEqual({})
  expect(jest.mocked(logWarning).mock.calls).toEqual([
    [
      expect.stringMatching(
        /^destination "PUBLIC" of cds\.requires\.PUBLIC \(and 1 more\) is looked up in the Destination service, and none is bound: .*Bind an instance/
      )
    ]
  ])
  await warnOfMissingConnectivity({ db: true })
  expect(logWarning).toHaveBeenCalledTimes(1)
})

test('an error of the look-up is left to the first call', async () => {
  without('connectivity')
  for (let i = 0; i < 3; i++) landscape.emulator.enqueue('destination', { status: 500 })
  await warnOfMissingConnectivity(requires)
  expect(logWarning).not.toHaveBeenCalled()
})
