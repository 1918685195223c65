import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as http
} from 'node:http'
import { request as https } from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

import {
  type Abortable,
  EXPIRED,
  type ForwardProxy,
  type HttpAnswer,
  type HttpCall,
  isRead,
  tooLong,
  TransportError
} from './message/http-call.js'
import { readBody } from './message/response-body.js'

/**
 * Sends a request with Node's own client. It follows no redirect and uses no `CONNECT`.
 *
 * A write on a kept-alive connection waits until the event loop has looked at the connection: if
 * the other side has closed it meanwhile, provably nothing was sent.
 *
 * @param agent - with the connections of exactly this principal
 * @param onClosed - called when the request has no connection any more
 * @throws {@link TransportError}
 * @internal
 */
export function sendHttp(
  call: HttpCall,
  deadline: Abortable,
  agent: Agent,
  proxy: ForwardProxy | undefined,
  onClosed: () => void
): Promise<HttpAnswer> {
  return new Promise<HttpAnswer>((done, fail) => {
    let sent = false
    const req = open(call, agent, proxy, onClosed)
    const forget = onAbort(call.signal, () => {
      // a request that waits for a connection does not tell that it was destroyed
      fail(new TransportError('canceled', 'ERR_CANCELED', { sent }))
    })
    const failed = (error: Error & { code?: string }) => {
      forget?.()
      fail(transportError(error, sent))
    }
    // for instance after an answer 101, for which there is no error
    const closed = () => {
      failed(new TransportError('closed without an answer', 'ECONNRESET', { sent }))
    }
    deadline.onExpired(() => req.destroy(new TransportError('timeout', EXPIRED, { sent })))
    req.on('error', failed)
    req.on('close', closed)
    req.on('response', (res: IncomingMessage) => {
      req.off('close', closed)
      res.on('error', failed)
      readBody(call, res).then((data) => {
        forget?.()
        done(answer(res, data))
      }, failed)
    })
    const write = () => {
      if (req.destroyed) return
      sent = true
      writeBody(call, req)
    }
    if (isRead(call)) write()
    else afterAnyClose(req, write)
  })
}

function onAbort(signal: AbortSignal | undefined, canceled: () => void): (() => void) | undefined {
  if (!signal) return undefined
  if (signal.aborted) canceled()
  signal.addEventListener('abort', canceled, { once: true })
  return () => {
    signal.removeEventListener('abort', canceled)
  }
}

function open(
  call: HttpCall,
  agent: Agent,
  proxy: ForwardProxy | undefined,
  onClosed: () => void
): ClientRequest {
  const { url, method, headers, signal } = call
  const path = url.pathname + url.search
  const options: RequestOptions = proxy
    ? {
        host: proxy.host,
        port: proxy.port,
        path: url.origin + path
      }
    : { protocol: url.protocol, host: hostOf(url), port: url.port, path }
  options.method = method
  options.headers = headers
  options.agent = agent
  if (signal) options.signal = signal
  const secure = (proxy?.protocol ?? url.protocol).startsWith('https')
  try {
    return (secure ? https(options) : http(options)).once('close', onClosed)
  } catch (error) {
    onClosed() // for instance a header that is none
    throw error
  }
}

/** Returns the host name without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

/** Calls a function when the connection is known to be open; a new connection is. */
function afterAnyClose(req: ClientRequest, write: () => void): void {
  req.once('socket', (socket: Socket) => {
    // the first turn may be the rest of the one in which nothing is read any more
    if (req.reusedSocket) setImmediate(() => setImmediate(write))
    else if (socket.connecting) socket.once('connect', write)
    else write()
  })
}

function writeBody({ body, maxBodyLength = Infinity }: HttpCall, req: ClientRequest): void {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    req.end(body)
    return
  }
  let length = 0
  body.on('data', (chunk: Buffer | string) => {
    length += Buffer.byteLength(chunk)
    if (length > maxBodyLength) body.destroy(tooLong())
  })
  pipe(body, req)
}

function pipe(body: Readable, req: ClientRequest): void {
  body.on('error', (error) => req.destroy(error))
  body.on('close', () => {
    if (!body.readableEnded)
      req.destroy(new TransportError('the body has ended early', 'ECANCELED'))
  })
  body.pipe(req)
}

function answer(res: IncomingMessage, data: unknown): HttpAnswer {
  const { statusCode: status = 0, statusMessage: statusText = '', headers } = res
  return { status, statusText, headers, data }
}

function transportError(error: Error & { code?: string }, sent: boolean): TransportError {
  if (error instanceof TransportError) return error
  if (error.name === 'AbortError') return new TransportError('canceled', 'ERR_CANCELED', { sent })
  const { code = 'ERR_NETWORK' } = error
  const [first] = ((error as Partial<AggregateError>).errors ?? []) as Error[]
  const message = error.message || (first?.message ?? code)
  return new TransportError(message, code, { sent, cause: error })
}
