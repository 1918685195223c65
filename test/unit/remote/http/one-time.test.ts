import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { Outbound } from '../../../../src/remote/http/outbound.js'
import { sendWithRetry } from '../../../../src/remote/http/send-with-retry.js'
import { type Backend, internet, json, user, withBackend } from '../support/backend.js'

let backend: Backend
/** Number of assertions that were issued. */
let issued: number
withBackend((started) => {
  backend = started
  issued = 0
})

const WRITE = { method: 'post', url: '/s/x', data: {} } as const
const CSRF = { timeout: 5000, csrf: {}, path: '/s' }

/** A destination with the next assertion. */
function next(changes: object = {}): HttpDestination {
  const value = `assertion-${String(++issued)}`
  const http_header = { key: 'Authorization', value: `SAML2.0 ${value}` }
  const authTokens = [{ type: 'SAML2.0', value, expires_in: '60', http_header }]
  return internet(backend.url, { authentication: 'SAMLAssertion', authTokens, ...changes })
}

const outbound = (name: string, changes: object = {}): Outbound => ({
  ...{ destination: next(), user: user(name), tenant: 't1' },
  renew: () => Promise.resolve(next(changes))
})

const seen = () =>
  backend.received.map(({ method, headers: { authorization } }) => [method, authorization])

/** Answers as a system that issues CSRF tokens and takes no assertion twice. */
function takeOnce(): void {
  const used = new Set<string | undefined>()
  backend.answer = (req, res) => {
    const { authorization, 'x-csrf-token': token } = req.headers
    if (used.has(authorization)) return json(res, 401, {})
    used.add(authorization)
    const cookies = { 'x-csrf-token': 't', 'set-cookie': 'session=1' }
    return json(res, 200, {}, token === 'Fetch' ? cookies : {})
  }
}

test('each request of a call has a SAML assertion of its own', async () => {
  takeOnce()
  await sendWithRetry(outbound('alice'), WRITE, CSRF)
  expect(seen()).toEqual([
    ['HEAD', 'SAML2.0 assertion-1'],
    ['POST', 'SAML2.0 assertion-2']
  ])
  await sendWithRetry(outbound('alice'), WRITE, CSRF)
  expect(seen().slice(2)).toEqual([['POST', 'SAML2.0 assertion-3']])
})

test('a read whose connection was lost is repeated with another one', async () => {
  backend.answer = (req, res) => {
    if (backend.received.length === 1) req.socket.destroy()
    else json(res, 200, {})
  }
  await sendWithRetry(outbound('bob'), { method: 'get', url: '/x' }, { timeout: 5000 })
  expect(seen()).toEqual([
    ['GET', 'SAML2.0 assertion-1'],
    ['GET', 'SAML2.0 assertion-2']
  ])
})

test('a destination that leads elsewhere by now gives no credentials for this system', async () => {
  backend.answer = (_, res) => {
    json(res, 200, {}, { 'x-csrf-token': 't' })
  }
  await sendWithRetry(outbound('carol', { url: 'https://elsewhere.example' }), WRITE, CSRF)
  expect(seen()).toEqual([
    ['HEAD', 'SAML2.0 assertion-1'],
    ['POST', 'SAML2.0 assertion-1']
  ])
})

test('other credentials are the same for all requests of a call', async () => {
  backend.answer = (_, res) => {
    json(res, 200, {}, { 'x-csrf-token': 't' })
  }
  const destination = internet(backend.url, { headers: { Authorization: 'Bearer own' } })
  const renew = jest.fn()
  await sendWithRetry({ destination, user: user('dora'), renew }, WRITE, CSRF)
  expect(seen()).toEqual([
    ['HEAD', 'Bearer own'],
    ['POST', 'Bearer own']
  ])
  expect(renew).not.toHaveBeenCalled()
})
