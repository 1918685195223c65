import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ServerWritableStream } from '@grpc/grpc-js'
import type { Service } from '@sap-cloud-sdk/connectivity'

import type { WorkloadCertificate } from '../../../../src/destination/attested/svid.js'
import { fetchSvid } from '../../../../src/destination/attested/workload-api.js'
import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { serviceTokenOf } from '../../../../src/destination/tokens/service.js'
import { thumbprint } from '../../../../emulator/src/http/client-certificate.js'
import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { fetchByGrpc, startAgent } from '../../../../emulator/test/support/workload-api.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

const SOCKET = 'SPIFFE_ENDPOINT_SOCKET'
const LABEL = 'zero-trust-identity'

let landscape: Landscape
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cds-principal-attested-'))
  landscape = await Landscape.start({
    credentialTypes: {
      xsuaa: 'x509_attested',
      destination: 'x509_attested',
      connectivity: 'x509_attested'
    },
    destinations: {
      D: {
        URL: 'https://backend.example',
        Authentication: 'OAuth2JWTBearer',
        clientId: 'sb-maintenance!t1'
      },
      ON_PREMISE: {
        URL: 'http://s4.internal:44300',
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation'
      }
    }
  })
})
afterAll(async () => {
  await landscape.stop()
  rmSync(folder, { recursive: true, force: true })
})

const ownSocket = () => landscape.emulator.workloadApi ?? ''
const path = (address: string) => address.replace('unix://', '')

beforeEach(() => {
  process.env[SOCKET] = ownSocket()
  bind()
})
afterEach(() => {
  delete process.env[SOCKET]
})

/** Binds the services of the landscape, with these credentials of the Zero Trust Identity service. */
function bind(identity?: object, type = 'x509_attested'): Service {
  const services = landscape.emulator.vcapServices()
  const [own] = services[LABEL] ?? []
  if (own && identity) own.credentials = { ...own.credentials, ...identity }
  const [binding] = services.destination
  if (binding) binding.credentials['credential-type'] = type
  process.env['VCAP_SERVICES'] = JSON.stringify(services)
  const now = Date.now()
  while (Date.now() === now); // the environment is looked at once in a millisecond
  return binding as unknown as Service
}

const files = { count: 0 }

/** Files with a certificate, as the Zero Trust Identity service can mount them. */
function mounted({ certificate, key }: WorkloadCertificate): { certPath: string; keyPath: string } {
  const name = join(folder, String(++files.count))
  const paths = { certPath: `${name}.crt`, keyPath: `${name}.key` }
  writeFileSync(paths.certPath, certificate)
  writeFileSync(paths.keyPath, key)
  return paths
}

test.each(['destination', 'connectivity', 'xsuaa'] as const)(
  '%s has no key and no secret',
  (name) => {
    const binding = credentials(landscape.emulator, name)
    expect(binding).toMatchObject({
      'credential-type': 'x509_attested',
      certurl: expect.any(String)
    })
    for (const each of ['clientsecret', 'certificate', 'key'])
      expect(binding).not.toHaveProperty(each)
  }
)

test('a user goes out with tokens that the certificate of the workload has got', async () => {
  const alice = await landscape.user('alice')
  const { authTokens } = await resolveDestination('D', alice)
  expect(claimsOf(authTokens?.[0]?.value ?? '')).toMatchObject({ user_name: 'alice' })
  const { proxyConfiguration } = await resolveDestination('ON_PREMISE', alice)
  const proxy = proxyConfiguration?.headers?.['Proxy-Authorization'] ?? ''
  const certificate = await fetchSvid(path(ownSocket()))
  expect(claimsOf(proxy.replace('Bearer ', '')).cnf['x5t#S256']).toHaveLength(43)
  expect(certificate.key).not.toBe('')
})

test.each(['x509_attested', 'X509_ATTESTED'])(
  '%s: one certificate for many at the same time',
  async (type) => {
    const asked = { count: 0 }
    const agent = await startAgent({
      FetchX509SVID: (call: ServerWritableStream<object, object>) => {
        asked.count++
        void fetchByGrpc(ownSocket()).then((message) => call.write(message))
      }
    })
    process.env[SOCKET] = agent.address
    const service = bind(undefined, type)
    const tenants = ['customer-1', undefined]
    const tokens = await Promise.all(tenants.map((tenant) => serviceTokenOf(service, tenant, true)))
    agent.stop()
    expect(tokens.map((token) => claimsOf(token).zid)).toEqual([
      'customer-1',
      service.credentials['tenantid']
    ])
    expect(asked.count).toBe(1)
  }
)

test('files that the binding of the identity service names count before any socket', async () => {
  const paths = mounted(await fetchSvid(path(ownSocket())))
  process.env[SOCKET] = 'unix:///nowhere/api.sock'
  expect(await serviceTokenOf(bind(paths), undefined, true)).toMatch(/^ey/)
})

test('a certificate that was replaced is not used any longer', async () => {
  const used = async (certificate: WorkloadCertificate) => {
    const token = await serviceTokenOf(bind(mounted(certificate)), undefined, true)
    return claimsOf(token).cnf['x5t#S256']
  }
  const [one, other] = [await fetchSvid(path(ownSocket())), await fetchSvid(path(ownSocket()))]
  expect(await used(one)).toBe(thumbprint(one.certificate))
  expect(await used(other)).toBe(thumbprint(other.certificate))
})

test('files that are replaced one after the other: the pair from before is used until both are there', async () => {
  const [one, other] = [await fetchSvid(path(ownSocket())), await fetchSvid(path(ownSocket()))]
  const paths = mounted(one)
  const service = bind(paths)
  const clock = jest.spyOn(Date, 'now')
  const usedAfter = async (milliseconds: number) => {
    const now = performance.timeOrigin + performance.now() + milliseconds
    clock.mockReturnValue(now)
    return claimsOf(await serviceTokenOf(service, undefined, true)).cnf['x5t#S256']
  }
  try {
    expect(await usedAfter(0)).toBe(thumbprint(one.certificate))
    writeFileSync(paths.certPath, other.certificate)
    expect(await usedAfter(61_000)).toBe(thumbprint(one.certificate))
    writeFileSync(paths.keyPath, other.key)
    expect(await usedAfter(63_000)).toBe(thumbprint(other.certificate))
  } finally {
    clock.mockRestore()
  }
})

test('a certificate with the key of another one is refused', async () => {
  const [one, other] = [await fetchSvid(path(ownSocket())), await fetchSvid(path(ownSocket()))]
  const service = bind(mounted({ certificate: one.certificate, key: other.key }))
  await expect(Promise.resolve(serviceTokenOf(service, undefined, true))).rejects.toThrow(
    /do not belong together/
  )
})

test('a certificate in the binding itself needs no agent', async () => {
  process.env[SOCKET] = 'unix:///nowhere/api.sock'
  const service = bind()
  Object.assign(service.credentials, await fetchSvid(path(ownSocket())))
  expect(await serviceTokenOf(service, undefined, true)).toMatch(/^ey/)
})

test.each<[string, string | undefined, object | undefined, RegExp]>([
  ['no agent', 'unix:///nowhere/api.sock', undefined, /ENOENT/],
  ['no agent at the usual place', undefined, undefined, /there is no agent at \/tmp\/spire-agent/],
  ['an address of another kind', 'tcp://127.0.0.1:1', undefined, /is no "unix:/],
  ['files that are not there', undefined, { certPath: '/no.crt', keyPath: '/no.key' }, /ENOENT/]
])('%s: refused with the reason, before anything is sent', async (_, address, identity, reason) => {
  if (address === undefined) delete process.env[SOCKET]
  else process.env[SOCKET] = address
  const service = bind(identity)
  const { calls } = await landscape.calls(() =>
    expect(Promise.resolve(serviceTokenOf(service, undefined, true))).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(
          `"destination" has "credential-type": "x509_attested".*${reason.source}.*Nothing was sent`
        )
      ) as string
    })
  )
  expect(calls).toEqual({})
})

test("another workload's certificate, and another authority's, get no token", async () => {
  const stranger = await createAuthority('CN=stranger')
  const subject = [{ CN: ['workload'] }]
  const hosts = [{ type: 'url' as const, value: 'spiffe://emulated.localhost/maintenance' }]
  const { cert, key } = await stranger.issue({ subject, usage: 'client', hosts, validMs: 60_000 })
  const service = bind(mounted({ certificate: cert, key }))
  await expect(Promise.resolve(serviceTokenOf(service, undefined, true))).rejects.toThrow()
})
