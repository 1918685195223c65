import { inspect } from 'node:util'

import { FetchError, fetchJson } from '../../../src/lib/fetch-json.js'
import {
  HUGE,
  json,
  MISBEHAVIOURS,
  MisbehavingServer
} from '../token/support/misbehaving-server.js'

let server: MisbehavingServer
beforeAll(async () => (server = await MisbehavingServer.start()))
afterAll(() => server.stop())

/** Milliseconds; short only for a server that does not answer before. */
const deadline = () => (SLOW.has(server.behaviour) ? 300 : 20_000)
const SLOW = new Set<unknown>([MISBEHAVIOURS.hang, MISBEHAVIOURS.drip])
const fetched = () => fetchJson(`${server.url}/secret-of-the-url`, { deadline: deadline() })

async function failure(): Promise<FetchError> {
  const error = await fetched().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(FetchError)
  return error as FetchError
}

test('a JSON document', async () => {
  server.reset(json({ keys: ['Žofie'] }))
  await expect(fetched()).resolves.toEqual({ keys: ['Žofie'] })
})

test('headers go with it', async () => {
  server.reset((req, res) => res.end(JSON.stringify(req.headers)))
  const headers = { 'x-app_tid': 't1' }
  await expect(fetchJson(server.url, { headers })).resolves.toMatchObject({
    'x-app_tid': 't1',
    accept: 'application/json'
  })
})

test('repeatLost: what was lost with its connection is asked for once more, and not twice', async () => {
  const repeated = () => fetchJson(server.url, { repeatLost: true })
  let lost = 1
  let requests = 0
  server.reset((req, res) => {
    requests++
    if (lost-- > 0) req.socket.destroy()
    else res.end('{}')
  })
  await expect(repeated()).resolves.toEqual({})
  expect(requests).toBe(2)
  lost = 5
  await expect(repeated()).rejects.toMatchObject({ reason: 'network' })
  expect(requests).toBe(4)
  await failure()
  expect(requests).toBe(5)
})

describe('a server that misbehaves', () => {
  test.each([
    ['hang', 'timeout'],
    ['drip', 'timeout'],
    ['hang up', 'network'],
    ['hang up half-way', 'network'],
    ['not HTTP', 'network'],
    ['HTML', 'not-json'],
    ['a broken encoding', 'not-json'],
    ['status 204', 'status'],
    ['status 404', 'status'],
    ['status 500', 'status'],
    ['redirect', 'redirect'],
    ['200 MB', 'too-large'],
    ['200 MB announced', 'too-large'],
    ['200 MB compressed', 'too-large']
  ] as const)('%s: %s, in time, and nothing of it in the error', async (name, reason) => {
    server.reset(MISBEHAVIOURS[name])
    const start = performance.now()
    const error = await failure()
    expect(error.reason).toBe(reason)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(inspect(error, { depth: null })).not.toMatch(/secret|127\.0\.0\.1|http:/)
  })

  test('no redirect is followed', async () => {
    server.reset(MISBEHAVIOURS.redirect)
    expect(await failure()).toMatchObject({ reason: 'redirect', status: 302 })
    expect(server.requests).toEqual(['/secret-of-the-url'])
  })

  test('of 200 MB hardly more than the limit is read', async () => {
    server.reset(MISBEHAVIOURS['200 MB'])
    await failure()
    while (!server.sent) await new Promise((done) => setTimeout(done, 10))
    expect(server.sent).toBeLessThan(HUGE / 10)
  })

  test('a document of exactly the limit is read, one byte more is not', async () => {
    server.reset(json('x'.repeat(98)))
    await expect(fetchJson(server.url, { maxBytes: 100 })).resolves.toHaveLength(98)
    await expect(fetchJson(server.url, { maxBytes: 99 })).rejects.toMatchObject({
      reason: 'too-large'
    })
  })

  test('a host that does not exist, a port where nobody listens, a URL that is none', async () => {
    for (const url of ['http://nobody.invalid/', 'http://127.0.0.1:1/', 'x', 'http://u:p@h/']) {
      await expect(fetchJson(url)).rejects.toMatchObject({ name: 'FetchError', reason: 'network' })
    }
  })
})
