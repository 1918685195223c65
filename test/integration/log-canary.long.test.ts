import { RunningSample } from '../support/running-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const DATA = { id: 'C-1', name: 'Pump', plant: '1010', category: 'M' }

/** More than 1028 characters, and nothing that S/4 can evaluate. */
const LONG_AND_WRONG = encodeURIComponent(
  Array.from({ length: 40 }, (_, i) => `name eq '${i}-not-there'`).join(' or ') +
    " or round('x') eq 6"
)

/** Everything that must not be printed, by name. */
async function secrets(sample: RunningSample): Promise<Record<string, string[]>> {
  const { xsuaa, destination, connectivity } = sample.emulator.vcapServices()
  const bindings = [...xsuaa, ...destination, ...connectivity]
  return {
    'client secrets': bindings.map(({ credentials }) => String(credentials.clientsecret)),
    'session cookies': ['SAP_SESSIONID_', 'sap-usercontext=']
  }
}

describe.each([
  ['as delivered', {}],
  ['everything on', { DEBUG: 'all', SAP_CLOUD_SDK_LOG_LEVEL: 'silly' }],
  ['everything of everybody on', { DEBUG: '*' }],
  ['JSON, as in production', { DEBUG: 'all', cds_log_format: 'json' }]
])('no secret in the log, %s', (_, env) => {
  let sample: RunningSample
  beforeAll(async () => {
    sample = await RunningSample.start({ env })
  })
  afterAll(() => sample.stop())

  test('whatever succeeds or fails', async () => {
    const [alice, dave] = [await sample.as('alice'), await sample.as('dave')]
    const application = await sample.as()
    const expired = await sample.emulator.issueToken({ user: 'alice', expiresIn: -100 })
    const answers = [
      await alice.get(`${EQUIPMENT}?$top=1`),
      await alice.post(EQUIPMENT, DATA),
      await alice.post(EQUIPMENT, DATA), // S/4 refuses: it exists
      await alice.get(`${EQUIPMENT}?$filter=plant%20eq%20'1010'%20and%20contains(name,'%25')`),
      await alice.get(`${EQUIPMENT}?$filter=${LONG_AND_WRONG}`), // CAP puts it into a $batch
      await dave.patch(`${EQUIPMENT}('C-1')`, { name: 'x' }),
      await application.get(EQUIPMENT),
      await sample.with(`Bearer ${expired}`).get(EQUIPMENT),
      await sample.with('Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.eyJ4').get(EQUIPMENT)
    ]
    expect(answers.map(({ status }) => status)).toEqual([
      200,
      201,
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
      403,
      403,
      401,
      401
    ])
    const printed = (await sample.sample.output()) + JSON.stringify(answers.map(({ body }) => body))
    expect(printed).toMatch(/ERR_REMOTE_ANSWER/) // the failed call is in there
    expect(printed.match(/eyJ[\w-]{10,}\S*/g) ?? []).toEqual([])
    for (const [name, values] of Object.entries(await secrets(sample))) {
      for (const value of values) expect([name, printed.includes(value)]).toEqual([name, false])
    }
  })
})
