import { startEmulator } from '../../../src/emulator/index.js'
import { options } from './support/maintenance.js'

it.each<[string, unknown, RegExp]>([
  ['no options', undefined, /needs options, at least \{ root \}/],
  [
    'a misspelled one',
    { ...options, destination: {} },
    /"destination".*did you mean "destinations"/
  ],
  ['one that is none', { ...options, x1234567890: 1 }, /"x1234567890".*there are root, users,/]
])('%s', async (_, given, message) => {
  await expect(startEmulator(given as never)).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message)
  })
})
