import { startEmulator } from '../../emulator/src/index.js'
import type { Emulator } from '../../emulator/src/index.js'
import { SAMPLE, type SampleOptions, startSample } from '../support/sample.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ root: SAMPLE, onPremise: {}, destinations: {} })
})
afterAll(() => emulator.stop())

/** What a process prints that does not start, or all that it has printed when it has. */
async function start(options: Omit<SampleOptions, 'emulator'>) {
  try {
    const sample = await startSample({ emulator, ...options })
    const printed = await sample.output()
    await sample.stop()
    return { started: true, printed }
  } catch (error) {
    return { started: false, printed: (error as Error).message }
  }
}

const PRODUCTION = { env: { NODE_ENV: 'production' } }

test('another kind in [production] stops the start there, and names the place and the two ways out', async () => {
  const requires = { auth: { '[production]': { kind: 'xsuaa-auth' } } }
  const { started, printed } = await start({ requires, ...PRODUCTION })
  expect(started).toBe(false)
  expect(printed).toMatch(
    'authentication is of kind "xsuaa" (.cdsrc.json, cds.requires.auth.[production])'
  )
  expect(printed).toMatch('Either remove the other kind')
})

test('another kind in [hybrid], as "cds bind" writes it, is a warning', async () => {
  const requires = { auth: { '[hybrid]': { kind: 'xsuaa-auth' } } }
  const { started, printed } = await start({ requires, env: { CDS_ENV: 'hybrid' } })
  expect(started).toBe(true)
  const warnings = printed.match(/authentication is of kind "xsuaa"/g)
  expect(warnings).toHaveLength(1)
})

test('a misspelt option stops the start, in an application with another authentication as well', async () => {
  const requires = { auth: { kind: 'xsuaa' }, API_EQUIPMENT: { onBehalfof: 'namedUser' } }
  const { started, printed } = await start({ requires })
  expect(started).toBe(false)
  expect(printed).toMatch(
    'cds.requires.API_EQUIPMENT.onBehalfof is not known: did you mean "onBehalfOf"?'
  )
})

test('users among the options of the landscape, where they have no effect, stop the start', async () => {
  const requires = { auth: { emulator: { users: { alice: { roles: ['Viewer'] } } } } }
  const { started, printed } = await start({ requires, env: { VCAP_SERVICES: undefined } })
  expect(started).toBe(false)
  expect(printed).toMatch(
    "the emulated BTP services can't be started: cds.requires.auth.emulator.users has no effect there: move it to cds.requires.auth.users"
  )
})
