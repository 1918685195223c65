import cds from '@sap/cds'

import { executeHttpRequest } from '../../../src/remote/api.js'
import { type Backend, withBackend } from './support/backend.js'
import { as } from './support/echo-agent.js'

let backend: Backend
withBackend((started) => {
  backend = started
  process.env['destinations'] = JSON.stringify([
    { name: 'PLAIN', url: backend.url, authentication: 'NoAuthentication' }
  ])
})
afterEach(() => {
  delete process.env['destinations']
})

const INBOUND = { authorization: 'Bearer of-the-request', cookie: 'a=b' }
const http = { req: { headers: INBOUND }, res: {} }

/** Sends a request while an HTTP request is handled, and returns the headers that have come. */
async function received(headers?: object, context: object = {}) {
  const request = { method: 'get', url: '/x', ...(headers && { headers }) } as const
  const sending = () => executeHttpRequest('PLAIN', request)
  await as(new cds.User.Privileged(), sending, 't1', { http, id: 'i-1', ...context })
  return backend.received.at(-1)?.headers ?? {}
}

describe('the correlation id of the current request', () => {
  const IDS = { 'x-correlation-id': 'i-1', 'x-correlationid': 'i-1' }

  test.each([
    ['without headers', undefined],
    ['beside other headers', { 'x-own': '1' }],
    ['beside a header without a value', { 'x-own': null }],
    [
      'beside headers with a name like it',
      { 'my-x-correlation-id': '1', 'x-correlation-id-2': '1' }
    ]
  ])('is sent %s', async (_, headers) => {
    expect(await received(headers)).toMatchObject(IDS)
  })

  test.each(['x-correlation-id', 'X-CorrelationID'])(
    'is not sent where the caller has set %s',
    async (name) => {
      const headers = await received({ 'x-own': '1', [name]: 'own' })
      expect(headers).toMatchObject({ 'x-own': '1', [name.toLowerCase()]: 'own' })
      expect(Object.values(headers)).not.toContain('i-1')
    }
  )

  test('is not sent beside headers that are grouped by origin', async () => {
    const headers = await received({ custom: { 'x-own': '1' } })
    expect(headers).toMatchObject({ 'x-own': '1' })
    expect(Object.values(headers)).not.toContain('i-1')
  })

  test('is not sent if it is no value for a header', async () => {
    const headers = await received({ 'x-own': '1' }, { id: 'a\r\nb' })
    expect(headers).toMatchObject({ 'x-own': '1' })
    for (const name of Object.keys(IDS)) expect(headers).not.toHaveProperty(name)
  })
})

describe('headers', () => {
  test.each(['custom', 'requestConfig'])('that are grouped as %s only', async (origin) => {
    const headers = await received({ [origin]: { ...INBOUND, 'x-own': '1' } })
    expect(headers).toMatchObject({ 'x-own': '1' })
    for (const name of Object.keys(INBOUND)) expect(headers).not.toHaveProperty(name)
  })

  test('outside of an HTTP request are all sent', async () => {
    const own = { 'x-own': '1', authorization: 'Bearer of-the-application' }
    expect(await received(own, { http: undefined })).toMatchObject(own)
    cds.context = undefined
    await executeHttpRequest('PLAIN', { method: 'get', url: '/x', headers: own })
    expect(backend.received.at(-1)?.headers).toMatchObject(own)
  })
})

test('a path may have a URL in its query', async () => {
  const request = { method: 'get', url: '/x?to=https://a.example/' } as const
  await as(new cds.User.Privileged(), () => executeHttpRequest('PLAIN', request))
  expect(backend.lines).toEqual(['GET /x?to=https://a.example/'])
})
