import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { send } from '../../../../src/remote/http/send.js'
import { type Backend, internet, json, withBackend } from '../support/backend.js'

let backend: Backend
let count: number
withBackend((started) => {
  backend = started
  count = 0
  backend.answer = (req, res) => {
    if (req.headers['x-csrf-token'] !== 'Fetch') return json(res, 201, {})
    const headers = { 'x-csrf-token': `token-${++count}`, 'set-cookie': `SESSION=${count}; path=/` }
    json(res, 200, {}, headers)
  }
})

const write = (destination: HttpDestination, tenant?: string, headers?: Record<string, string>) =>
  send(
    { destination, tenant },
    { method: 'post', url: '/s/x', data: {}, ...(headers && { headers }) },
    { csrf: true, path: '/s' }
  )

/** Cookies of the writes, in order. */
const cookies = () =>
  backend.received.filter(({ method }) => method === 'POST').map(({ headers }) => headers.cookie)

test('the technical users of two tenants never share a session, however alike their destinations are', async () => {
  const destination = internet(backend.url)
  for (const tenant of ['t1', 't2', undefined, 't1']) await write(destination, tenant)
  expect(cookies()).toEqual(['SESSION=1', 'SESSION=2', 'SESSION=3', 'SESSION=1'])
})

test.each<[string, (n: number) => object]>([
  ['another SAP client', (n) => ({ sapClient: `${n}00` })],
  ['another header of the destination', (n) => ({ headers: { apikey: `key-${n}` } })],
  [
    'another client certificate',
    (n) => ({
      authentication: 'ClientCertificateAuthentication',
      keyStoreName: `client-${n}.p12`,
      certificates: [{ name: `client-${n}.p12`, content: 'cGVt', type: 'CERTIFICATE' }]
    })
  ],
  ['another query of the destination', (n) => ({ queryParameters: { apikey: `key-${n}` } })]
])('%s: another session', async (name, changes) => {
  for (const n of [1, 2, 1]) await write(internet(backend.url, { ...changes(n), name }))
  expect(cookies()).toEqual(['SESSION=1', 'SESSION=2', 'SESSION=1'])
})

test('requests that bring a cookie have the session that belongs to it', async () => {
  const destination = internet(backend.url, { name: 'COOKIES' })
  for (const n of [1, 2, 1]) await write(destination, undefined, { cookie: `LOGON=${n}` })
  expect(cookies()).toEqual(['LOGON=1; SESSION=1', 'LOGON=2; SESSION=2', 'LOGON=1; SESSION=1'])
})

test('a system that hands out a new cookie with every answer does not fill memory and headers', async () => {
  let n = 0
  const { answer } = backend
  backend.answer = (req, res, received) => {
    if (req.method === 'HEAD') return answer(req, res, received)
    json(res, 201, {}, { 'set-cookie': [`A${n}=1; path=/`, `B${n++}=1; path=/`] })
  }
  const destination = internet(backend.url, { name: 'MANY' })
  for (let i = 0; i < 40; i++) await write(destination)
  const last = String(cookies().at(-1)).split('; ')
  expect(last).toHaveLength(50)
  expect(last).toContain('B38=1')
})
