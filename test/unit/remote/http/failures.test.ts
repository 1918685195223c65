import { inspect } from 'node:util'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { RemoteError } from '../../../../src/errors.js'
import { send } from '../../../../src/remote/http/send.js'
import { startHttpsServer } from '../../../support/https-server.js'
import {
  type Backend,
  internet,
  json,
  onPremise,
  plain,
  user,
  withBackend
} from '../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const GET = { method: 'get', url: '/x?secret-query=1' } as const
const propagated = () => ({
  destination: onPremise(backend, 'token-a'),
  user: user('a', 'token-a')
})
const direct = () => ({ destination: internet(backend.url) })

async function failure(outbound: { destination: HttpDestination }, request: object = GET) {
  const error: unknown = await send(outbound, request as typeof GET).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(Error)
  return error as RemoteError
}

describe('each failure names the hop, the cause and the fix', () => {
  const NOT_CONNECTED =
    'There is no SAP Cloud Connector (SCC) connected to your subaccount. Requested opening of a tunnel for …'
  const NOT_EXPOSED =
    'Access denied to resource /x on system s4.internal:44300. In case this was a valid request, ensure to expose the resource correctly in your cloud connector.'
  const FORBIDDEN = {
    error: { code: '/IWFND/CM_CONSUMER/101', message: { value: 'No authorization' } }
  }

  test.each<[number, string | object, string, number, RegExp]>([
    [
      407,
      'Proxy Authentication Required',
      'ERR_REMOTE_PROXY',
      502,
      /Connectivity proxy.*token \(407\).*binding/
    ],
    [
      405,
      'the proxy takes http requests only, no https',
      'ERR_REMOTE_PROXY',
      502,
      /takes http only.*http:\/\//
    ],
    [
      400,
      'Invalid Proxy Header',
      'ERR_REMOTE_PROXY',
      502,
      /header \(400\).*CloudConnectorLocationId/
    ],
    [
      503,
      NOT_CONNECTED,
      'ERR_REMOTE_CLOUD_CONNECTOR',
      503,
      /no Cloud Connector is connected.*location id/
    ],
    [403, NOT_EXPOSED, 'ERR_REMOTE_NOT_EXPOSED', 502, /does not expose this path.*case-sensitive/],
    [
      403,
      'Access denied to system s4.internal:1. In case',
      'ERR_REMOTE_NOT_EXPOSED',
      502,
      /this system/
    ],
    [
      403,
      'Principal propagation forbidden for user x',
      'ERR_REMOTE_PRINCIPAL',
      403,
      /subject pattern/
    ],
    [
      502,
      'Unable to open a connection to backend system',
      'ERR_REMOTE_UNREACHABLE',
      502,
      /Cloud Connector can not open/
    ],
    [401, '<html>Logon failed</html>', 'ERR_REMOTE_UNAUTHORIZED', 502, /CERTRULE/],
    [403, 'Forbidden', 'ERR_REMOTE_FORBIDDEN', 403, /refuses the user \(403\).*SU53/],
    [403, FORBIDDEN, 'ERR_REMOTE_FORBIDDEN', 403, /\(403, \/IWFND\/CM_CONSUMER\/101\)/],
    [503, 'Service Unavailable', 'ERR_REMOTE_UNAVAILABLE', 503, /at the moment \(503\)/],
    [429, 'Too Many Requests', 'ERR_REMOTE_UNAVAILABLE', 503, /429/],
    [504, 'Gateway Timeout', 'ERR_REMOTE_TIMEOUT', 504, /504/]
  ])('on premise, %d %j: %s', async (status, body, code, own, message) => {
    backend.answer = (_, res) => {
      if (typeof body === 'string') plain(res, status, body)
      else json(res, status, body)
    }
    const error = await failure(propagated())
    expect(error).toBeInstanceOf(RemoteError)
    expect(error).toMatchObject({ code, status: own, message: expect.stringMatching(message) })
    expect(error.response).toMatchObject({ status, data: body })
    expect(error.message).toMatch(/^the call to destination "S4" failed: /)
  })

  test.each<[number, string]>([
    [401, 'ERR_REMOTE_UNAUTHORIZED'],
    [403, 'ERR_REMOTE_FORBIDDEN']
  ])('on the internet, as a technical user, %d: %s', async (status, code) => {
    backend.answer = (_, res) => plain(res, status, 'no')
    const error = await failure(direct())
    expect(error).toMatchObject({ code, message: expect.stringMatching(/technical user/) })
  })

  test('a name without an address', async () => {
    const error = await failure({ destination: internet('http://nowhere.invalid') })
    expect(error).toMatchObject({
      code: 'ERR_REMOTE_UNREACHABLE',
      message: expect.stringMatching(
        /name of the system has no address \(DNS, (ENOTFOUND|EAI_AGAIN)\)/
      )
    })
  })

  test('the Connectivity proxy is not there', async () => {
    const destination = onPremise(backend, 'token-a')
    const proxyConfiguration = { ...destination.proxyConfiguration!, port: 1 }
    const error = await failure({ destination: { ...destination, proxyConfiguration } })
    expect(error).toMatchObject({
      code: 'ERR_REMOTE_UNREACHABLE',
      message: expect.stringMatching(
        /Connectivity proxy can't be reached \(ECONNREFUSED\).*binding/
      )
    })
  })

  test('a certificate that nobody vouches for', async () => {
    const server = await startHttpsServer((_, res) => res.end('{}'))
    const error = await failure({ destination: internet(server.url) })
    await server.stop()
    expect(error).toMatchObject({
      code: 'ERR_REMOTE_TLS',
      message: expect.stringMatching(/TLS with the system failed.*TrustStoreLocation/)
    })
  })

  test('no answer in time: the request is ended, too', async () => {
    const closed = new Promise((done) => {
      backend.answer = (req) => req.socket.once('close', done)
    })
    const error: unknown = await send(propagated(), GET, { timeout: 1000 }).catch((e: unknown) => e)
    expect(error).toMatchObject({
      code: 'ERR_REMOTE_TIMEOUT',
      status: 504,
      message: expect.stringMatching(/Cloud Connector.*requestTimeout/)
    })
    await closed
  })

  test('a page in place of data', async () => {
    backend.answer = (_, res) => {
      res.writeHead(200, { 'content-type': 'text/html;charset=utf-8' }).end('<html>log on</html>')
    }
    const request = { ...GET, headers: { accept: 'application/json' } }
    const error = await failure(propagated(), request)
    expect(error).toMatchObject({ code: 'ERR_REMOTE_LOGON_PAGE', status: 502 })
    expect(error.response).toMatchObject({ status: 200, data: '<html>log on</html>' })
    await expect(send(propagated(), GET)).resolves.toMatchObject({ status: 200 }) // accepts anything
  })

  test('a redirect is an error, also one to the same host, and nobody follows it', async () => {
    for (const [location, where] of [
      ['https://evil.example/path', 'to evil.example'],
      ['/elsewhere', 'within the system']
    ] as const) {
      backend.answer = (_, res) => res.writeHead(302, { location }).end()
      const error = await failure(propagated())
      expect(error).toMatchObject({ code: 'ERR_REMOTE_REDIRECT', status: 502 })
      expect(error.message).toContain(where)
    }
    expect(backend.received).toHaveLength(2)
  })

  test.each(['https://evil.example/x', 'http://evil.example@127.0.0.1:1/x'])(
    'credentials go to the host of the destination only, and not to %s',
    async (url) => {
      const error = await failure(propagated(), { method: 'get', url })
      expect(error).toMatchObject({ code: 'ERR_REMOTE_HOST', status: 500 })
      expect(backend.received).toEqual([])
    }
  )
})

describe('what the system says to the request itself stays its own', () => {
  const ERROR = { error: { code: 'X/1', message: { lang: 'en', value: 'no good' } } }

  test.each([400, 404, 405, 409, 412, 422, 428, 500, 503])(
    '%d with an OData error',
    async (status) => {
      backend.answer = (_, res) => json(res, status, ERROR)
      const error = await failure(propagated())
      expect(error).not.toBeInstanceOf(RemoteError)
      expect(error).toMatchObject({
        message: `Request failed with status code ${status}`,
        code: status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE',
        response: { status, data: ERROR }
      })
    }
  )

  test('304', async () => {
    backend.answer = (_, res) => res.writeHead(304).end()
    expect(await failure(direct())).toMatchObject({ response: { status: 304 } })
  })
})

test('no header value but those that can stand in a log, and no cookie, in any error', async () => {
  const headers = {
    'set-cookie': 'SAP_SESSIONID=secret',
    'x-csrf-token': 'secret',
    'x-other': 'secret',
    'retry-after': '5'
  }
  for (const status of [302, 400, 401, 403, 407, 500, 503]) {
    backend.answer = (_, res) => json(res, status, { status }, { ...headers, location: '/secret' })
    const request = { ...GET, headers: { cookie: 'own=secret', 'x-own': 'secret' } }
    const error = await failure(propagated(), request)
    const seen = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error)
    expect(seen).not.toMatch(/=secret|'secret'|"secret"|token-a|proxy-token/)
    expect(seen).toMatch(/retry-after/)
  }
})
