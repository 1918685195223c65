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
