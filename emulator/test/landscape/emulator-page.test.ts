import { startEmulator, type Emulator } from '../../src/index.js'
import { filesIn, read } from '../../../test/unit/project/repository.js'
import { credentials, send } from '../support/http.js'
import { identityCredentials } from '../support/identity.js'
import { options } from '../support/maintenance.js'

const page = read('docs/emulator.md')
const BASE = '/destination-configuration/v1'

/** Text between a heading and the next one. */
function section(title: string): string {
  const [, rest = ''] = page.split(`### ${title}\n`)
  return rest.split(/^##/m)[0] ?? ''
}

/** `GET /path` of the table of a section. */
const endpointsOf = (title: string) =>
  [...section(title).matchAll(/^\| `(GET|POST) (\/[^` ]*)` /gm)].map(([, method, path]) => ({
    method: method ?? '',
    path: path ?? ''
  }))

const SERVICES = {
  'XSUAA: endpoints': {
    url: () => emulator.url,
    sources:
      /emulator\/src\/(xsuaa\/(xsuaa-handler|authorize\/authorize-handler)|saml\/service-provider)\.ts$/,
    base: ''
  },
  'Identity Authentication (IAS)': {
    url: () => identityCredentials(emulator)['url'] ?? '',
    sources: /emulator\/src\/ias\/(identity-handler|authorize\/authorize-handler)\.ts$/,
    base: ''
  },
  'Destination service': {
    url: () => credentials(emulator, 'destination')['uri'] ?? '',
    sources: /emulator\/src\/destination-service\/destination-handler\.ts$/,
    base: BASE
  }
} as const

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...options,
    identity: true,
    destinations: { S4: { URL: 'https://x.example', TrustStoreLocation: 'http.ts' } },
    root: `${__dirname}/../support`
  })
})
afterAll(() => emulator.stop())

describe.each(Object.entries(SERVICES))('%s', (title, { url, sources, base }) => {
  test('every endpoint that the page names is served', async () => {
    const authorization = `Bearer ${await emulator.issueToken({ client: 'destination' })}`
    const endpoints = endpointsOf(title)
    expect(endpoints.length).toBeGreaterThan(2)
    for (const { method, path } of endpoints) {
      const actual = path
        .replace('{name}', 'S4')
        .replace('{certificate}', 'http.ts')
        .replace('{alias}', 'maintenance.emulated')
      const headers = { ...(base && { authorization }), 'content-length': '0' }
      const request = { method, ca: emulator.ca, headers }
      const { status } = await send(url() + base + actual, request)
      const isServed = status !== 404 && status !== 405 && status < 500
      // an empty collection has no members
      expect({ method, path, status, isServed }).toMatchObject({ isServed: true })
    }
  })

  test('every endpoint that is served is on the page', () => {
    const code = filesIn('emulator/src', sources).map(read).join('\n')
    const literals = code.matchAll(base ? /case '(\w+)':/g : /['`](?:[A-Z]+ )?(\/[\w./-]*[\w/])/g)
    const served = [...literals].map(([, path = '']) => (base ? `/${path}` : path))
    const named = endpointsOf(title).map(({ path }) => path.replace(/\/?\{.*/, ''))
    expect(served.length).toBeGreaterThan(2)
    const missing = served.filter((path) => !named.includes(path.replace(/\/$/, '')))
    expect(missing).toEqual([])
  })
})

test('the authentication types on the page are those that the Destination service knows', async () => {
  const [, table = ''] = section('Destination service').split('| `Authentication`')
  const named = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| (`.*?) +\|/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)])
    .map(([, type = '']) => type)
  const types = [...named, 'OAuth2AuthorizationCode', 'SAPAssertionSSO', 'X']
  const known: string[] = []
  for (const Authentication of types) {
    const { status, body } = await find({ URL: 'https://x.example', Authentication })
    expect(status).toBe(200)
    if (!/is not emulated/.test(body.authTokens?.[0]?.error ?? '')) known.push(Authentication)
  }
  expect(known).toEqual(named)
  const code = read('emulator/src/destination-service/tokens/auth-tokens.ts')
  const [, retrievals = ''] = /const RETRIEVALS[^{]*{([^]*?)\n}/.exec(code) ?? []
  const [, without = ''] = /const WITHOUT = new Set\(\[([^]*?)\]/.exec(code) ?? []
  const inCode = [...retrievals.matchAll(/^ {2}(\w+):/gm), ...without.matchAll(/'(\w+)'/g)].map(
    ([, type]) => type
  )
  expect(named.toSorted()).toEqual(inCode.toSorted())
})

async function find(destination: Record<string, string>) {
  const other = await startEmulator({ ...options, destinations: { X: destination } })
  const authorization = `Bearer ${await other.issueToken({ client: 'destination' })}`
  const url = `${credentials(other, 'destination')['uri']}${BASE}/destinations/X`
  const answer = await send(url, { ca: other.ca, headers: { authorization } })
  await other.stop()
  return answer
}

test('the names of endpoints for tests are all there', () => {
  const [, union = ''] =
    /type EndpointName =([^]*?)\n\n/.exec(read('emulator/src/traffic/types.ts')) ?? []
  const names = [...union.matchAll(/'([\w/-]+)'/g)].map(([, name]) => name)
  const [, table = ''] = page.split(/^\| endpoint .*\n/m)
  const rows = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| (`[^|]*`)/gm)]
  const named = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
  expect(named.map(([, name]) => name).toSorted()).toEqual(names.toSorted())
})

test('the tests of the flows are there, and all files are named', () => {
  const [, flows = ''] = page.split('## Flow by flow\n')
  const rows = [...flows.matchAll(/^\|[^|]+\|[^|]+\| `([\w/-]+)`: "(.+)" +\|$/gm)]
  const files = filesIn('test/integration/fidelity', /\.test\.ts$/)
  const fileOf = (name: string) => `test/integration/fidelity/${name}.test.ts`
  const missing = rows.filter(([, file = '', name = '']) => {
    const source = files.includes(fileOf(file)) ? read(fileOf(file)) : ''
    return !source.includes(`'${name}'`) && !source.includes(`"${name}"`)
  })
  expect(missing.map(([row]) => row)).toEqual([])
  expect([...new Set(rows.map(([, file = '']) => fileOf(file)))].toSorted()).toEqual(
    files.toSorted()
  )
})
