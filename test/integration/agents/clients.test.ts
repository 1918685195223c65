import { isCap9 } from '../../support/cap-version.js'
import { RunningSample } from '../../support/running-sample.js'
import { DelegationSample } from '../delegation/delegation-sample.js'

const onCap10 = isCap9 ? test.skip : test

const AGENT = 'sb-agent!t9'
const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const LOCATIONS = '/odata/v4/maintenance/FunctionalLocations?$top=1'

const throughAgent = { azp: AGENT, cid: AGENT, client_id: AGENT }

describe('an agent with a client of its own', () => {
  let sample: RunningSample
  beforeAll(async () => {
    sample = await RunningSample.start({
      requires: {
        API_EQUIPMENT: { clients: ['$own'] },
        API_FUNCTIONALLOCATION: { clients: ['$own', AGENT] }
      },
      env: { DEBUG: 'principal' }
    })
  })
  afterAll(() => sample.stop())

  const agent = async () =>
    sample.with(
      `Bearer ${await sample.emulator.issueToken({ user: 'alice', claims: throughAgent })}`
    )

  test('acts as the user where it may, and the record has the client', async () => {
    const client = await agent()
    const { result, entries } = await sample.recorded(() => client.get(LOCATIONS))
    expect(result.status).toBe(200)
    expect(entries).toEqual([expect.objectContaining({ subject: 'CN=alice' })])
    await sample.sample.printed(/principal\.call .*"user":"alice","client":"sb-agent!t9".*"ok"/)
  })

  test('is refused elsewhere, before a connection is opened, and not sent to another log-on', async () => {
    const client = await agent()
    const { result, entries, connections } = await sample.recorded(() =>
      client.patch(`${EQUIPMENT}('10000000')`, { name: 'Changed' })
    )
    expect(result).toMatchObject({
      status: 403,
      body: { error: { code: 'ERR_CLIENT_NOT_ALLOWED', message: 'Forbidden' } }
    })
    expect(result.headers['www-authenticate']).toBeUndefined()
    expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
    await sample.sample.printed(
      /ERR_CLIENT_NOT_ALLOWED · before the call · "API_EQUIPMENT".*sent client sb-agent!t9 ≠ expected \$own/
    )
  })

  test("the user's own client is let in", async () => {
    const alice = await sample.as('alice')
    expect((await alice.get(`${EQUIPMENT}?$top=1`)).status).toBe(200)
  })
})

onCap10('queued work counts for the client of the request that has queued it', async () => {
  const OWN = {
    ...{ kind: 'odata-v2', csrf: true, onBehalfOf: 'namedUser', delegation: true },
    ...{ clients: ['$own'], credentials: { destination: 'S4', path: '/sap/opu/odata/sap/x' } }
  }
  const sample = await DelegationSample.start({ requires: { OWN } })
  try {
    const { running } = sample
    const token = await running.emulator.issueToken({ user: 'alice', claims: throughAgent })
    const agent = running.with(`Bearer ${token}`)
    const refused = await sample.plan({ remote: 'OWN' }, agent)
    expect(refused.status).toBe(204)
    await running.sample.printed(/ERR_CLIENT_NOT_ALLOWED.*sent client sb-agent!t9/)
    const { marker } = await sample.plan({ remote: 'OWN' })
    expect(await sample.arrived(marker)).toEqual([expect.objectContaining({ subject: 'CN=alice' })])
    expect(await sample.arrivals(refused.marker)).toEqual([])
  } finally {
    await sample.running.stop()
  }
})
