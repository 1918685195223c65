import type { PrincipalRequest } from '../../../src/index.js'
import { type Client, client } from '../../support/client.js'
import { PolicySample } from './policy-sample.js'

let app: PolicySample
let alice: Client
const others: Client[] = []

const CALL = '/odata/v4/policy/call'

beforeAll(async () => {
  app = await PolicySample.start(() => ({
    JWT: { kind: 'rest', onBehalfOf: 'namedUser', credentials: { destination: 'JWT' } }
  }))
  alice = await app.as('alice')
})
afterAll(async () => {
  for (const each of others) each.close()
  await app.stop()
})
beforeEach(async () => {
  await app.requests(alice)
})

/** What the event has told about the requests of `work`. The first request is the one that has emptied the list. */
async function told(work: () => Promise<unknown>): Promise<PrincipalRequest[]> {
  await work()
  const requests: PrincipalRequest[] = await app.requests(alice)
  return requests.slice(1)
}

function as(authorization?: string): Client {
  const one = client(app.sample.url, authorization)
  others.push(one)
  return one
}

const number = expect.any(Number) as number
const text = expect.any(String) as string

test('an accepted request: who, and the facts about the token', async () => {
  const [request] = await told(() =>
    alice.post(`${CALL}?x=secret`, { place: 'request', way: 'get', target: 'JWT' })
  )
  expect(request).toEqual({
    correlationId: text,
    method: 'POST',
    path: CALL,
    service: 'PolicyService',
    issuer: 'xsuaa',
    principal: 'named',
    user: 'alice',
    tenant: text,
    roles: ['Technician', 'uaa.user'],
    token: {
      issuer: text,
      audience: expect.arrayContaining([text]),
      client: 'sb-maintenance!t1',
      tenant: text,
      origin: 'sap.default',
      scopes: expect.arrayContaining(['maintenance!t1.Technician']),
      attributes: expect.any(Array),
      expiresAt: number
    },
    status: 200,
    authentication: number,
    duration: number,
    context: 'request'
  })
  expect(request?.duration).toBeGreaterThanOrEqual(request?.authentication ?? Infinity)
})

test('a refused token: code, hop, cause and fix, and nothing of the token', async () => {
  const token = await app.emulator.issueToken({ user: 'alice', expiresIn: -600 })
  const [request] = await told(() => as(`Bearer ${token}`).get('/odata/v4/policy/'))
  expect(request).toMatchObject({
    principal: 'anonymous',
    status: 401,
    code: 'ERR_TOKEN_EXPIRED',
    hop: text,
    cause: expect.stringContaining('expired')
  })
  expect(request).not.toHaveProperty('user')
  expect(request).not.toHaveProperty('token')
})

test('no credentials, and a path that is none of a service', async () => {
  const requests = await told(async () => {
    const nobody = as()
    await nobody.get('/odata/v4/policy/')
    await nobody.get('/odata/v4/policynone')
  })
  expect(requests[0]).toMatchObject({
    principal: 'anonymous',
    status: 401,
    service: 'PolicyService'
  })
  for (const each of requests.slice(1)) expect(each).not.toHaveProperty('service')
})

test('a request of the application itself, and one of the Job Scheduling service', async () => {
  const [technical] = await told(async () => (await app.as('application')).get('/odata/v4/policy/'))
  expect(technical).toMatchObject({ principal: 'technical', user: 'system', status: 200 })
  const [job] = await told(() => fetch(app.sample.url, { headers: { 'x-sap-job-id': '1' } }))
  expect(job).toBeUndefined() // CAP's welcome page needs no authentication
  const path = `${app.sample.url}/odata/v4/policy/`
  const [run] = await told(() => fetch(path, { headers: { 'x-sap-job-id': '1' } }))
  expect(run).toMatchObject({ status: 401, context: 'job' })
})

test('a failure that is explained while the request is handled', async () => {
  app.backend.status = 503
  const [request] = await told(() => app.call(alice, { target: 'JWT' }))
  app.backend.status = 200
  expect(request).toMatchObject({
    status: 200,
    code: 'ERR_REMOTE_UNAVAILABLE',
    hop: text,
    fix: text
  })
})

test('a batch is one request, with the failure of its parts', async () => {
  app.backend.status = 503
  const body = { place: 'request', way: 'get', target: 'JWT', options: '{}' }
  const headers = { 'content-type': 'application/json' }
  const part = { id: '1', method: 'POST', url: '/call', headers, body }
  const requests = await told(() => alice.post('/odata/v4/policy/$batch', { requests: [part] }))
  app.backend.status = 200
  expect(requests).toEqual([
    expect.objectContaining({
      path: '/odata/v4/policy/$batch',
      service: 'PolicyService',
      status: 200,
      code: 'ERR_REMOTE_UNAVAILABLE'
    })
  ])
})

test('no token and no personal value is in it; a listener that fails is a line in the log', async () => {
  const requests = await told(() => app.call(alice, { target: 'JWT' }))
  expect(JSON.stringify(requests)).not.toMatch(/eyJ|@|Bearer/)
  await app.sample.printed(/a listener of "principal\.request" failed/)
})
