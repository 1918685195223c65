import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { RemoteError } from '../../../errors.js'
import { isBelow } from './base-path.js'
import {
  type HeaderValues,
  type HttpCall,
  type ResponseType,
  tooLong,
  TransportError
} from './http-call.js'
import { lowerCase, propertiesOf, withIdentity } from './identity-headers.js'
import { bodyOf, isKnownBody, lengthOf } from './request-body.js'
import { ENCODINGS } from './response-body.js'

/** Options of a request that are supported here; requests with others are left to the Cloud SDK. */
const UNDERSTOOD = new Set([
  'data',
  'headers',
  'maxBodyLength',
  'maxContentLength',
  'method',
  'params',
  'responseType',
  'signal',
  'url',
  'validateStatus'
])

const RESPONSE_TYPES = new Set([undefined, 'arraybuffer', 'json', 'stream', 'text'])

/**
 * True if all options and the body of a request are supported here; the Cloud SDK sends all others.
 *
 * @internal
 */
export function isUnderstood(config: HttpRequestConfig): boolean {
  for (const name in config) {
    if (!UNDERSTOOD.has(name) && config[name] !== undefined) return false
  }
  if (!isFlat(config.headers) || !isFlat(config.params)) return false
  return RESPONSE_TYPES.has(config['responseType'] as string) && isKnownBody(config.data)
}

/** True if no value is an object: the Cloud SDK groups headers by origin. */
function isFlat(values: Readonly<Record<string, unknown>> = {}): boolean {
  for (const name in values) if (typeof values[name] === 'object' && values[name]) return false
  return true
}

/**
 * Creates the HTTP request. Defaults are those of axios.
 *
 * @param identity - headers that the destination adds
 * @throws {@link RemoteError} `ERR_REMOTE_HOST`, `ERR_REMOTE_PATH` for a URL that leads elsewhere than the destination's
 * @throws {@link TransportError} for a body that is too long
 * @internal
 */
export function httpCall(
  destination: HttpDestination,
  config: HttpRequestConfig,
  identity: HeaderValues,
  userBound: boolean
): HttpCall {
  const method = config.method.toUpperCase()
  const own = lowerCase(config.headers)
  const { body, type } = bodyOf(config.data, own['content-type'], method)
  const maxBodyLength = limit(config['maxBodyLength'])
  const length = lengthOf(body)
  if (length !== undefined && length > maxBodyLength) throw tooLong()
  const url = urlOf(destination, config)
  const headers = withIdentity(own, identity, userBound)
  headers['host'] ??= url.host // a proxy has another one than the request
  headers['accept'] ??= 'application/json, text/plain, */*'
  headers['accept-encoding'] ??= ENCODINGS
  headers['user-agent'] ??= 'cds-principal'
  if (type) headers['content-type'] = type
  if (length !== undefined) headers['content-length'] = String(length)
  return {
    method,
    url,
    headers,
    body,
    responseType: config['responseType'] as ResponseType | undefined,
    maxBodyLength,
    maxContentLength: limit(config.maxContentLength),
    signal: config.signal
  }
}

/** Returns the limit in bytes; -1 is no limit, as in axios. */
function limit(bytes: unknown): number {
  return typeof bytes === 'number' && bytes >= 0 ? bytes : Infinity
}

/**
 * Returns the URL of a request. It must stay within the destination, as credentials go to its host
 * only. The caller encodes parameters of the request.
 */
function urlOf(destination: HttpDestination, config: HttpRequestConfig): URL {
  const target = urlIn(destination, config.url)
  const query = joined({ ...queriesOf(destination), ...config.params })
  if (query) target.search += `${target.search ? '&' : '?'}${query}`
  return target
}

function joined(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('&')
}

/**
 * Returns the query that a destination adds to every request: empty, or with its question mark.
 *
 * @internal
 */
export function searchOf(destination: HttpDestination): string {
  const query = joined(queriesOf(destination))
  return query && `?${query}`
}

/**
 * Returns the encoded queries of the destination; those of the request are encoded by the caller.
 */
function queriesOf(destination: HttpDestination): Record<string, string> {
  const { queryParameters } = destination
  const configured = { ...queryParameters, ...propertiesOf(destination, 'URL.queries.') }
  const encoded: Record<string, string> = {}
  for (const name in configured) {
    encoded[encodeURIComponent(name)] = encodeURIComponent(String(configured[name]))
  }
  return encoded
}

/**
 * Returns a URL within a destination.
 *
 * @param url - relative to the destination's, or absolute and below it
 * @throws {@link RemoteError} `ERR_REMOTE_HOST`, `ERR_REMOTE_PATH`
 * @internal
 */
export function urlIn(destination: HttpDestination, url = ''): URL {
  const base = baseOf(destination)
  const isAbsolute = /^[a-z][a-z\d+\-.]*:\/\//i.test(url)
  const target = parsed(isAbsolute ? url : url ? base.prefix + url.replace(/^\/+/, '') : base.href)
  if (target.origin !== base.origin) throw otherHost(destination)
  if (!isBelow(base.path, target.pathname)) throw otherPath(destination)
  return target
}

/** Parsed URL of a destination. */
interface Base {
  readonly href: string
  readonly origin: string
  /** Path of the URL, with one slash at its end. */
  readonly path: string
  /** URL with one slash at its end. */
  readonly prefix: string
}

const bases = new WeakMap<HttpDestination, Base>()

function baseOf(destination: HttpDestination): Base {
  const kept = bases.get(destination)
  if (kept) return kept
  const { url } = destination
  const { origin, pathname } = parsed(url)
  const path = `${pathname.replace(/\/+$/, '')}/`
  const base = { href: url, origin, path, prefix: `${url.replace(/\/+$/, '')}/` }
  if (Object.isFrozen(destination)) bases.set(destination, base)
  return base
}

function parsed(url: string): URL {
  try {
    return new URL(url)
  } catch {
    throw new TransportError('Invalid URL', 'ERR_INVALID_URL', { sent: false })
  }
}

function otherHost({ name }: HttpDestination): RemoteError {
  return new RemoteError(
    'ERR_REMOTE_HOST',
    `the URL of a request to destination "${String(name)}" names another host`,
    {
      hop: 'before the call',
      destination: name ?? undefined,
      fix: "Nothing was sent. Give the path only: credentials go to the destination's host and to no other."
    }
  )
}

function otherPath({ name }: HttpDestination): RemoteError {
  return new RemoteError(
    'ERR_REMOTE_PATH',
    `the path of a request to destination "${String(name)}" leaves that of the destination's URL`,
    {
      hop: 'before the call',
      destination: name ?? undefined,
      fix:
        'Nothing was sent. Encode what comes from outside before it becomes part of a path, or shorten the URL of the ' +
        'destination.'
    }
  )
}

/** Creates the configuration with which axios sends the same request. @internal */
export function axiosConfig(call: HttpCall, base: HttpRequestConfig): HttpRequestConfig {
  const { method, url, body, responseType, signal } = call
  const rest: Partial<HttpRequestConfig> = { ...base }
  for (const name of ['params', 'data', 'responseType']) Reflect.deleteProperty(rest, name)
  const own = base.method.toUpperCase() === method && !isKnownBody(base.data)
  const data: unknown = own ? base.data : typeof body === 'string' ? Buffer.from(body) : body
  return {
    ...rest,
    method: method as HttpRequestConfig['method'],
    baseURL: url.origin,
    url: url.pathname + url.search,
    headers: call.headers as Record<string, string>,
    ...(data !== undefined && { data }),
    ...(responseType && { responseType }),
    ...(signal && { signal }),
    maxRedirects: 0,
    validateStatus: () => true
  }
}
