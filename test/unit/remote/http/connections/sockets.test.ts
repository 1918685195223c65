import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'

import { configureLimits } from '../../../../../src/configuration/limit-options.js'
import { limitsInUse } from '../../../../../src/lib/telemetry/limits.js'
import { closeConnections } from '../../../../../src/remote/http/connections/connections.js'
import { socketCount } from '../../../../../src/remote/http/connections/sockets.js'
import { send } from '../../../../../src/remote/http/send.js'
import { mayHaveHappened } from '../../../../../src/remote/queue/author-call.js'
import {
  type Backend,
  internet,
  json,
  onPremise,
  user,
  withBackend
} from '../../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const LIMIT = 5

beforeEach(() => {
  configureLimits({ sockets: LIMIT })
})
afterEach(() => {
  configureLimits({})
})

const GET = { method: 'get', url: '/x' } as const

/** On behalf of somebody, through the Connectivity proxy. */
const propagated = (name: string, tenant = 't1', config: object = {}, options = {}) =>
  send(
    { destination: onPremise(backend, `token-of-${name}`), user: user(name, undefined, tenant) },
    { ...GET, ...config },
    options
  )

/** Lets the backend keep its answers back. */
function holdAnswers() {
  const held: { name: string; res: ServerResponse }[] = []
  backend.answer = (_, res, { headers }) => {
    held.push({ name: String(headers['sap-connectivity-authentication']).slice(16), res })
  }
  const arrived = async (count: number) => {
    while (held.length < count) await new Promise((done) => setImmediate(done))
  }
  return { held, arrived, names: () => held.map(({ name }) => name) }
}

/** Connections close a bit later than calls fail. */
const turnsAreOver = async () => {
  while (socketCount().calls) await new Promise((done) => setImmediate(done))
  expect(socketCount().waiting).toBe(0)
}

test.each(['the proxy', 'the internet'])(
  '60 users at once, to %s: never more sockets than the limit, and everybody has an answer',
  async (where) => {
    let most = 0
    backend.answer = (_, res) => {
      most = Math.max(most, backend.sockets.filter(({ destroyed }) => !destroyed).length)
      setImmediate(() => json(res, 200, {}))
    }
    const call = (name: string) =>
      where === 'the proxy'
        ? propagated(name)
        : send({ destination: internet(backend.url), user: user(name) }, GET)
    const all = await Promise.all(Array.from({ length: 60 }, (_, n) => call(`user-${String(n)}`)))
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200))
    expect(most).toBeLessThanOrEqual(LIMIT)
    expect(socketCount().open).toBeLessThanOrEqual(LIMIT)
    expect(socketCount().waiting).toBe(0)
  }
)

test('an unused connection of another user makes room', async () => {
  for (let n = 0; n < 3 * LIMIT; n++) await propagated(`user-${String(n)}`)
  expect(backend.sockets).toHaveLength(3 * LIMIT)
  expect(socketCount()).toEqual({ open: LIMIT, idle: LIMIT, calls: 0, waiting: 0 })
  await propagated(`user-${String(3 * LIMIT - 1)}`)
  expect(backend.sockets).toHaveLength(3 * LIMIT)
})

test('calls that wait take no connections from others, however many they are', async () => {
  await propagated('bob', 'b')
  const { held, arrived } = holdAnswers()
  const [stop, length] = [new AbortController(), 4]
  const sent = Array.from({ length }, (_, n) => propagated(`a${String(n)}`, 'a'))
  await arrived(length)
  const waiting = Array.from({ length: 1200 }, (_, n) =>
    propagated(`w${String(n)}`, 'a', { signal: stop.signal })
  )
  const failed = Promise.allSettled(waiting)
  while (socketCount().waiting < waiting.length) await new Promise((done) => setImmediate(done))
  stop.abort()
  await failed
  for (const { res } of held) json(res, 200, {})
  await Promise.all(sent)
  const before = backend.sockets.length
  const again = propagated('bob', 'b')
  await arrived(length + 1)
  json(held[length]!.res, 200, {})
  await again
  expect(backend.sockets.length).toBe(before)
})

test('a socket does not count any more once it is destroyed, though its event comes later', async () => {
  await propagated('a')
  expect(socketCount()).toMatchObject({ open: 1, idle: 1 })
  closeConnections()
  expect(socketCount()).toMatchObject({ open: 0, idle: 0 })
})

test('with all sockets in use by one tenant, the call of another is sent before its next ones', async () => {
  const { held, arrived, names } = holdAnswers()
  const noisy = Array.from({ length: 40 }, (_, n) => propagated(`a${String(n)}`, 'a'))
  await arrived(4) // a fifth is left for others
  const quiet = [propagated('b0', 'b'), propagated('b1', 'b')]
  await arrived(5)
  expect(names().slice(4)).toEqual(['b0'])
  json(held[0]!.res, 200, {})
  await arrived(6)
  expect(names()[5]).toBe('b1')
  for (let i = 1; i < 42; i++) {
    await arrived(i + 1)
    json(held[i]!.res, 200, {})
  }
  await Promise.all([...noisy, ...quiet])
})

test('a user with many calls at once does not keep its sockets while others wait', async () => {
  const { held, arrived, names } = holdAnswers()
  const many = Array.from({ length: 20 }, () => propagated('alice'))
  await arrived(4)
  const others = [propagated('bob'), propagated('carol')]
  for (let i = 0; i < 22; i++) {
    json(held[i]!.res, 200, {})
    await arrived(Math.min(i + 5, 22))
  }
  await Promise.all([...many, ...others])
  expect(names().slice(4, 8)).toEqual(['alice', 'bob', 'carol', 'alice'])
})

test('of too many calls that wait, one fails with a code of its own; nothing of it is sent', async () => {
  configureLimits({ sockets: 1, waitingCalls: 2 })
  const { held, arrived } = holdAnswers()
  const sent = propagated('sent')
  await arrived(1)
  const waiting = [propagated('one'), propagated('two')]
  await expect(propagated('three')).rejects.toMatchObject({
    code: 'ERR_REMOTE_LIMIT',
    status: 503,
    explanation: { hop: 'before the call' }
  })
  for (let i = 0; i < 3; i++) {
    await arrived(i + 1)
    json(held[i]!.res, 200, {})
  }
  await Promise.all([sent, ...waiting])
  expect(backend.received).toHaveLength(3)
})

describe('the turn of a call is over', () => {
  const timeout = { timeout: 50 }
  const aborted = () => ({ signal: AbortSignal.timeout(20) })

  test('when it ran into its timeout', async () => {
    holdAnswers()
    await expect(propagated('a', 't', {}, timeout)).rejects.toMatchObject({
      code: 'ERR_REMOTE_TIMEOUT'
    })
    await turnsAreOver()
  })

  test('when it was canceled, before and after it was sent', async () => {
    holdAnswers()
    const early = { signal: AbortSignal.abort() }
    await expect(propagated('a', 't', early)).rejects.toThrow()
    await expect(propagated('a', 't', aborted())).rejects.toThrow()
    await turnsAreOver()
  })

  test('when the connection is lost, also in the middle of an answer', async () => {
    backend.answer = (req) => req.socket.destroy()
    await expect(propagated('a')).rejects.toMatchObject({ code: 'ERR_REMOTE_CONNECTION_LOST' })
    backend.answer = (req, res) => {
      res.writeHead(200, { 'content-length': 100 })
      res.write('half')
      setImmediate(() => req.socket.destroy())
    }
    await expect(propagated('a')).rejects.toMatchObject({ code: 'ERR_REMOTE_CONNECTION_LOST' })
    await turnsAreOver()
  })

  test('when nothing listens there, and when its headers can not be sent', async () => {
    const nowhere = internet('http://127.0.0.1:1')
    await expect(send({ destination: nowhere }, GET)).rejects.toMatchObject({
      code: 'ERR_REMOTE_UNREACHABLE'
    })
    const headers = { 'x-own': 'line\nbreak' }
    await expect(
      send({ destination: internet(backend.url) }, { ...GET, headers })
    ).rejects.toThrow()
    await turnsAreOver()
  })

  test('while it waits: it was canceled, or its time is over', async () => {
    configureLimits({ sockets: 1 })
    const { held, arrived } = holdAnswers()
    const sent = propagated('sent')
    await arrived(1)
    await expect(propagated('a', 't', aborted())).rejects.toThrow()
    await expect(propagated('a', 't', { signal: AbortSignal.abort() })).rejects.toThrow()
    const late = await propagated('b', 't', {}, timeout).catch((error: unknown) => error)
    expect(late).toMatchObject({ code: 'ERR_REMOTE_LIMIT' })
    expect(mayHaveHappened(late)).toBe(false)
    expect(socketCount().waiting).toBe(0)
    json(held[0]!.res, 200, {})
    await sent
    expect(backend.received).toHaveLength(1)
  })

  test('after it has waited, a signal that lives on is not listened to', async () => {
    configureLimits({ sockets: 1 })
    const { held, arrived } = holdAnswers()
    const sent = propagated('sent')
    await arrived(1)
    const { signal } = new AbortController()
    const waiting = propagated('a', 't', { signal })
    while (socketCount().waiting < 1) await new Promise((done) => setImmediate(done))
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0)
    json(held[0]!.res, 200, {})
    await sent
    await arrived(2)
    json(held[1]!.res, 200, {})
    await waiting
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('when a stream has been read, and not before', async () => {
    configureLimits({ sockets: 1 })
    const { held, arrived } = holdAnswers()
    const streaming = propagated('a', 't', { responseType: 'stream' })
    await arrived(1)
    held[0]!.res.write('begin ')
    const { data } = (await streaming) as { data: AsyncIterable<Buffer> }
    const next = propagated('b')
    held[0]!.res.end('end')
    const chunks: Buffer[] = []
    expect(backend.received).toHaveLength(1)
    for await (const chunk of data) chunks.push(chunk)
    await arrived(2)
    json(held[1]!.res, 200, {})
    await next
    expect(Buffer.concat(chunks).toString()).toBe('begin end')
  })
})

test('metrics can read how many sockets there are', async () => {
  await propagated('a')
  expect(limitsInUse()).toContainEqual({ name: 'sockets', used: socketCount().open, max: LIMIT })
})
