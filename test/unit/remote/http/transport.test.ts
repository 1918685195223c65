import { Agent } from 'node:http'
import { Duplex, Readable } from 'node:stream'

import { Deadline } from '../../../../src/remote/http/deadline.js'
import {
  EXPIRED,
  type ForwardProxy,
  type HttpCall
} from '../../../../src/remote/http/message/http-call.js'
import { sendHttp } from '../../../../src/remote/http/transport.js'

/** A connection that keeps what is sent, and does what a test says. */
class Connection extends Duplex {
  sent = ''
  readonly onSent: (connection: Connection) => void

  constructor(onSent: (connection: Connection) => void) {
    super()
    this.onSent = onSent
  }

  override _read(): void {
    // an answer is pushed
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.sent += chunk.toString()
    this.onSent(this)
    done()
  }
}

let connected: { host?: string; port?: number | string } | undefined
let connection: Connection | undefined
let closed: jest.Mock
beforeEach(() => {
  connected = connection = undefined
  closed = jest.fn()
})

const answer = (text: string) => (it: Connection) => void it.push(text)
const NO_CONTENT = answer('HTTP/1.1 204 \r\n\r\n')
const breaks = (error: Error) => (it: Connection) => void it.destroy(error)
const silent = () => undefined

interface Options {
  readonly onSent?: (connection: Connection) => void
  readonly proxy?: ForwardProxy
  readonly deadline?: { onExpired: (listener: () => void) => void }
}

function send(changes: Partial<HttpCall> = {}, options: Options = {}) {
  const agent = new Agent()
  Object.assign(agent, {
    createConnection: (target: object) => {
      connected = target
      connection = new Connection(options.onSent ?? NO_CONTENT)
      return connection
    }
  })
  const call: HttpCall = {
    ...{ method: 'GET', url: new URL('http://s4.example/x?y=1'), headers: {}, body: undefined },
    responseType: undefined,
    ...changes
  }
  return sendHttp(call, options.deadline ?? new Deadline(), agent, options.proxy, closed)
}

describe('a request goes', () => {
  test.each([
    ['http://s4.example:8080/x?y=1', 's4.example', '8080'],
    ['http://[::1]:8080/x?y=1', '::1', '8080'],
    ['http://127.0.0.1:8080/x?y=1', '127.0.0.1', '8080']
  ])('for %s to %s', async (url, host, port) => {
    await expect(send({ url: new URL(url) })).resolves.toEqual({
      ...{ status: 204, statusText: '', headers: {}, data: '' }
    })
    expect(connected).toMatchObject({ host, port })
    expect(connection?.sent).toMatch(/^GET \/x\?y=1 HTTP\/1\.1\r\n/)
  })

  test('to a proxy with its whole URL', async () => {
    const proxy = { host: 'proxy', port: 20003, protocol: 'http' }
    await send({ url: new URL('https://s4.example/x?y=1') }, { proxy })
    expect(connected).toMatchObject({ host: 'proxy', port: 20003 })
    expect(connection?.sent).toMatch(/^GET https:\/\/s4\.example\/x\?y=1 HTTP\/1\.1\r\n/)
  })

  test.each<[string, HttpCall['body'], RegExp]>([
    ['a text', 'text', /\r\n\r\ntext$/],
    ['bytes', Buffer.from('bytes'), /\r\n\r\nbytes$/],
    ['a stream', Readable.from(['str', 'eam']), /str[^]*eam/]
  ])('with %s as its body', async (_, body, expected) => {
    const onSent = (it: Connection) => {
      if (/text|bytes|0\r\n\r\n$/.test(it.sent)) NO_CONTENT(it)
    }
    const headers =
      typeof body === 'string' || Buffer.isBuffer(body)
        ? { 'content-length': String(body.length) }
        : {}
    await expect(send({ method: 'POST', body, headers }, { onSent })).resolves.toMatchObject({
      status: 204
    })
    expect(connection?.sent).toMatch(expected)
  })
})

describe('there is no answer', () => {
  const aggregate = (message: string, ...errors: Error[]) => new AggregateError(errors, message)

  test.each<[string, Error, string, string]>([
    ['with its code', Object.assign(new Error('gone'), { code: 'EX' }), 'EX', 'gone'],
    ['without a code', new Error('gone'), 'ERR_NETWORK', 'gone'],
    [
      'with several reasons',
      aggregate('', new Error('first'), new Error('second')),
      'ERR_NETWORK',
      'first'
    ],
    ['with a text and reasons', aggregate('all', new Error('first')), 'ERR_NETWORK', 'all'],
    ['without a text', new Error(''), 'ERR_NETWORK', 'ERR_NETWORK']
  ])('as a connection breaks, %s', async (_, error, code, message) => {
    const call = send({}, { onSent: breaks(error) })
    await expect(call).rejects.toMatchObject({ code, message, sent: true, cause: error })
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('as it was canceled, before or after it was sent', async () => {
    const canceled = { code: 'ERR_CANCELED', message: 'canceled' }
    const early = send({ method: 'POST', signal: AbortSignal.abort() }, { onSent: silent })
    await expect(early).rejects.toMatchObject({ ...canceled, sent: false })
    const controller = new AbortController()
    const onSent = () => {
      controller.abort()
    }
    const late = send({ signal: controller.signal }, { onSent })
    await expect(late).rejects.toMatchObject({ ...canceled, sent: true })
  })

  test('as its time is over', async () => {
    let expire = () => undefined as unknown
    const deadline = { onExpired: (listener: () => void) => (expire = listener) }
    const onSent = () => {
      setImmediate(() => expire())
    }
    const call = send({}, { deadline, onSent })
    await expect(call).rejects.toMatchObject({ code: EXPIRED, message: 'timeout', sent: true })
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('as a header can not be sent: the place is free again', async () => {
    await expect(send({ headers: { 'x-own': 'line\nbreak' } })).rejects.toThrow(/Invalid character/)
    expect(closed).toHaveBeenCalledTimes(1)
    expect(connection).toBeUndefined()
  })

  test('as the answer breaks off', async () => {
    const onSent = (it: Connection) => {
      it.push('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{')
      setImmediate(() => it.destroy())
    }
    await expect(send({}, { onSent })).rejects.toMatchObject({ code: 'ECONNRESET', sent: true })
  })
})

describe('a stream as the body', () => {
  const write = (body: Readable, maxBodyLength?: number) =>
    send({ method: 'POST', body, maxBodyLength }, { onSent: silent })

  test('that fails ends the request with its error', async () => {
    const own = Object.assign(new Error('own'), { code: 'OWN' })
    const body = new Readable({ read: () => undefined })
    const call = write(body)
    setImmediate(() => body.destroy(own))
    await expect(call).rejects.toMatchObject({ code: 'OWN', message: 'own' })
  })

  test('that ends early is no whole body', async () => {
    const body = new Readable({ read: () => undefined })
    body.push('begin')
    const call = write(body)
    setImmediate(() => body.destroy())
    await expect(call).rejects.toMatchObject({
      ...{ code: 'ECANCELED', message: 'the body has ended early' }
    })
  })

  test('that is too long is refused', async () => {
    const body = Readable.from(['äb', 'c'])
    await expect(write(body, 3)).rejects.toMatchObject({
      ...{ code: 'ERR_BAD_REQUEST', message: 'Request body larger than maxBodyLength limit' }
    })
    const onSent = (it: Connection) => {
      if (it.sent.endsWith('0\r\n\r\n')) NO_CONTENT(it)
    }
    const fits = send(
      { method: 'POST', body: Readable.from(['äb', 'c']), maxBodyLength: 4 },
      { onSent }
    )
    await expect(fits).resolves.toMatchObject({ status: 204 })
  })
})
