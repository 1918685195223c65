import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { cloudSdk } from '../../../lib/lazy.js'
import type { HeaderValues } from './http-call.js'

/** Headers that say as whom a call is made; lower case. */
export const CREDENTIALS = [
  'authorization',
  'proxy-authorization',
  'sap-connectivity-authentication',
  'sap-connectivity-technical-authentication'
] as const

/**
 * Headers that a destination adds to every call, by name in lower case: its credentials, `sap-client`, the Cloud Connector's
 * location id, and those that are configured in it.
 *
 * @see `@sap-cloud-sdk/connectivity`, `buildHeadersForDestination`
 * @internal
 */
export async function identityHeaders(destination: HttpDestination): Promise<HeaderValues> {
  return kept.get(destination) ?? built(destination)
}

async function built(destination: HttpDestination): Promise<HeaderValues> {
  const { buildHeadersForDestination } = await cloudSdk()
  const headers = {
    ...lowerCase(await buildHeadersForDestination(destination)),
    ...lowerCase(propertiesOf(destination, 'URL.headers.'))
  }
  if (Object.isFrozen(destination)) kept.set(destination, headers)
  return headers
}

/** Of destinations that can't be changed. */
const kept = new WeakMap<HttpDestination, HeaderValues>()

/**
 * Headers or queries that are among the properties as they came, as those of the environment variable `destinations` are.
 *
 * @internal
 */
export function propertiesOf(
  { originalProperties = {} }: HttpDestination,
  prefix: string
): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const name in originalProperties) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = originalProperties[name]
  }
  return found
}

/** Without those that have no value. @internal */
export function lowerCase(headers: Readonly<Record<string, unknown>> = {}): HeaderValues {
  const result: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name] as string | number | undefined | null
    if (value !== undefined && value !== null) result[name.toLowerCase()] = String(value)
  }
  return result
}

/**
 * The headers of a request and of its destination as one. The request's own come first, but nothing speaks for the user
 * beside the destination: where the call goes out as one, the credentials are the destination's.
 *
 * @param own - of the request, by name in lower case
 * @internal
 */
export function withIdentity(
  own: HeaderValues,
  identity: HeaderValues,
  userBound: boolean
): Record<string, string> {
  const headers: Record<string, string> = { ...identity, ...own }
  if (!userBound) return headers
  for (const name of CREDENTIALS) {
    const value = identity[name]
    if (headers[name] === value) continue
    if (value === undefined) Reflect.deleteProperty(headers, name)
    else headers[name] = value
  }
  return headers
}
