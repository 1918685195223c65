import type { Readable } from 'node:stream'

/** Headers by name in lower case. */
export type HeaderValues = Readonly<Record<string, string>>

/** Form of the body of a response; without one, and with `json`, a body that is JSON is parsed. */
export type ResponseType = 'arraybuffer' | 'json' | 'stream' | 'text'

/** One HTTP request, ready to be sent. */
export interface HttpCall {
  /** Method in upper case. */
  readonly method: string
  readonly url: URL
  readonly headers: HeaderValues
  /** Body; a stream can be sent only once. */
  readonly body: Buffer | Readable | string | undefined
  readonly responseType: ResponseType | undefined
  /** Limit in bytes. */
  readonly maxBodyLength?: number | undefined
  /** Limit in bytes. */
  readonly maxContentLength?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Answer with any status. */
export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  /** Headers as Node has them: lower case, `set-cookie` is a list. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly data: unknown
}

/** Forward proxy: it gets the whole URL in the request line (RFC 9112, section 3.2.2). */
export interface ForwardProxy {
  readonly host: string
  readonly port: number
  readonly protocol: string
}

/** Notifies requests when the time of the whole call is over. */
export interface Abortable {
  /** Adds a listener, which is called once, when the time is over. */
  onExpired(listener: () => void): void
}

/** Function that sends one request. It follows no redirect and repeats nothing. */
export type Transport = (call: HttpCall, deadline: Abortable) => Promise<HttpAnswer>

/** True if a request can be sent once more. */
export function isRepeatable({ body }: HttpCall): boolean {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
}

/** True if a request reads, and so can be repeated. */
export function isRead({ method }: HttpCall): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Reason why there is no answer. */
export class TransportError extends Error {
  /** Code of Node (`ECONNRESET`, …) or axios. */
  readonly code: string
  /** False if provably no byte of the request was sent. */
  readonly sent: boolean

  constructor(message: string, code: string, { sent = true, cause }: TransportErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.sent = sent
  }
}

interface TransportErrorOptions {
  readonly sent?: boolean
  readonly cause?: unknown
}

/** Code of a call whose time is over; the same as in axios. */
export const EXPIRED = 'ECONNABORTED'

/** Code of a call that was not sent, because too many others wait for a connection. */
export const LIMIT = 'ERR_REMOTE_LIMIT'

const LOST: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

/** True if a code says that an established connection was lost. */
export function isLost(code: string): boolean {
  return LOST.has(code)
}

/** True if a system refuses a write for want of a valid token. @internal */
export function isCsrfRefusal({ status, headers }: HttpAnswer): boolean {
  return status === 403 && String(headers['x-csrf-token']).toLowerCase() === 'required'
}

/** Creates the error for a body above the limit, with the message of axios. @internal */
export function tooLong(): TransportError {
  const text = 'Request body larger than maxBodyLength limit'
  return new TransportError(text, 'ERR_BAD_REQUEST', { sent: false })
}
