import type { Emulator } from '../../../emulator/src/index.js'
import { client } from '../../support/client.js'
import { freePort } from '../../support/free-port.js'
import type { Sample } from '../../support/sample.js'
import {
  calling,
  type Change,
  linesIn,
  set,
  startSeeds,
  startWith,
  TO_EXPLAIN,
  withService
} from './seeds.js'

// Mistakes of the field, one at a time: the first line names the hop, the cause and the fix.

let emulator: Emulator
let port: number
beforeAll(async () => {
  port = await freePort()
  emulator = await startSeeds(port)
})
afterAll(() => emulator.stop())

/** Calls a service, and returns the lines about it. */
async function call(sample: Sample, service: string, path = '/sap/id'): Promise<string[]> {
  const alice = client(sample.url, `Bearer ${await emulator.issueToken({ user: 'alice' })}`)
  const before = (await sample.output()).length
  const body = { service, path, how: 'as it is' }
  const { status } = await alice.post('/odata/v4/explained/call', body)
  alice.close()
  expect(status).toBeGreaterThan(400)
  return linesIn(emulator, (await sample.output()).slice(before))
}

const oneLine = (code: string, text: string) => [
  expect.stringMatching(new RegExp(`- ${code} · ${text}.*${TO_EXPLAIN}${code} `))
]

describe('a binding that leads elsewhere', () => {
  test.each<[string, Change, string, string]>([
    [
      'the domain of XSUAA',
      set('xsuaa', { uaadomain: 'authentication.eu10.hana.ondemand.com' }),
      'ERR_TOKEN_ISSUER',
      'incoming token · .*≠ expected <subdomain>.authentication.eu10'
    ],
    [
      'the Destination service',
      (bindings) => {
        set('destination', { uri: `https://localhost:${String(port)}` })(bindings)
      },
      'ERR_DESTINATION_UNAVAILABLE',
      'Destination service · .*ECONNREFUSED.* · Check that "uri"'
    ],
    [
      'its token service',
      set('destination', { url: 'https://nowhere.invalid' }),
      'ERR_DESTINATION_UNAVAILABLE',
      'token service of the Destination service · .*ENOTFOUND.* · Check that the token service'
    ],
    [
      'the proxy',
      set('connectivity', { onpremise_proxy_host: 'nowhere.invalid' }),
      'ERR_REMOTE_UNREACHABLE',
      'the Connectivity proxy · .*no address .* · Check the binding of the Connectivity service'
    ]
  ])('%s', async (_, change, code, text) => {
    const sample = await startWith(emulator, change, withService(calling('S4')))
    try {
      expect(await call(sample, 'S')).toEqual(oneLine(code, text))
    } finally {
      await sample.stop()
    }
  })
})

describe('a destination that can not be called', () => {
  let sample: Sample
  const named = { onBehalfOf: 'namedUser' }
  beforeAll(async () => {
    const names = ['S4', 'HOST', 'HTTPS', 'LOCATION', 'NOWHERE', 'CLOSED']
    const requires = Object.fromEntries(names.map((name) => [name, calling(name)]))
    const users = { NONE: calling('NONE', named), INTERNET: calling('INTERNET', named) }
    sample = await startWith(emulator, undefined, { requires: { ...requires, ...users } })
  })
  afterAll(() => sample.stop())

  test.each<[string, string, string]>([
    [
      'HOST',
      'ERR_REMOTE_NOT_EXPOSED',
      'the Cloud Connector · .*this system .*sent y.internal:443.* · Add it'
    ],
    ['S4', 'ERR_REMOTE_NOT_EXPOSED', 'the Cloud Connector · .*path .*sent /other.* · Add it'],
    ['HTTPS', 'ERR_REMOTE_PROXY', 'the Connectivity proxy · .*http only .* · Write the virtual'],
    [
      'LOCATION',
      'ERR_REMOTE_CLOUD_CONNECTOR',
      'the Connectivity proxy · .*sent location id "berlin".* · Check'
    ],
    [
      'INTERNET',
      'ERR_DESTINATION_UNAVAILABLE',
      'destination · .*needs ProxyType "OnPremise".* · Nothing was sent. Change'
    ],
    [
      'NONE',
      'ERR_DESTINATION_TECHNICAL',
      'destination · .*user would be lost .* · Nothing was sent'
    ],
    ['NOWHERE', 'ERR_REMOTE_UNREACHABLE', 'the system · .*no address .*nowhere.* · Check the URL'],
    ['CLOSED', 'ERR_REMOTE_UNREACHABLE', 'the system · .*ECONNREFUSED.* · Check host and port']
  ])('%s: %s', async (...[service, code, text]) => {
    const lines = await call(sample, service, service === 'S4' ? '/other/x' : undefined)
    expect(lines).toEqual(oneLine(code, text))
  })
})
