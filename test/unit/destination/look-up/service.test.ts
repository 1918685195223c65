import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { serviceBinding } from '../../../../src/destination/binding/binding.js'
import { serviceTokenOf } from '../../../../src/destination/tokens/service.js'
import type { Principal } from '../../../../src/user/principal.js'
import { Landscape } from '../support/landscape.js'

const TECHNICAL: Principal = { kind: 'technical', origin: 'token', tenant: undefined }
const COUNT = 20
const names = Array.from({ length: COUNT }, (_, i) => `D${i}`)
const PUBLIC = { URL: 'https://backend.example', Authentication: 'NoAuthentication' }

let landscape: Landscape
beforeEach(async () => {
  const destinations = Object.fromEntries([...names, 'FIRST'].map((name) => [name, PUBLIC]))
  landscape = await Landscape.start({ destinations })
  // from now on there are tokens for both services
  await resolve('FIRST')
  await serviceTokenOf((await serviceBinding('connectivity'))!, undefined)
})
afterEach(() => landscape.stop())

const resolve = (name: string) => resolveDestination(name, TECHNICAL)

/** Looks destinations up at once. */
async function asked(...destinations: string[]) {
  const { emulator } = landscape
  const counts = () => [emulator.requests('xsuaa').length, emulator.requests('destination').length]
  const [tokens = 0, lookUps = 0] = counts()
  const outcomes = await Promise.allSettled(destinations.map(resolve))
  const failed = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  const [tokensNow = 0, lookUpsNow = 0] = counts()
  return { tokens: tokensNow - tokens, lookUps: lookUpsNow - lookUps, failed: failed as unknown[] }
}

const refusal = { status: 401, body: { error: 'unauthorized' } }
const UNAVAILABLE = { code: 'ERR_DESTINATION_UNAVAILABLE', status: 502 }

describe("the Destination service does not take the application's own token", () => {
  test('there is another one, and the look-up is repeated', async () => {
    landscape.emulator.enqueue('destination', refusal)
    expect(await asked('D0')).toEqual({ tokens: 1, lookUps: 2, failed: [] })
    expect(await asked('D1')).toEqual({ tokens: 0, lookUps: 1, failed: [] })
  })

  test(`the key that has signed it was replaced: ${COUNT} look-ups at once, one new token`, async () => {
    await landscape.emulator.rotateKeys({ keepFormer: false })
    expect(await asked(...names)).toEqual({ tokens: 1, lookUps: 2 * COUNT, failed: [] })
  })

  test('a new one as well: the error, and no new token again for a while', async () => {
    landscape.emulator.enqueue('destination', refusal)
    landscape.emulator.enqueue('destination', refusal)
    const cause = { message: 'Destination service: status 401' }
    const failed = [{ ...UNAVAILABLE, cause }]
    expect(await asked('D0')).toMatchObject({ tokens: 1, lookUps: 2, failed })
    landscape.emulator.enqueue('destination', refusal)
    expect(await asked('D0')).toMatchObject({ tokens: 0, lookUps: 1, failed })
    expect(await asked('D0')).toEqual({ tokens: 0, lookUps: 1, failed: [] })
  })

  test('none to be had: the error, and the refused one is not sent again', async () => {
    landscape.emulator.enqueue('destination', refusal)
    landscape.emulator.enqueue('xsuaa/token', { status: 400, body: { error: 'invalid_client' } })
    expect(await asked('D0')).toMatchObject({ tokens: 1, lookUps: 1, failed: [UNAVAILABLE] })
    expect(await asked('D0')).toEqual({ tokens: 1, lookUps: 1, failed: [] })
  })

  test('403 is no reason to ask for another one', async () => {
    landscape.emulator.enqueue('destination', { status: 403 })
    expect(await asked('D0')).toMatchObject({ tokens: 0, lookUps: 1, failed: [UNAVAILABLE] })
  })
})
