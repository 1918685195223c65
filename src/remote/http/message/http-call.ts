import type { Readable } from 'node:stream'

/** Headers by name in lower case. */
export type HeaderValues = Readonly<Record<string, string>>

/** How the body of a response is handed out; without one, and with `json`, JSON is parsed where it is some. */
export type ResponseType = 'arraybuffer' | 'json' | 'stream' | 'text'

/** One HTTP request, ready to be sent. */
export interface HttpCall {
  /** Upper case. */
  readonly method: string
  readonly url: URL
  readonly headers: HeaderValues
  /** A stream can be sent once only. */
  readonly body: Buffer | Readable | string | undefined
  readonly responseType: ResponseType | undefined
  /** Bytes. */
  readonly maxBodyLength?: number | undefined
  /** Bytes. */
  readonly maxContentLength?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What came back, whatever the status. */
export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  /** As Node has them: lower case, `set-cookie` is a list. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly data: unknown
}

/** A forward proxy: it gets the whole URL in the request line (RFC 9112, section 3.2.2). */
export interface ForwardProxy {
  readonly host: string
  readonly port: number
  readonly protocol: string
}

/** Ends requests when the time of the whole call is over. */
export interface Abortable {
  /** Called once, when it is over. */
  onExpired(listener: () => void): void
}

/** Sends one request, follows no redirect, repeats nothing. */
export type Transport = (call: HttpCall, deadline: Abortable) => Promise<HttpAnswer>

/** Whether a request can be sent once more. */
export function isRepeatable({ body }: HttpCall): boolean {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
}

/** Whether a method reads: what it asks for can be asked for again. */
export function isRead({ method }: HttpCall): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Why there is no answer. */
export class TransportError extends Error {
  /** Of Node (`ECONNRESET`, …) or axios. */
  readonly code: string
  /** `false`: provably no byte of the request has left. */
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

const LOST: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

/** Whether a code says that a connection ended that was there. */
export function isLost(code: string): boolean {
  return LOST.has(code)
}

/** Whether a system refuses a write for want of a valid token. @internal */
export function isCsrfRefusal({ status, headers }: HttpAnswer): boolean {
  return status === 403 && String(headers['x-csrf-token']).toLowerCase() === 'required'
}

/** As axios says it. @internal */
export function tooLong(): TransportError {
  const text = 'Request body larger than maxBodyLength limit'
  return new TransportError(text, 'ERR_BAD_REQUEST', { sent: false })
}
