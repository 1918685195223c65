import type { Emulator } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, startSample } from '../../support/sample.js'

let emulator: Emulator
let sample: Sample | undefined
beforeAll(async () => {
  emulator = await startLandscape()
})
afterEach(() => sample?.stop())
afterAll(() => emulator.stop())

test('names that no token can have draw a warning with the closest known one', async () => {
  sample = await startSample({ emulator, extra: `${__dirname}/app` })
  await sample.printed(/\$user\.plnt[^\n]*plant/)
  await sample.printed(/Technican[^\n]*Technician/)
})

test('in production as well, by the xs-security.json next to the service', async () => {
  const env = { NODE_ENV: 'production' }
  sample = await startSample({ emulator, extra: `${__dirname}/app`, env })
  await sample.printed(/\$user\.plnt[^\n]*plant/)
})

test('the sample itself draws none', async () => {
  sample = await startSample({ emulator })
  expect(await sample.output()).not.toMatch(/did you mean|closest|unknown (role|attribute)/i)
})
