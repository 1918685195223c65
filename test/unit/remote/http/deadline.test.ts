import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { send, type SendOptions } from '../../../../src/remote/http/send.js'
import { Backend, internet, json, plain, user, withBackend } from '../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const GET = { method: 'get', url: '/x' } as const
const TIMEOUT = { code: 'ERR_REMOTE_TIMEOUT' }

/** Milliseconds that nobody waits for, also on a machine with other things to do. */
const LONG = 60_000
/** Within these something happens, if it does not happen after {@link LONG} only. */
const SOON = 30_000
/** In this time a request gets to the backend. */
const SENT = 500

/** Ends calls that get no answer. */
async function abandon(calls: Promise<unknown>[]): Promise<void> {
  const settled = Promise.allSettled(calls)
  await backend.stop()
  await settled
  backend = await Backend.start()
}

/** A promise with its outcome, if that is there before the time is over. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise((done) => {
    timer = setTimeout(done, milliseconds, 'nothing yet')
  })
  const outcome = await Promise.race([work.catch((error: unknown) => error), over])
  clearTimeout(timer)
  return outcome
}

function call(name: string, options: SendOptions = {}, request: object = GET) {
  const outbound = { destination: internet(backend.url), user: user(name) }
  return send(outbound, request as typeof GET, options)
}

describe('the time of a call is over', () => {
  test('also while it waits for one of the 50 connections of its user', async () => {
    backend.answer = () => undefined
    const others = Array.from({ length: 50 }, () => call('crowd', { timeout: LONG }))
    const waiting = call('crowd', { timeout: 100 })
    expect(await within(SOON, waiting)).toMatchObject({ code: 'ERR_REMOTE_LIMIT' })
    await abandon(others)
  })

  test('also while another call of the user opens the session', async () => {
    backend.answer = () => undefined
    const write = { method: 'post', url: '/s/x', data: {} }
    const options = { csrf: true, path: '/s' }
    const first = call('slow', { ...options, timeout: LONG }, write)
    const second = call('slow', { ...options, timeout: 100 }, write)
    expect(await within(SOON, second)).toMatchObject(TIMEOUT)
    await abandon([first])
  })

  test('also while fresh tokens are fetched', async () => {
    backend.answer = (_, res) => {
      plain(res, 401, 'no')
    }
    const headers = { Authorization: 'Bearer old' }
    const destination = internet(backend.url, { headers })
    const renew = () => new Promise<never>(() => undefined)
    const waiting = send({ destination, user: user('renewing'), renew }, GET, { timeout: 100 })
    expect(await within(SOON, waiting)).toMatchObject(TIMEOUT)
  })
})

test('what was told to have run out of time is not sent any more, when its tokens come', async () => {
  backend.answer = (_, res) => {
    plain(res, 401, 'no')
  }
  const destination = internet(backend.url, { headers: { Authorization: 'Bearer late' } })
  const fresh = internet(backend.url, { headers: { Authorization: 'Bearer fresh' } })
  let arrive = () => undefined as unknown
  const renew = () =>
    new Promise<HttpDestination>((done) => {
      arrive = () => {
        done(fresh)
      }
    })
  const post = { method: 'post', url: '/x', data: {} } as const
  const outbound = { destination, user: user('late'), renew }
  await expect(send(outbound, post, { timeout: SENT })).rejects.toMatchObject(TIMEOUT)
  arrive()
  await send({ destination: internet(backend.url) }, GET).catch(() => undefined)
  expect(backend.lines).toEqual(['POST /x', 'GET /x'])
  expect(backend.sockets).toHaveLength(2)
})

test('who waits for a session that another call opens does not fail with that one', async () => {
  const seen: string[] = []
  backend.answer = (req, res) => {
    seen.push(String(req.method))
    if (seen.length > 1) json(res, 200, {}, { 'x-csrf-token': 't' })
  }
  const write = { method: 'post', url: '/s/x', data: {} }
  const options = { csrf: true, path: '/s' }
  const hasty = call('pair', { ...options, timeout: SENT }, write)
  const patient = call('pair', { ...options, timeout: LONG }, write)
  await expect(hasty).rejects.toMatchObject(TIMEOUT)
  await expect(patient).resolves.toMatchObject({ status: 200 })
  expect(seen).toEqual(['HEAD', 'HEAD', 'POST'])
})

test('a call whose signal aborts while it waits for a connection ends at once', async () => {
  backend.answer = () => undefined
  const others = Array.from({ length: 50 }, () => call('aborting', { timeout: LONG }))
  const signal = AbortSignal.timeout(100)
  const waiting = call('aborting', { timeout: LONG }, { ...GET, signal })
  expect(await within(SOON, waiting)).toMatchObject({ code: 'ERR_CANCELED' })
  await abandon(others)
})

test.each([0, Infinity, 2 ** 31])(
  'a timeout of %p milliseconds is no short one',
  async (timeout) => {
    backend.answer = (_, res) => {
      setTimeout(() => {
        json(res, 200, { d: 'late' })
      }, 50)
    }
    await expect(call('patient', { timeout })).resolves.toMatchObject({ data: { d: 'late' } })
  }
)

test('a streamed body outlives the deadline, and whoever reads it can end it', async () => {
  const over = new EventEmitter()
  backend.answer = (_, res) => {
    res.writeHead(200)
    res.write('first,')
    over.once('over', () => res.write('second'))
  }
  const { data } = await call('reader', { timeout: 300 }, { ...GET, responseType: 'stream' })
  const stream = data as unknown as Readable
  const chunks = stream.iterator({ destroyOnReturn: false })
  expect(String((await chunks.next()).value)).toBe('first,')
  // another call of the same time is over by now
  backend.answer = () => undefined
  const other = call('another reader', { timeout: 300 })
  expect(await within(SOON, other)).toMatchObject(TIMEOUT)
  over.emit('over')
  expect(String((await chunks.next()).value)).toBe('second')
  stream.destroy()
  expect(stream.destroyed).toBe(true)
})
