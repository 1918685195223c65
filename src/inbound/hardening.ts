import type { IncomingMessage, ServerResponse } from 'node:http'

import { cap } from '../cap.js'
import { RequestError } from '../errors.js'
import { faultOfJsonBatch, faultOfMultipartBatch } from './batch-body.js'
import { isInboundCredential } from '../lib/inbound-credential.js'

/** A request to a service; its headers are those of the part, when it is part of a `$batch`. */
interface ServiceRequest {
  readonly headers: Record<string, unknown>
}

/**
 * Handler before all others: a part of a `$batch` can't bring credentials of its own, whatever the case of their names, and
 * handlers do not get to see that it tried. The headers of the HTTP request itself stay as they are.
 *
 * @internal
 */
export function withoutOwnCredentials({ headers }: ServiceRequest): void {
  const outer = cap.context?.http?.req.headers
  if (!outer || headers === outer) return
  for (const name of Object.keys(headers)) {
    if (!isInboundCredential(name)) continue
    if (headers[name] !== outer[name.toLowerCase()]) Reflect.deleteProperty(headers, name)
  }
}

/** Called by body parsers with the bytes of a body; an error it throws answers the request. */
type Verify = (req: IncomingMessage, res: ServerResponse, body: Buffer, encoding: string) => void

/** `cds.server.body_parser`: options of express's body parsers. */
export interface BodyParserOptions {
  readonly verify?: Verify
}

/** Deeper than any data of a service, and less than what a recursion can follow. */
const MAX_DEPTH = 500

/**
 * Options with which bodies are 400 that CAP can't cope with: it would end the process, or never answer. A JSON body has to be
 * an object or a list, and a `$batch` has to have parts that are requests.
 */
export function objectsOnly(options: BodyParserOptions = {}): BodyParserOptions {
  return {
    ...options,
    verify: (req, res, body, encoding) => {
      options.verify?.(req, res, body, encoding)
      const type = req.headers['content-type'] ?? ''
      const isJson = /\bjson\b/i.test(type)
      const isMultipart = !isJson && /multipart\/mixed/i.test(type)
      if (!isJson && !isMultipart) return
      if (encoding && !/^utf-?8$/i.test(encoding)) throw refused('the body is not UTF-8', 415)
      if (body.includes(BIND) && ODD_BIND.test(body.toString()))
        throw refused('what is bound is not a text', 400)
      const fault = isJson ? faultOfJson(req, body) : faultOfMultipartBatch(body.toString())
      if (fault) throw refused(fault, 400)
    }
  }
}

/** `@odata.bind` with anything but a text or null. */
const BIND = '@odata.bind'
const ODD_BIND = /@odata\.bind"\s*:\s*[^"n\s]/

function refused(message: string, status: number): Error {
  return Object.assign(new Error(message), { status })
}

function faultOfJson({ url = '' }: IncomingMessage, body: Buffer): string | undefined {
  const first = firstByte(body)
  if (first !== undefined && first !== OPEN_OBJECT && first !== OPEN_LIST)
    return 'the body is not a JSON object'
  if (isDeeper(body, MAX_DEPTH)) return 'the body is nested too deeply'
  const isBatch = /\$batch\/?(\?|$)/i.test(url)
  if (!isBatch && first !== OPEN_LIST) return undefined
  try {
    const data: unknown = JSON.parse(new TextDecoder().decode(body))
    return isBatch ? faultOfJsonBatch(data) : faultOfList(data)
  } catch {
    return undefined // CAP says what is wrong with it
  }
}

function faultOfList(data: unknown): string | undefined {
  const isRecord = (each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
  return Array.isArray(data) && !data.every(isRecord) ? 'the list is not of objects' : undefined
}

/** The first byte behind a byte-order mark and white space. */
function firstByte(body: Buffer): number | undefined {
  const start = body.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0
  return body.subarray(start).find((byte) => !WHITE_SPACE.includes(byte))
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')
const WHITE_SPACE = Buffer.from(' \t\r\n')

/** True if objects and lists are in each other more often than that; text that has brackets counts only what stays open. */
function isDeeper(body: Buffer, limit: number): boolean {
  let [depth, inText] = [0, false]
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]
    if (inText) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (++depth > limit) return true
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--
  }
  return false
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = Buffer.from('"\\{}[]')

/**
 * Refuses what CAP can't read: an undecodable path ends in a `URIError` there, which stops the process.
 *
 * @throws {@link RequestError} `ERR_REQUEST_MALFORMED`
 * @internal
 */
export function assertDecodablePath({ url = '' }: IncomingMessage): void {
  if (!url.includes('%')) return
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '')
  } catch {
    throw new RequestError(
      'ERR_REQUEST_MALFORMED',
      'the path of the request is not UTF-8, percent-encoded',
      { fix: 'Encode names and keys in the path with encodeURIComponent, and "%" as "%25".' }
    )
  }
}
