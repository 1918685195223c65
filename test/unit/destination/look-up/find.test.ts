import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { Landscape } from '../support/landscape.js'

const TENANT = 'customer-1'
const TECHNICAL: Principal = { kind: 'technical', origin: 'privileged', tenant: undefined }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations: { ONLY_PROVIDER: { URL: 'https://provider.example' } },
    tenants: { [TENANT]: { destinations: {} } }
  })
})
afterAll(() => landscape.stop())

test.each(['alwaysSubscribe', 'own', '', () => null])(
  'an unknown selection strategy leads to no tenant: %p',
  async (selectionStrategy) => {
    const options = { selectionStrategy: selectionStrategy as never }
    const { calls } = await landscape.calls(() =>
      expect(resolveDestination('ONLY_PROVIDER', TECHNICAL, options, TENANT)).rejects.toMatchObject(
        {
          code: 'ERR_CONFIGURATION',
          message: expect.stringContaining('selectionStrategy is not known') as string
        }
      )
    )
    expect(calls).toEqual({})
  }
)
