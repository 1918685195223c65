import { certificateOf } from '../../../src/inbound/client-certificate.js'

const { VCAP_APPLICATION } = process.env
afterEach(() => {
  if (VCAP_APPLICATION === undefined) delete process.env['VCAP_APPLICATION']
  else process.env['VCAP_APPLICATION'] = VCAP_APPLICATION
})

const HOSTS = [
  'app.cert.cfapps.example',
  'App.CERT.cfapps.example',
  'APP.MESH.CF.EXAMPLE',
  'a.Mesh.cf.b'
]
const routes = (...uris: string[]) => {
  process.env['VCAP_APPLICATION'] = JSON.stringify({ application_uris: uris })
}
const request = (host: string, certificate?: unknown) =>
  ({
    headers: { host, ...(certificate !== undefined && { 'x-forwarded-client-cert': certificate }) }
  }) as never

describe.each(HOSTS)('route %s', (route) => {
  test.each(HOSTS)('the certificate counts on host %s', (host) => {
    routes(route)
    expect(certificateOf(request(host, 'cert'))).toBe('cert')
    expect(certificateOf(request(host))).toBe('')
    expect(certificateOf(request(host, ['a', 'b']))).toBe('')
  })

  test.each(['app.cfapps.example', 'app-cert.cfapps.example', 'APPCERT.example', ''])(
    'and not on host "%s"',
    (host) => {
      routes(route)
      expect(certificateOf(request(host, 'cert'))).toBeUndefined()
    }
  )
})

test('without such a route the header is what a client sent', () => {
  routes('app.cfapps.example')
  for (const host of HOSTS) expect(certificateOf(request(host, 'cert'))).toBeUndefined()
  delete process.env['VCAP_APPLICATION']
  for (const host of HOSTS) expect(certificateOf(request(host, 'cert'))).toBeUndefined()
  process.env['VCAP_APPLICATION'] = ''
  for (const host of HOSTS) expect(certificateOf(request(host, 'cert'))).toBeUndefined()
})
