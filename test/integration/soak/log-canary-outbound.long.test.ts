import { waveOf } from './call.js'
import { Driver } from './driver.js'
import { QUEUES, SoakLandscape } from './landscape.js'

const SILLY = { SAP_CLOUD_SDK_LOG_LEVEL: 'silly' }
/** What the applications print: everything; and everything of CAP as JSON, as in production. */
const ENVIRONMENTS = {
  persistent: { DEBUG: '*,all', ...SILLY },
  'in-memory': { NODE_ENV: 'production', DEBUG: 'all', cds_log_format: 'json', ...SILLY }
}

let landscape: SoakLandscape
beforeAll(async () => {
  landscape = await SoakLandscape.start(ENVIRONMENTS)
  const driver = new Driver(landscape)
  // the last two while the services of the platform fail
  for (const number of [1, 3, 7]) await driver.send(waveOf(20_260_802, number, 60))
}, 180_000)
afterAll(() => landscape.stop())

describe.each(QUEUES)('calls in every way, and failures of every hop: %s', (queue) => {
  const printed = () => landscape.apps[queue].output()

  test.each(['principal.call', 'ERR_REMOTE_TIMEOUT', 'not there'])(
    '%s was printed',
    async (what) => {
      expect(await printed()).toContain(what)
    }
  )

  test.each<[string, RegExp]>([
    ['tokens', /eyJ[\w-]{10,}/g],
    ['SAML assertions', /PHNhbW[\w+/-]{6}|saml2?:Assertion/g],
    ['CSRF tokens and cookies', /csrf-[\da-f]{8}-|SAP_SESSIONID=?[\da-f]{4}/g],
    ['headers with credentials', /(Bearer|Basic|SAML2\.0) [\w+/=-]{12,}/g]
  ])('no %s', async (_, pattern) => {
    expect([...new Set((await printed()).match(pattern) ?? [])].slice(0, 3)).toEqual([])
  })

  test('no secret of a binding, of a destination, or of an OAuth server', async () => {
    const { xsuaa, destination, connectivity } = landscape.emulator.vcapServices()
    const bindings = [...xsuaa, ...destination, ...connectivity]
    const secrets = bindings.map(({ credentials }) => String(credentials['clientsecret']))
    const others = [...landscape.internet.secrets]
    expect(others.length).toBeGreaterThan(10)
    const output = await printed()
    for (const secret of [...secrets, ...others]) expect(output).not.toContain(secret)
  })
})

test('the failures of the platform were among them', async () => {
  const outputs = await Promise.all(QUEUES.map((queue) => landscape.apps[queue].output()))
  const printed = outputs.join('\n')
  expect(printed).toMatch(/ERR_DESTINATION_UNAVAILABLE/)
  expect(printed).toMatch(/status 503|ECONNRESET|UND_ERR_SOCKET/)
})
