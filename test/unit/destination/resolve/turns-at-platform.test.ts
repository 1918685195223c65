import { configureLimits } from '../../../../src/configuration/limit-options.js'
import { serviceProviderAt } from '../../../../src/destination/exchange/saml/metadata.js'
import { boundDestination } from '../../../../src/destination/resolve/bound-service.js'
import { atPlatform } from '../../../../src/lib/sharing/platform-requests.js'
import { limitsInUse } from '../../../../src/lib/telemetry/limits.js'
import { credentials } from '../../../../emulator/test/support/http.js'
import { filesIn, read } from '../../project/repository.js'
import { Landscape } from '../support/landscape.js'

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({})
})
afterAll(() => landscape.stop())
beforeEach(() => {
  configureLimits({ platformRequests: 1 })
})
afterEach(() => {
  configureLimits({})
})

const waiting = () =>
  limitsInUse().find(({ name }) => name === 'waiting-platform-requests')?.used ?? 0

async function exchangeForBoundService(): Promise<unknown> {
  const uaa = { ...credentials(landscape.emulator) } as never
  const alice = await landscape.user('alice')
  return boundDestination({ name: 'REUSE', url: 'https://reuse.example', uaa }, alice, undefined)
}

function readMetadata(): Promise<unknown> {
  return serviceProviderAt(String(credentials(landscape.emulator)['url']), 'customer-1')
}

test.each([
  ['the exchange for a bound service', exchangeForBoundService],
  ['the metadata of a subaccount', readMetadata]
])('%s waits for the turn of its tenant', async (_, ask) => {
  let release: () => void = () => undefined
  const other = atPlatform('other', () => new Promise<void>((done) => (release = done)))
  const answer = ask()
  const end = Date.now() + 20_000
  do await new Promise((done) => setImmediate(done))
  while (!waiting() && Date.now() < end)
  expect(waiting()).toBe(1)
  release()
  await other
  await answer
})

/** Functions that send a request to a service of the platform. */
const SENDING =
  /(?<!function )\b(fetchJson|fetchText|requestToken|sendHttps|fetchJwtBearerToken|fetchClientCredentialsToken|super\.getJwks|getDestination)\(/

/** Files whose requests take no turns themselves, and why. */
const WITHOUT_TURNS: Readonly<Record<string, string>> = {
  'src/delegation/keys/credential-store/read.ts': "the application's own keys, for no tenant",
  'src/destination/exchange/client.ts': 'its callers take the turn',
  'src/destination/look-up/local.ts': 'its caller takes the turn'
}

/** Commands, and what runs in development only. */
const NO_SERVER = /^src\/(cds-dk|cli|development|doctor|explain)\//

test('every file that asks a service of the platform takes turns', () => {
  const asking = filesIn('src', /\.ts$/)
    .filter((file) => !NO_SERVER.test(file))
    .filter((file) => SENDING.test(read(file)))
  expect(asking.length).toBeGreaterThan(8)
  const without = asking.filter((file) => !read(file).includes('atPlatform('))
  expect(without.sort()).toEqual(Object.keys(WITHOUT_TURNS))
})
