import { createRequire } from 'node:module'
import { inspect } from 'node:util'

import { isInEnvironment } from '../../../../src/destination/look-up/find.js'
import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import type { Principal } from '../../../../src/user/principal.js'
import { Landscape } from '../support/landscape.js'

const NOBODY: Principal = { kind: 'anonymous' }
const BACKEND = { URL: 'https://backend.example' }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations: { PLAIN: BACKEND, TRUSTED: { ...BACKEND, TrustStoreLocation: 'other.pem' } }
  })
})
afterAll(() => landscape.stop())
afterEach(() => {
  for (const name of ['destinations', 'https_proxy', 'no_proxy']) delete process.env[name]
})

test('the environment variable "destinations" comes first, and nothing is asked', async () => {
  process.env['destinations'] = JSON.stringify([{ name: 'PLAIN', url: 'https://local.example' }])
  const { result, calls } = await landscape.calls(() => resolveDestination('PLAIN', NOBODY))
  expect(result.url).toBe('https://local.example')
  expect(calls).toEqual({})
})

test.each([
  '[{ "name": "PLAIN", "password": s3cret }]',
  '{ "name": "PLAIN", "password": "s3cret" }',
  '["s3cret", null]'
])(
  'the environment variable "destinations" is %s: an error that repeats none of it',
  async (text) => {
    process.env['destinations'] = text
    const refused = {
      code: 'ERR_CONFIGURATION',
      message: expect.stringMatching(/variable "destinations" is no JSON list of destinations/)
    }
    const error = await resolveDestination('PLAIN', NOBODY).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(refused)
    expect(inspect(error)).not.toMatch(/s3c/)
    expect(() => isInEnvironment('PLAIN')).toThrow(expect.objectContaining(refused))
  }
)

test('a destination of the environment that propagates users needs one', async () => {
  const local = { name: 'PP', url: 'https://local.example', authentication: 'PrincipalPropagation' }
  process.env['destinations'] = JSON.stringify([local])
  await expect(resolveDestination('PP', NOBODY)).rejects.toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED'
  })
})

test('proxies of the environment, as the Cloud SDK takes them', async () => {
  expect(await resolveDestination('PLAIN', NOBODY)).not.toHaveProperty('proxyConfiguration')
  process.env['https_proxy'] = 'http://proxy.example:8080'
  expect(await resolveDestination('PLAIN', NOBODY)).toMatchObject({
    proxyConfiguration: { host: 'proxy.example', port: 8080, protocol: 'http' }
  })
  process.env['no_proxy'] = `x, ${BACKEND.URL}`
  expect(await resolveDestination('PLAIN', NOBODY)).not.toHaveProperty('proxyConfiguration')
})

test('a certificate that is not there changes nothing', async () => {
  expect(await resolveDestination('TRUSTED', NOBODY)).not.toHaveProperty('trustStoreCertificate')
})

describe('without a bound Destination service', () => {
  const { VCAP_SERVICES: vcap } = process.env
  afterEach(() => {
    process.env['VCAP_SERVICES'] = vcap
  })

  test.each<[string, () => Principal | Promise<Principal>]>([
    ['nobody', () => NOBODY],
    ['a named user', () => landscape.user('alice')]
  ])('the error says that, and what to bind, for %s', async (_, principal) => {
    const who = await principal()
    const { destination: __, ...others } = landscape.emulator.vcapServices() as object as Record<
      string,
      unknown
    >
    process.env['VCAP_SERVICES'] = JSON.stringify(others)
    const warned = warningsOfCloudSdk()
    const resolved = resolveDestination('S4', who)
    await expect(resolved).rejects.toMatchObject({
      code: 'ERR_DESTINATION_NOT_FOUND',
      explanation: {
        cause: 'no Destination service is bound (needed for destination "S4")',
        fix: expect.stringMatching(/^Bind one: cds add destination .* cf bind-service/) as unknown
      }
    })
    expect(warned()).toEqual([])
  })
})

/** Lines that the Cloud SDK would print: its loggers write to the console of Node. */
function warningsOfCloudSdk(): () => unknown[] {
  const connectivity = createRequire(require.resolve('@sap-cloud-sdk/connectivity'))
  const { getLogger } = connectivity('@sap-cloud-sdk/util') as {
    getLogger(name: string): NodeJS.EventEmitter | undefined
  }
  const lines: unknown[] = []
  for (const name of ['environment-accessor', 'destination-accessor-service']) {
    getLogger(name)?.on('data', (line: unknown) => lines.push(line))
  }
  return () => lines
}
