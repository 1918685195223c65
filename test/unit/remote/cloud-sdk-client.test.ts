import type { IncomingMessage, ServerResponse } from 'node:http'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import { executeHttpRequest } from '@sap-cloud-sdk/http-client'

import { callMiddlewares } from '../../../src/remote/http/cap-middleware.js'
import {
  closeConnections,
  connectionCount
} from '../../../src/remote/http/connections/connections.js'
import { send } from '../../../src/remote/http/send.js'
import { needsCloudSdk } from '../../../src/remote/http/cloud-sdk-connection.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'
import { Backend, internet, onPremise, user } from './support/backend.js'

let server: HttpsServer
let requests: string[]
let answer: (req: IncomingMessage, res: ServerResponse) => void

beforeEach(async () => {
  requests = []
  answer = (_, res) => res.end('{"d":1}')
  server = await startHttpsServer((req, res) => {
    requests.push(`${req.method} ${req.url}`)
    answer(req, res)
  })
})
afterEach(async () => {
  closeConnections()
  await server.stop()
})

/** A destination whose connection only the Cloud SDK can make. */
function trusting(): HttpDestination {
  const content = Buffer.from(server.ca).toString('base64')
  const trustStoreCertificate = { name: 'ca.pem', content, type: 'CERTIFICATE' }
  return internet(server.url, { trustStoreCertificate, sapClient: '100' })
}

const GET = { method: 'get', url: '/x' } as const

test.each<[string, object, boolean]>([
  ['plain', {}, false],
  ['on premise', { proxyType: 'OnPremise', proxyConfiguration: {} }, false],
  ['a client certificate', { authentication: 'ClientCertificateAuthentication' }, true],
  ['a trust store', { trustStoreCertificate: {} }, true],
  ['trust in everybody', { isTrustingAllCertificates: true }, true],
  ['a proxy of the environment', { proxyConfiguration: {} }, true],
  ['agents with options', { agentOptions: { keepAlive: false } }, true]
])('%s: who makes the connection', (_, changes, expected) => {
  expect(needsCloudSdk(internet('https://x', changes))).toBe(expected)
})

test('a trust store: the call goes through, and no connection is kept here', async () => {
  await expect(send({ destination: trusting() }, GET)).resolves.toMatchObject({ data: { d: 1 } })
  expect(connectionCount()).toMatchObject({ principals: 0 })
})

test('CSRF: n + 1 requests here as well', async () => {
  answer = (req, res) => {
    if (req.headers['x-csrf-token'] === 'Fetch') res.setHeader('x-csrf-token', 't')
    else if (req.headers['x-csrf-token'] !== 't') res.statusCode = 403
    res.end('{}')
  }
  const outbound = { destination: trusting(), user: user('sdk-writer') }
  for (let i = 0; i < 3; i++) {
    await send(outbound, { method: 'post', url: '/s/x', data: { i } }, { csrf: true, path: '/s' })
  }
  expect(requests).toEqual(['HEAD /s/', 'POST /s/x', 'POST /s/x', 'POST /s/x'])
})

test('failures name the hop, redirects are errors, time is limited', async () => {
  answer = (_, res) => res.writeHead(403).end('no')
  await expect(send({ destination: trusting() }, GET)).rejects.toMatchObject({
    code: 'ERR_REMOTE_FORBIDDEN',
    response: { status: 403, data: 'no' }
  })
  answer = (_, res) => res.writeHead(302, { location: '/y' }).end()
  await expect(send({ destination: trusting() }, GET)).rejects.toMatchObject({
    code: 'ERR_REMOTE_REDIRECT'
  })
  answer = () => undefined
  await expect(send({ destination: trusting() }, GET, { timeout: 30 })).rejects.toMatchObject({
    code: 'ERR_REMOTE_TIMEOUT'
  })
})

describe("CAP's middlewares", () => {
  const service = { kind: 'rest', requestTimeout: 1000, csrf: true, path: '' }

  test('a failed hcql call has a response to look into, also where there was none', async () => {
    const destination = internet('http://nowhere.invalid')
    for (const kind of ['hcql', 'odata']) {
      const { timeout } = callMiddlewares({ destination }, { ...service, kind })
      const error = await executeHttpRequest(destination, { ...GET, middleware: [timeout] }).catch(
        (each: unknown) => each
      )
      expect(error).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) })
      if (kind === 'hcql') expect(error).toMatchObject({ response: { data: {} } })
      else expect(error).not.toHaveProperty('response')
    }
  })

  test('the second one says that a token is wanted', async () => {
    const backend = await Backend.start()
    backend.answer = (_, res) => res.setHeader('x-csrf-token', 't').end('{}')
    const destination = onPremise(backend)
    const { timeout, csrf } = callMiddlewares({ destination }, service)
    const bare = { url: destination.url, authentication: 'NoAuthentication' } as const
    const write = { method: 'post', url: '/x', data: {} } as const
    const none = { fetchCsrfToken: false }
    await executeHttpRequest(bare, { ...write, middleware: [timeout] }, none)
    await executeHttpRequest(bare, { ...write, middleware: [timeout, csrf] }, none)
    expect(backend.received.map(({ method }) => method)).toEqual(['POST', 'HEAD', 'POST'])
    await backend.stop()
  })
})
