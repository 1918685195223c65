import { Readable } from 'node:stream'

import type { HttpCall } from './http-call.js'

/** Methods for which axios declares a body without a type as a form. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** True if a body is sent here as it is; axios converts all others. @internal */
export function isKnownBody(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return true
  if (data instanceof Readable || ArrayBuffer.isView(data) || data instanceof URLSearchParams) {
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(data)
  return Array.isArray(data) || prototype === Object.prototype || prototype === null
}

/** Body, and its type if the headers do not name one. */
interface Body {
  readonly body: HttpCall['body']
  readonly type?: string | false
}

/** Returns the body as it is sent, as axios would create it. @internal */
export function bodyOf(data: unknown, type: string | undefined, method: string): Body {
  const form = type === undefined && WITH_BODY.has(method) && 'application/x-www-form-urlencoded'
  if (data === undefined || data === null || data === '') return { body: undefined, type: form }
  if (data instanceof Readable || Buffer.isBuffer(data)) return { body: data, type: form }
  if (ArrayBuffer.isView(data)) {
    return { body: Buffer.from(data.buffer, data.byteOffset, data.byteLength), type: form }
  }
  if (data instanceof URLSearchParams) {
    const encoded = 'application/x-www-form-urlencoded;charset=utf-8'
    return { body: data.toString(), type: type === undefined && encoded }
  }
  if (!isKnownBody(data)) return { body: undefined } // axios makes something of it
  if (typeof data === 'object') {
    return { body: JSON.stringify(data), type: type === undefined && 'application/json' }
  }
  const isJson = type?.includes('application/json')
  if (typeof data !== 'string') return { body: JSON.stringify(data), type: form }
  return { body: isJson && !isJsonText(data) ? JSON.stringify(data) : data, type: form }
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Returns the length in bytes; `undefined` for a stream. @internal */
export function lengthOf(body: HttpCall['body']): number | undefined {
  return typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : undefined
}
