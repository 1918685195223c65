import { warnOfMisspeltDestinations } from '../../../src/development/misspelt-destinations.js'
import { logWarning } from '../../../src/lib/log.js'

jest.mock('../../../src/lib/log.js')

const project = (destination: unknown, emulator?: object | false) => ({
  auth: { ...(emulator !== undefined && { emulator }) },
  EQUIPMENT: { credentials: { destination } },
  db: true
})
const S4 = { destinations: { S4: { URL: 'http://s4.internal:1' } } }

beforeEach(() => jest.mocked(logWarning).mockClear())

test('a destination that is nearly the name of one that is defined', () => {
  warnOfMisspeltDestinations(project('S5', S4))
  expect(jest.mocked(logWarning).mock.calls).toEqual([
    [
      '"S5" of cds.requires.EQUIPMENT.credentials.destination is not in emulator.destinations, so a mock is expected for ' +
        'it: did you mean "S4"?'
    ]
  ])
})

test.each<[string, unknown, object | false | undefined]>([
  ['one that is defined', 'S4', S4],
  ['one that is near to none', 'WEATHER', S4],
  ['none that are defined', 'S5', {}],
  ['no emulator', 'S5', false],
  ['no options', 'S5', undefined],
  ['no destination', undefined, S4]
])('no warning: %s', (_, destination, emulator) => {
  warnOfMisspeltDestinations(project(destination, emulator))
  expect(logWarning).not.toHaveBeenCalled()
})
