import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { inspect } from 'node:util'

import { requestToken, type XsuaaClient } from '../../../../src/destination/exchange/client.js'
import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { trust } from '../support/landscape.js'

const validMs = 3600_000

let server: Server
let client: XsuaaClient
let answer: { status: number; body: string }
let seen: { client: unknown; authorization: unknown }

beforeAll(async () => {
  const authority = await createAuthority('CN=test')
  const [own, certified] = await Promise.all([
    authority.issue({
      ...{ subject: [{ CN: ['localhost'] }], usage: 'server', validMs },
      hosts: [{ type: 'dns', value: 'localhost' }]
    }),
    authority.issue({ subject: [{ CN: ['sb-app'] }], usage: 'client', validMs })
  ])
  trust(authority.cert)
  server = createServer({ ...own, ca: authority.cert, requestCert: true }, (req, res) => {
    const { subject } = (req.socket as TLSSocket).getPeerCertificate()
    seen = {
      client: (subject as object | undefined) && subject.CN,
      authorization: req.headers.authorization
    }
    req.resume().on('end', () => res.writeHead(answer.status).end(answer.body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const binding = {
    clientid: 'sb-app',
    xsappname: 'app',
    uaadomain: 'localhost',
    url: 'https://other.invalid'
  }
  client = { ...binding, certurl: url, certificate: certified.cert, key: certified.key }
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const request = () => requestToken(client, '/oauth/token', { grant_type: 'x' })

test('with a certificate instead of a secret: mutual TLS, at the host for that', async () => {
  answer = { status: 200, body: '{"access_token":"t","token_type":"Bearer"}' }
  expect(await request()).toBe('t')
  expect(seen).toEqual({ client: 'sb-app', authorization: undefined })
})

test.each([
  [{ status: 302, body: '' }, /status 302/],
  [
    { status: 400, body: '{"error":"invalid_grant","error_description":"expired"}' },
    /^invalid_grant: expired$/
  ],
  [{ status: 500, body: '<html>' }, /status 500/],
  [{ status: 200, body: 'null' }, /no access token/],
  [{ status: 200, body: 'x'.repeat(65 * 1024) }, /more than 65536 bytes/]
])('%#', async (given, message) => {
  answer = given
  await expect(request()).rejects.toThrow(message)
})

test('nobody there: the code, and no address', async () => {
  const gone = requestToken({ ...client, certurl: 'https://localhost:1' }, '/oauth/token', {})
  await expect(gone).rejects.toThrow(/^network error ECONNREFUSED$/)
})

describe('what a token service repeats of a request comes into no error', () => {
  const ASSERTION = 'PHNhbWw6QXNzZXJ0aW9uIElEPSJfMSI+/w=='
  const SECRET = 'secret of+the/client'
  const SECRETS: Record<string, string> = {
    'an assertion': ASSERTION,
    'an assertion, as the form has it': encodeURIComponent(ASSERTION),
    'a refresh token': 'opaque-refresh-token',
    'a JSON Web Token': 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
    'the secret of the client': SECRET,
    'the secret of the client, as a form has it': String(new URLSearchParams({ s: SECRET })).slice(
      2
    ),
    'the credentials of the client': Buffer.from(`sb-app:${SECRET}`).toString('base64')
  }
  const ECHOES: Record<string, (secret: string) => object> = {
    error_description: (secret) => ({ error: 'invalid_grant', error_description: `no ${secret}` }),
    error: (error) => ({ error }),
    both: (secret) => ({ error: secret, error_description: `${secret}${secret}` })
  }
  const cases = Object.keys(SECRETS).flatMap((what) =>
    Object.keys(ECHOES).map((where) => [what, where] as const)
  )

  test.each(cases)('%s in %s', async (what, where) => {
    const secret = SECRETS[what]!
    answer = { status: 400, body: JSON.stringify(ECHOES[where]!(secret)) }
    const form = { grant_type: 'x', assertion: ASSERTION, refresh_token: 'opaque-refresh-token' }
    const withSecret = { ...client, clientsecret: SECRET }
    const error: unknown = await requestToken(withSecret, '/oauth/token', form).catch(
      (reason: unknown) => reason
    )
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 20, showHidden: true, getters: true })).not.toContain(secret)
    if (where === 'error_description')
      expect((error as Error).message).toMatch(/^invalid_grant: no <.*>$/)
  })
})
