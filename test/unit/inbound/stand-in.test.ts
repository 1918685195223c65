import { EventEmitter } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'

import { TokenError } from '../../../src/errors.js'
import { refuse } from '../../../src/inbound/response.js'
import { canAnswer, closeWithToken } from '../../../src/inbound/response.js'

beforeEach(() => {
  cds.log('principal', { level: 'silent' } as never)
})

/** As `@cap-js-community/websocket` makes it: plain, chainable, and `send` is how it closes a connection. */
function standIn() {
  const sent: [number | undefined, string][] = []
  const headers: Record<string, unknown> = {}
  const res = {
    statusCode: undefined as number | undefined,
    setHeader: (name: string, value: unknown) => ((headers[name] = value), res),
    status: (code: number) => ((res.statusCode = code), res),
    writeHead: () => res,
    send: (text: string) => (sent.push([res.statusCode, text]), res),
    end: () => res,
    on: () => res
  }
  return { res: res as never, sent }
}

const STATUSES = [
  ['ERR_TOKEN_EXPIRED', 401, 'Unauthorized'],
  ['ERR_REQUEST_MALFORMED', 400, 'Bad Request'],
  ['ERR_ROLE_MISSING', 403, 'Forbidden'],
  ['ERR_ISSUER_UNAVAILABLE', 503, 'Service Unavailable']
] as const

describe('a host with a stand-in for the response gets the refusal as an error', () => {
  test.each(STATUSES)('%s', (code, status, message) => {
    const next = jest.fn<undefined, [unknown]>()
    refuse(standIn().res, new TokenError(code, 'words for the developer'), {}, next)
    expect(next).toHaveBeenCalledTimes(1)
    const [error] = next.mock.calls[0] ?? []
    expect(error).toMatchObject({ message, status, statusCode: status, code: String(status) })
    expect(JSON.stringify(error)).not.toContain('words for the developer')
  })

  test('and so does one whose response has been sent', () => {
    const next = jest.fn()
    const res = { headersSent: true, hasHeader: () => false, setHeader: () => fail() }
    refuse(res as never, new TokenError('ERR_TOKEN_EXPIRED', 'x'), {}, next)
    expect(next).toHaveBeenCalledWith(expect.objectContaining({ statusCode: 401 }))
  })
})

function fail(): never {
  throw new Error('the response was sent before')
}

test('over Express the request is answered here, with its headers, and nothing goes on', async () => {
  const next = jest.fn()
  const server = createServer((_, res) => {
    expect(canAnswer(res)).toBe(true)
    const error = new TokenError('ERR_ISSUER_UNAVAILABLE', 'x')
    refuse(res, Object.assign(error, { retryAfter: 7 }), {}, next)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const answer = await new Promise<{ status: number | undefined; retryAfter: unknown }>((done) =>
    get({ host: '127.0.0.1', port, agent: false }, (res) => {
      res.resume()
      done({ status: res.statusCode, retryAfter: res.headers['retry-after'] })
    })
  )
  expect(answer).toEqual({ status: 503, retryAfter: '7' })
  expect(next).not.toHaveBeenCalled()
  await new Promise((done) => server.close(done))
})

describe('a connection ends with the token that has opened it', () => {
  beforeEach(() => jest.useFakeTimers())
  afterEach(() => jest.useRealTimers())

  const open = (headers: object) => {
    const destroy = jest.fn()
    const socket = Object.assign(new EventEmitter(), { destroy })
    const { res, sent } = standIn()
    const expiresAt = Date.now() / 1000 + 60
    closeWithToken({ headers, socket } as never, res, expiresAt)
    return { socket, destroy, sent }
  }

  test('in the way of the host, and the socket of an upgraded request', () => {
    const { destroy, sent } = open({ upgrade: 'websocket' })
    jest.advanceTimersByTime(59_000)
    expect(destroy).not.toHaveBeenCalled()
    jest.advanceTimersByTime(1_100)
    expect(destroy).toHaveBeenCalledTimes(1)
    expect(sent).toEqual([[401, 'Unauthorized']])
  })

  test('where the socket is shared with other requests, in the way of the host only', () => {
    const { destroy, sent } = open({})
    jest.advanceTimersByTime(61_000)
    expect(destroy).not.toHaveBeenCalled()
    expect(sent).toHaveLength(1)
  })

  test('one that has ended before leaves no timer', () => {
    const { socket } = open({ upgrade: 'websocket' })
    socket.emit('close')
    expect(jest.getTimerCount()).toBe(0)
  })
})
