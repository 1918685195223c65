import { join } from 'node:path'

import type { EmulatedRequest } from '../../../emulator/src/index.js'
import type { Client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { Backend } from '../../unit/remote/support/backend.js'

const SYSTEM = 'x.internal:443'
const ON_PREMISE = {
  URL: `http://${SYSTEM}`,
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}
const destinations: Record<string, Record<string, string>> = {
  X: ON_PREMISE,
  NOT_EXPOSED: { ...ON_PREMISE, URL: 'http://not-exposed.internal:1' },
  NO_CONNECTOR: { ...ON_PREMISE, CloudConnectorLocationId: 'nowhere' },
  HTTPS: { ...ON_PREMISE, URL: `https://${SYSTEM}` },
  NO_ADDRESS: { URL: 'http://nowhere.invalid', Authentication: 'NoAuthentication' },
  NOBODY: { URL: 'http://localhost:1', Authentication: 'NoAuthentication' }
}
const users = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`user${i}`, {}]))

let app: RunningSample
/** On the internet, so to speak. */
let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
  destinations['RESET'] = { URL: backend.url, Authentication: 'NoAuthentication' }
  const services = Object.keys(destinations).map((destination) => [
    destination,
    { kind: 'rest', credentials: { destination } }
  ])
  const impatient = { kind: 'rest', credentials: { destination: 'X', requestTimeout: 1000 } }
  const csrf = { kind: 'rest', csrf: true, credentials: { destination: 'X', path: '/sap/csrf' } }
  app = await RunningSample.start(
    {
      extra: join(__dirname, 'app'),
      requires: { ...Object.fromEntries(services), IMPATIENT: impatient, CSRF: csrf }
    },
    {
      destinations,
      users: { ...users, alice: {}, bob: {} },
      onPremise: {
        [SYSTEM]: {
          backend: 'test/integration/remote-calls/backend.ts',
          resources: [{ path: '/sap', subpaths: true }]
        }
      }
    }
  )
}, 120_000)
afterAll(async () => {
  await app.stop()
  await backend.stop()
})

const call = (client: Client, service: string, method: string, path: string, caught = false) =>
  client.post('/odata/v4/calling/call', { service, method, path, caught })

/** What the Connectivity proxy was asked for meanwhile. */
async function proxied(work: () => Promise<unknown>): Promise<EmulatedRequest[]> {
  const before = app.emulator.requests('connectivity').length
  await work()
  return app.emulator.requests('connectivity').slice(before)
}

describe('each failure has its code in the log, and its status and constant text at the client', () => {
  test.each<[string, string, string, number, string, RegExp]>([
    ['NOT_EXPOSED', 'GET', '/sap/x', 502, 'ERR_REMOTE_NOT_EXPOSED', /does not expose this system/],
    ['X', 'GET', '/other', 502, 'ERR_REMOTE_NOT_EXPOSED', /does not expose this path/],
    ['NO_CONNECTOR', 'GET', '/sap/x', 503, 'ERR_REMOTE_CLOUD_CONNECTOR', /location id/],
    ['HTTPS', 'GET', '/sap/x', 502, 'ERR_REMOTE_PROXY', /http only/],
    ['NO_ADDRESS', 'GET', '/', 502, 'ERR_REMOTE_UNREACHABLE', /DNS/],
    ['NOBODY', 'GET', '/', 502, 'ERR_REMOTE_UNREACHABLE', /ECONNREFUSED/],
    ['X', 'GET', '/sap/logon', 502, 'ERR_REMOTE_UNAUTHORIZED', /CERTRULE/],
    ['X', 'POST', '/sap/logon', 502, 'ERR_REMOTE_UNAUTHORIZED', /CERTRULE/],
    ['X', 'GET', '/sap/status/403', 403, 'ERR_REMOTE_FORBIDDEN', /refuses the user/],
    ['X', 'GET', '/sap/odata-error/403', 403, 'ERR_REMOTE_FORBIDDEN', /X\/007/],
    ['X', 'GET', '/sap/page', 502, 'ERR_REMOTE_LOGON_PAGE', /page came in place of data/],
    ['X', 'GET', '/sap/redirect', 502, 'ERR_REMOTE_REDIRECT', /to elsewhere\.example/],
    ['X', 'GET', '/sap/status/503', 503, 'ERR_REMOTE_UNAVAILABLE', /503/],
    ['IMPATIENT', 'GET', '/sap/silent', 504, 'ERR_REMOTE_TIMEOUT', /no answer in time/],
    ['IMPATIENT', 'POST', '/sap/silent', 504, 'ERR_REMOTE_TIMEOUT', /may have had its effect/],
    ['X', 'POST', '/sap/csrf/x', 502, 'ERR_REMOTE_CSRF', /"csrf": true/]
  ])('%s %s %s: %d %s', async (service, method, path, status, code, reason) => {
    const alice = await app.as('alice')
    const answer = await call(alice, service, method, path)
    const TEXT: Record<number, string> = {
      403: 'Forbidden',
      502: 'Bad Gateway',
      503: 'Service Unavailable',
      504: 'Gateway Timeout'
    }
    expect(answer.status).toBe(status)
    expect(answer.body['error']).toMatchObject({ code, message: TEXT[status] })
    expect(answer.body['error']).not.toHaveProperty('innererror')
    const lines = (await app.sample.output()).split('\n')
    const line = lines.find((each) => each.includes(`${code} · `) && reason.test(each))
    expect(line).toMatch(/correlation id/)
  })

  test.each([400, 404, 409, 412, 422, 500])(
    '%d with an OData error stays what CAP makes of it',
    async (status) => {
      const answer = await call(await app.as('alice'), 'X', 'GET', `/sap/odata-error/${status}`)
      expect(answer.status).toBe(502)
      expect(answer.body['error']).toMatchObject({
        message: 'Error during request to remote service: not like that'
      })
      // outside production CAP shows the client the failed call
      const { innererror } = answer.body['error'] as { innererror?: { request?: object } }
      expect(innererror?.request).toMatchObject({
        headers: { 'sap-connectivity-authentication': '***', 'proxy-authorization': '***' }
      })
      expect(JSON.stringify(answer.body)).not.toMatch(/eyJ|Bearer|Basic /)
    }
  )
})

describe('code that catches the error finds what CAP documents', () => {
  const reasonOf = async (path: string) => {
    const { body } = await call(await app.as('alice'), 'X', 'GET', path, true)
    return JSON.parse(body.value as unknown as string) as Record<string, unknown>
  }

  test('of a failure on the way', async () => {
    expect(await reasonOf('/sap/odata-error/403')).toMatchObject({
      name: 'RemoteError',
      code: 'ERR_REMOTE_FORBIDDEN',
      status: 403,
      reason: {
        request: { method: 'GET', headers: { 'sap-connectivity-authentication': '***' } },
        response: { status: 403, body: { error: { code: 'X/007' } } }
      }
    })
  })

  test('of what the system says to the request', async () => {
    expect(await reasonOf('/sap/odata-error/404')).toMatchObject({
      name: 'Error',
      statusCode: 502,
      reason: { response: { status: 404, body: { error: { code: 'X/007' } } } }
    })
  })
})

describe('CSRF', () => {
  test('5 writes of a user are 6 requests; a forgotten session costs one renewal', async () => {
    const alice = await app.as('alice')
    const write = async () =>
      expect(await call(alice, 'CSRF', 'POST', '/x')).toMatchObject({ status: 200 })
    const first = await proxied(async () => {
      for (let i = 0; i < 5; i++) await write()
    })
    expect(first.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'HEAD /sap/csrf/',
      ...Array.from({ length: 5 }, () => 'POST /sap/csrf/x')
    ])
    await call(alice, 'X', 'POST', '/sap/forget')
    const second = await proxied(write)
    expect(second.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 403',
      'HEAD 200',
      'POST 201'
    ])
  })

  test('another user has another session', async () => {
    const bob = await app.as('bob')
    const requests = await proxied(() => call(bob, 'CSRF', 'POST', '/x'))
    expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'POST'])
    expect(new Set(requests.map(({ subject }) => subject))).toEqual(new Set(['CN=bob']))
  })
})

test('a 401 is answered once with fresh tokens', async () => {
  const client = await app.as('user7')
  const before = app.emulator.requests('xsuaa').length
  const requests = await proxied(() => call(client, 'X', 'GET', '/sap/logon'))
  expect(requests.map(({ status }) => status)).toEqual([401, 401])
  const clients = app.emulator
    .requests('xsuaa')
    .slice(before)
    .map(({ grant }) => grant)
  expect(clients).toContain('client_credentials')
})

test('a read is repeated once when the connection is lost, a write never', async () => {
  const alice = await app.as('alice')
  backend.answer = ({ socket }) => {
    if (backend.received.length % 2) socket.destroy()
    else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
  }
  expect(await call(alice, 'RESET', 'GET', '/')).toMatchObject({ status: 200 })
  const write = await call(alice, 'RESET', 'POST', '/')
  expect(write).toMatchObject({
    status: 502,
    body: { error: { code: 'ERR_REMOTE_CONNECTION_LOST' } }
  })
  expect(backend.lines).toEqual(['GET /', 'GET /', 'POST /'])
})

test('200 users, 5 calls each in turn: 200 connections to the proxy, and each call is the right user', async () => {
  const clients = () =>
    Promise.all(
      Object.keys(users).map(async (name) =>
        app.with(`Bearer ${await app.emulator.issueToken({ user: name })}`)
      )
    )
  // ten at a time, who wait for their next turn as long as all others take
  const round = async (all: Client[]) => {
    for (let n = 0; n < all.length; n += 10) {
      const some = all.slice(n, n + 10)
      const calls = some.map((client) => call(client, 'X', 'GET', '/sap/status/200'))
      const statuses = (await Promise.all(calls)).map(({ status }) => status)
      expect(new Set(statuses)).toEqual(new Set([200]))
    }
  }
  await round(await clients()) // the Cloud Connector makes their certificates
  const measured = await clients()
  const before = app.emulator.connections.connectivity
  const requests = await proxied(async () => {
    for (let i = 0; i < 5; i++) await round(measured)
  })
  expect(app.emulator.connections.connectivity - before).toBe(200)
  const subjects = requests.slice(-200).map(({ subject }) => subject)
  expect(subjects.toSorted()).toEqual(
    Object.keys(users)
      .map((name) => `CN=${name}`)
      .toSorted()
  )
}, 120_000)

test('after all that, no cookie, token or CSRF token is in the log', async () => {
  const output = await app.sample.output()
  expect(output).toMatch(/ERR_REMOTE_CSRF/)
  expect(output).not.toMatch(/canary|SAP_SESSIONID|token-\d/)
  expect(output.match(/eyJ[\w-]{10,}\S*/g) ?? []).toEqual([])
})
