import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import cds from '@sap/cds'
import { createAuthority, type Authority } from '../../src/certificates/authority.js'
import { mockAuth } from '../../src/mock/mock-auth.js'

const VARIABLE = 'CDS_PRINCIPAL_CLOUD_CONNECTOR_CA'
const HOUR = 3600_000

let cloudConnector: Authority
let server: Server
let url: string

beforeAll(async () => {
  cloudConnector = await createAuthority('CN=Cloud Connector')
  process.env[VARIABLE] = cloudConnector.cert
  const auth = mockAuth()
  server = createServer((req, res) => {
    cds.context = { user: new cds.User('anonymous') } as cds.EventContext
    void auth(req, res, () => res.end((cds.context as cds.EventContext).user.id))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  delete process.env[VARIABLE]
  await new Promise((done) => server.close(done))
})

/** Value of the header for a certificate of this authority. */
async function certificate(authority: Authority, cn: string, validMs = HOUR): Promise<string> {
  const { cert } = await authority.issue({ subject: [{ CN: [cn] }], usage: 'client', validMs })
  return new X509Certificate(cert).raw.toString('base64')
}

async function logon(header?: string) {
  const response = await fetch(url, { headers: header ? { SSL_CLIENT_CERT: header } : {} })
  return { status: response.status, body: await response.text() }
}

it('the user is the common name of a certificate that the Cloud Connector has issued', async () => {
  expect(await logon(await certificate(cloudConnector, 'alice'))).toEqual({
    status: 200,
    body: 'alice'
  })
})

it('without certificate nobody is logged on', async () => {
  expect(await logon()).toEqual({ status: 200, body: 'anonymous' })
})

it('a certificate of another authority with the same name is refused, and the answer and the log say why', async () => {
  const warn = jest.spyOn(cds.log('principal'), 'warn').mockReturnValue()
  const header = await certificate(await createAuthority('CN=Cloud Connector'), 'alice')
  const { port } = new URL(url)
  expect(await logon(header)).toEqual({
    status: 401,
    body: `Unauthorized: the mock at port ${port} belongs to the landscape of another folder`
  })
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining(`this mock belongs to the landscape of ${cds.root}.`)]
  ])
  warn.mockRestore()
})

it('a certificate that has expired is refused', async () => {
  const header = await certificate(cloudConnector, 'alice', -1)
  expect(await logon(header)).toEqual({ status: 401, body: 'Unauthorized' })
})

it('the authority itself is no user', async () => {
  const header = new X509Certificate(cloudConnector.cert).raw.toString('base64')
  expect(await logon(header)).toMatchObject({ status: 401 })
})

it('an empty header, which the Cloud Connector sends without a user, is no log-on', async () => {
  const response = await fetch(url, { headers: { SSL_CLIENT_CERT: '' } })
  expect({ status: response.status, body: await response.text() }).toEqual(await logon())
})

it.each(['AAAA', 'not base64 %'])('"%s" is no certificate', async (header) => {
  const response = await fetch(url, { headers: { SSL_CLIENT_CERT: header } })
  expect(response.status).toBe(401)
})

it.each([{ NODE_ENV: 'production' }, { CDS_ENV: 'cloud,production' }])(
  'refuses to start with %j',
  (env) => {
    const before = { ...process.env }
    Object.assign(process.env, env)
    try {
      expect(() => mockAuth()).toThrow(/no place in production/)
    } finally {
      process.env = before
    }
  }
)
