import { once } from 'node:events'
import { Readable } from 'node:stream'

import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { send } from '../../../../src/remote/http/send.js'
import { Backend, internet, json, onPremise, plain, user, withBackend } from '../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

const GET: HttpRequestConfig = { method: 'get', url: '/x' }
const POST: HttpRequestConfig = { method: 'post', url: '/x', data: { a: 1 } }
const call = (request: HttpRequestConfig) => send({ destination: internet(backend.url) }, request)

describe('a connection that is lost', () => {
  /** The first request after this is cut off, when it has come. */
  function cutOnce(): void {
    const { answer } = backend
    backend.answer = (req) => {
      backend.answer = answer
      req.socket.destroy()
    }
  }

  test('a read is repeated once', async () => {
    cutOnce()
    await expect(call(GET)).resolves.toMatchObject({ status: 200 })
    expect(backend.lines).toEqual(['GET /x', 'GET /x'])
  })

  test('a read whose answer breaks off is repeated', async () => {
    const { answer } = backend
    backend.answer = (_, res) => {
      backend.answer = answer
      res.writeHead(200, { 'content-length': 100 })
      res.write('{')
      setImmediate(() => res.destroy())
    }
    await expect(call(GET)).resolves.toMatchObject({ data: { d: 'ok' } })
  })

  test('a second time it is an error', async () => {
    backend.answer = (req) => req.socket.destroy()
    await expect(call(GET)).rejects.toMatchObject({
      code: 'ERR_REMOTE_CONNECTION_LOST',
      status: 502
    })
    expect(backend.received).toHaveLength(2)
  })

  test.each(['post', 'put', 'patch', 'delete'])(
    '%s is not repeated: it may have had its effect',
    async (method) => {
      cutOnce()
      const write = call({ method: method as 'post', url: '/x', data: { a: 1 } })
      await expect(write).rejects.toMatchObject({ code: 'ERR_REMOTE_CONNECTION_LOST' })
      expect(backend.received).toHaveLength(1)
    }
  )

  test('a write on a kept connection that was closed before: nothing was sent, so it goes out on a new one', async () => {
    await call(GET)
    const [socket] = backend.sockets
    socket!.end()
    await once(socket!, 'close')
    await expect(call(POST)).resolves.toMatchObject({ status: 200 })
    expect(backend.lines).toEqual(['GET /x', 'POST /x'])
    expect(backend.received[1]?.connection).toBe(1)
  })

  test('a write on a kept connection that is reset before: the same, 50 times', async () => {
    for (let i = 0; i < 50; i++) {
      await call(GET)
      backend.sockets.at(-1)!.resetAndDestroy()
      await expect(call(POST)).resolves.toMatchObject({ status: 200 })
    }
    expect(backend.lines.filter((line) => line.startsWith('POST'))).toHaveLength(50)
  })

  test('an answer 101 that nobody asked for is one, too', async () => {
    backend.answer = ({ socket }) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    }
    await expect(call(POST)).rejects.toMatchObject({ code: 'ERR_REMOTE_CONNECTION_LOST' })
    expect(backend.lines).toEqual(['POST /x'])
  })

  test('nobody listens: that is no lost connection, and nothing is repeated', async () => {
    const { url } = backend
    await backend.stop()
    await expect(send({ destination: internet(url) }, GET)).rejects.toMatchObject({
      code: 'ERR_REMOTE_UNREACHABLE',
      message: expect.stringMatching(/system can't be reached \(ECONNREFUSED\)/)
    })
    backend = await Backend.start()
  })
})

describe('a 401', () => {
  /** Takes one token only. */
  const accept = (token: string) => {
    backend.answer = (req, res) => {
      if (req.headers['sap-connectivity-authentication'] === `Bearer ${token}`) json(res, 200, {})
      else plain(res, 401, 'no')
    }
  }
  const renewing = (name: string, fresh = 'fresh') => {
    const renew = jest.fn(() => Promise.resolve(onPremise(backend, fresh)))
    return {
      renew,
      outbound: { destination: onPremise(backend, name), user: user(name, name), renew }
    }
  }

  test.each([GET, POST])('is answered with fresh tokens, once: %j', async (request) => {
    accept('fresh')
    const { outbound, renew } = renewing(`old-${request.method}`)
    await expect(send(outbound, request)).resolves.toMatchObject({ status: 200 })
    expect(renew).toHaveBeenCalledTimes(1)
    expect(backend.received).toHaveLength(2)
  })

  test('with fresh tokens as well: ERR_REMOTE_UNAUTHORIZED, and what to look at', async () => {
    accept('nobody')
    const { outbound } = renewing('unknown')
    await expect(send(outbound, GET)).rejects.toMatchObject({
      code: 'ERR_REMOTE_UNAUTHORIZED',
      status: 502,
      message: expect.stringMatching(/CERTRULE/),
      response: { status: 401, data: 'no' }
    })
    expect(backend.received).toHaveLength(2)
  })

  test('20 requests that are refused together renew once, and a user whom nobody knows once in 30 seconds', async () => {
    accept('nobody')
    const { outbound, renew } = renewing('burst')
    await Promise.allSettled(Array.from({ length: 20 }, () => send(outbound, GET)))
    await Promise.allSettled([send(outbound, GET)])
    expect(renew).toHaveBeenCalledTimes(1)
  })

  /** Calls with the tokens that the last renewal has left, as if each was resolved anew. */
  const resolvingAnew = () => {
    let tokens = 0
    const destination = () => onPremise(backend, `fresh-${tokens}`)
    const renew = jest.fn(() => {
      tokens++
      return Promise.resolve(destination())
    })
    const attempt = (userId: string) =>
      send({ destination: destination(), user: user(userId), renew }, GET)
    return { renew, attempt }
  }

  test('a user whom nobody knows: once in 30 seconds, also where each call sends other tokens', async () => {
    accept('nobody')
    const { renew, attempt } = resolvingAnew()
    for (const userId of ['stranger', 'stranger', 'stranger', 'another']) {
      await expect(attempt(userId)).rejects.toMatchObject({ code: 'ERR_REMOTE_UNAUTHORIZED' })
    }
    expect(renew).toHaveBeenCalledTimes(2)
    expect(backend.received).toHaveLength(6)
  })

  test('a user whose fresh tokens are accepted gets others at once when these are not', async () => {
    const { renew, attempt } = resolvingAnew()
    for (const token of ['fresh-1', 'fresh-2']) {
      accept(token)
      await expect(attempt('rotated')).resolves.toMatchObject({ status: 200 })
    }
    expect(renew).toHaveBeenCalledTimes(2)
  })

  test('the fresh tokens of one tenant are not for another, even if the old ones were the same', async () => {
    const basic = (password: string) =>
      internet(backend.url, {
        name: 'BASIC',
        authentication: 'BasicAuthentication',
        username: 'u',
        password
      })
    backend.answer = (_, res) => {
      plain(res, 401, 'no')
    }
    for (const tenant of ['t1', 't2']) {
      const renew = () => Promise.resolve(basic(`new-of-${tenant}`))
      await send({ destination: basic('old'), tenant, renew }, GET).catch(() => undefined)
    }
    const sent = backend.received.map(({ headers }) =>
      Buffer.from(String(headers.authorization).slice(6), 'base64').toString()
    )
    expect(sent).toEqual(['u:old', 'u:new-of-t1', 'u:old', 'u:new-of-t2'])
  })

  test('nothing new to be had: no repetition', async () => {
    accept('nobody')
    const { outbound, renew } = renewing('same', 'same')
    await expect(send(outbound, GET)).rejects.toMatchObject({ code: 'ERR_REMOTE_UNAUTHORIZED' })
    expect(renew).toHaveBeenCalledTimes(1)
    expect(backend.received).toHaveLength(1)
  })

  test('a body that is a stream can not be sent again', async () => {
    accept('fresh')
    const { outbound, renew } = renewing('stream')
    const write = send(outbound, { ...POST, data: Readable.from(['{}']) })
    await expect(write).rejects.toMatchObject({ code: 'ERR_REMOTE_UNAUTHORIZED' })
    expect(renew).not.toHaveBeenCalled()
  })

  test('407: the same, the proxy has handed nothing on', async () => {
    backend.answer = (req, res) => {
      if (req.headers['sap-connectivity-authentication'] === 'Bearer fresh') json(res, 200, {})
      else plain(res, 407, 'no')
    }
    await expect(send(renewing('proxied').outbound, POST)).resolves.toMatchObject({ status: 200 })
  })

  test('a renewal that fails is the error', async () => {
    accept('nobody')
    const renew = () => Promise.reject(new Error('gone'))
    const outbound = { destination: onPremise(backend, 'f'), user: user('f', 'f'), renew }
    await expect(send(outbound, GET)).rejects.toThrow('gone')
  })
})
