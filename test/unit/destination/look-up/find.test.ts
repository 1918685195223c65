import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
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

describe('a service binding in place of a destination', () => {
  const { VCAP_SERVICES: vcap } = process.env
  afterAll(() => {
    process.env['VCAP_SERVICES'] = vcap
  })
  beforeEach(() => {
    const { destination: _, ...others } = landscape.emulator.vcapServices() as object as Record<
      string,
      unknown
    >
    const workflow = {
      name: 'my-workflow',
      label: 'workflow',
      tags: [],
      credentials: {
        endpoints: { workflow_odata_url: 'https://workflow.example' },
        uaa: credentials(landscape.emulator)
      }
    }
    process.env['VCAP_SERVICES'] = JSON.stringify({ ...others, workflow: [workflow] })
  })

  async function tenantOfToken(...[principal, options, tenant]: Rest): Promise<unknown> {
    const resolved = await resolveDestination('my-workflow', principal, options, tenant)
    return claimsOf(resolved.authTokens?.[0]?.value ?? '').zid
  }
  type Rest = [Principal, Parameters<typeof resolveDestination>[2], string | undefined]

  test('is called with a token of the tenant of the call', async () => {
    const { tenant: provider } = await landscape.user('alice')
    expect(await tenantOfToken(TECHNICAL, {}, TENANT)).toBe(TENANT)
    expect(await tenantOfToken({ ...TECHNICAL, tenant: TENANT }, {}, undefined)).toBe(TENANT)
    expect(await tenantOfToken({ kind: 'anonymous' }, {}, TENANT)).toBe(TENANT)
    expect(await tenantOfToken(await landscape.user('tina'), {}, TENANT)).toBe(TENANT)
    for (const tenant of [undefined, provider])
      expect(await tenantOfToken(TECHNICAL, {}, tenant)).toBe(provider)
    const alwaysProvider = { selectionStrategy: 'alwaysProvider' } as const
    expect(await tenantOfToken(TECHNICAL, alwaysProvider, TENANT)).toBe(provider)
  })
})
