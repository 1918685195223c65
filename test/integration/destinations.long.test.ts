import { RunningSample } from '../support/running-sample.js'
import { startSample } from '../support/sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment?$top=1'
const ON_PREMISE = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }
const PROPAGATING = { ...ON_PREMISE, Authentication: 'PrincipalPropagation' }

let sample: RunningSample | undefined
afterEach(() => sample?.stop())

/** The sample with another destination S4, and with or without `onBehalfOf` on equipment. */
async function withDestination(
  properties: Record<string, string> | undefined,
  onBehalfOf: string | null = 'namedUser'
) {
  sample = await RunningSample.start(
    { requires: { API_EQUIPMENT: { onBehalfOf } } },
    { destinations: properties ? { S4: properties } : {} }
  )
  return sample
}

describe('onBehalfOf "namedUser"', () => {
  test.each(['NoAuthentication', 'BasicAuthentication', 'OAuth2ClientCredentials'])(
    'a destination with %s would lose the user: nothing is sent',
    async (Authentication) => {
      const app = await withDestination({ ...ON_PREMISE, Authentication, User: 'u', Password: 'p' })
      const alice = await app.as('alice')
      const { result, connections } = await app.recorded(() => alice.get(EQUIPMENT))
      expect(result.status).toBe(500)
      expect(connections).toBe(0)
      await app.sample.printed(/ERR_DESTINATION_TECHNICAL/)
    }
  )

  test('no destination of that name', async () => {
    const app = await withDestination(undefined)
    const answer = await (await app.as('alice')).get(EQUIPMENT)
    expect(answer).toMatchObject({ status: 502 })
    await app.sample.printed(/ERR_DESTINATION_NOT_FOUND · [^·]+ · there is no destination "S4"/)
  })
})

describe('without onBehalfOf the destination decides', () => {
  test('one that propagates users gets a named user, or nothing', async () => {
    const app = await withDestination(PROPAGATING, null)
    const [alice, application] = [await app.as('alice'), await app.as()]
    const { entries } = await app.recorded(() => alice.get(EQUIPMENT))
    expect(entries).toEqual([expect.objectContaining({ user: 'ALICE', status: 200 })])
    const refused = await app.recorded(() => application.get(EQUIPMENT))
    expect(refused.result.status).toBe(403)
    expect(refused.connections).toBe(0)
    await app.sample.printed(
      /ERR_USER_TOKEN_REQUIRED · [^·]+ · "API_EQUIPMENT".*client_credentials token/
    )
  })

  test('any other gets no token of a user', async () => {
    const app = await withDestination({ ...ON_PREMISE, Authentication: 'NoAuthentication' }, null)
    const alice = await app.as('alice')
    const { result, entries } = await app.recorded(() => alice.get(EQUIPMENT))
    expect(entries).toEqual([expect.objectContaining({ user: null, subject: null, status: 401 })])
    expect(result.status).toBe(502)
  })
})

test('while XSUAA can not be asked, answers are 503 with Retry-After', async () => {
  sample = await RunningSample.start()
  const token = await sample.emulator.issueToken({ user: 'alice' })
  await sample.emulator.stop()
  const answer = await sample.with(`Bearer ${token}`).get(EQUIPMENT)
  expect(answer).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.stringMatching(/^[1-5]$/) }
  })
  await sample.sample.printed(/ERR_ISSUER_UNAVAILABLE/)
})

describe('wrong configuration stops the start, and names the option', () => {
  test.each<[string, Record<string, object>, Record<string, string>, RegExp]>([
    [
      'an unknown onBehalfOf',
      { API_EQUIPMENT: { onBehalfOf: 'someUser' } },
      {},
      /cds\.requires\.API_EQUIPMENT\.onBehalfOf is "someUser": use one of namedUser/
    ],
    [
      'a url without forwardAuthToken',
      { API_EQUIPMENT: { credentials: { url: 'https://localhost', destination: null } } },
      {},
      /cds\.requires\.API_EQUIPMENT\.onBehalfOf.*credentials have a "url" without "forwardAuthToken"/
    ],
    ["CAP's own HTTP client", {}, { cds_remote_native__fetch: 'true' }, /native_fetch/],
    [
      'no binding in production',
      {},
      { VCAP_SERVICES: '{}', NODE_ENV: 'production' },
      /neither XSUAA nor Identity Authentication is bound/
    ]
  ])('%s', async (_, requires, env, message) => {
    const emulator = { ca: '', vcapServices: () => ({}) } as never
    const start = startSample({ emulator, requires, env })
    await expect(start).rejects.toThrow(message)
    await expect(start).rejects.not.toThrow('uncaughtException') // as the Cloud SDK logs it, seconds later
  })
})
