import type { RequestListener } from 'node:http'
import type { TLSSocket } from 'node:tls'

import { createAuthority } from '../../../emulator/src/certificates/authority.js'
import { FetchError } from '../../../src/lib/fetch-json.js'
import { sendHttps } from '../../../src/lib/send-https.js'
import { type HttpsServer, startHttpsServer } from '../../support/https-server.js'

const LIMITS = { deadline: 10_000, maxBytes: 1000 }
let server: HttpsServer
let listener: RequestListener
let certificate: { cert: string; key: string }

beforeAll(async () => {
  const clients = await createAuthority('CN=clients')
  certificate = await clients.issue({ subject: [{ CN: ['me'] }], usage: 'client', validMs: 60_000 })
  const tls = { requestCert: true, rejectUnauthorized: false, ca: clients.cert }
  server = await startHttpsServer((req, res) => listener(req, res), tls)
})
afterAll(() => server.stop())

const send = (options: object = {}, limits: object = {}, body?: string) =>
  sendHttps(
    new URL('/path', server.url),
    { ca: server.ca, ...options },
    { ...LIMITS, ...limits },
    body
  )

test('the whole answer, whatever its status', async () => {
  listener = (_, res) => res.writeHead(404, { 'content-type': 'text/plain' }).end('größer als 1')
  const answer = await send()
  expect(answer).toMatchObject({ status: 404, body: 'größer als 1' })
  expect(answer.headers['content-type']).toBe('text/plain')
})

test('method, headers, body and the client certificate are sent, on a connection of its own', async () => {
  const seen: unknown[] = []
  listener = (req, res) => {
    const { CN } = (req.socket as TLSSocket).getPeerCertificate().subject
    const { method, url, headers } = req
    req
      .setEncoding('utf8')
      .on('data', (body) => seen.push({ method, url, body, CN, x: headers['x-a'] }))
    req.on('end', () => res.end(headers.connection))
  }
  const options = { ...certificate, method: 'POST', headers: { 'x-a': 'b' } }
  expect((await send(options, {}, 'content')).body).toBe('close')
  expect(seen).toEqual([{ method: 'POST', url: '/path', body: 'content', CN: 'me', x: 'b' }])
})

test('a redirect is an answer', async () => {
  listener = (_, res) => res.writeHead(302, { location: 'https://somewhere.example' }).end()
  expect(await send()).toMatchObject({ status: 302, body: '' })
})

test('as many bytes as are permitted, and not one more', async () => {
  listener = (_, res) => {
    res.write('x'.repeat(600))
    res.end('x'.repeat(400))
  }
  expect((await send()).body).toHaveLength(1000)
  const failed = send({}, { maxBytes: 999 })
  await expect(failed).rejects.toMatchObject({
    reason: 'too-large',
    message: 'more than 999 bytes'
  })
})

test.each<[string, RequestListener]>([
  ['no answer', () => undefined],
  ['an answer that does not end', (_, res) => void res.write('x')]
])('%s in time', async (_, silent) => {
  listener = silent
  await expect(send({}, { deadline: 200 })).rejects.toMatchObject({
    reason: 'timeout',
    message: 'timeout'
  })
})

test.each<[string, RequestListener, object, RegExp]>([
  ['a server that hangs up', (req) => req.socket.destroy(), {}, /^network error ECONNRESET$/],
  [
    'an answer that is cut',
    (_, res) => {
      res.writeHead(200, { 'content-length': '10' })
      res.write('x', () => res.destroy())
    },
    {},
    /^network error ECONNRESET$/
  ],
  ['an authority that is not trusted', () => undefined, { ca: [] }, /^network error [A-Z_]+$/]
])('%s: the error has no host and no address', async (_, broken, options, message) => {
  listener = broken
  const error = await send(options).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(FetchError)
  expect(error).toMatchObject({
    reason: 'network',
    message: expect.stringMatching(message) as string
  })
})
