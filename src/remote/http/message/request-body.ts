import { Readable } from 'node:stream'

import type { HttpCall } from './http-call.js'

/** Methods whose body axios declares as a form when nobody says what it is. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** True for bodies that are sent here; of all others axios makes something. @internal */
export function isKnownBody(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return true
  if (data instanceof Readable || ArrayBuffer.isView(data) || data instanceof URLSearchParams) {
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(data)
  return Array.isArray(data) || prototype === Object.prototype || prototype === null
}

/** A body, and its type where nothing says it. */
interface Body {
  readonly body: HttpCall['body']
  readonly type?: string | false
}

/** The body as it is sent, as axios makes it. @internal */
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

/** Bytes; `undefined` for a stream. @internal */
export function lengthOf(body: HttpCall['body']): number | undefined {
  return typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : undefined
}
