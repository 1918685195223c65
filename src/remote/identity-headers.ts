import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { HeaderValues } from './http-call.js'

/** Headers that say as whom a call is made; lower case. */
export const CREDENTIALS = [
  'authorization',
  'proxy-authorization',
  'sap-connectivity-authentication',
  'sap-connectivity-technical-authentication'
] as const

/** Prefix of properties of a destination that are headers. */
const HEADER_PROPERTY = 'URL.headers.'

/**
 * Headers that a destination adds to every call, by name in lower case: its credentials, `sap-client`, the Cloud Connector's
 * location id, and those that are configured in it.
 *
 * @see `@sap-cloud-sdk/connectivity`, `buildHeadersForDestination`
 * @internal
 */
export async function identityHeaders(destination: HttpDestination): Promise<HeaderValues> {
  const { buildHeadersForDestination } = await import('@sap-cloud-sdk/connectivity')
  return {
    ...lowerCase(await buildHeadersForDestination(destination)),
    ...lowerCase(configured(destination.originalProperties))
  }
}

/** The Cloud SDK takes these from the properties as they came, too. */
function configured(properties: Record<string, unknown> = {}): Record<string, unknown> {
  const { destinationConfiguration } = properties as { destinationConfiguration?: object }
  const all = Object.entries(destinationConfiguration ?? properties) as [string, unknown][]
  return Object.fromEntries(
    all.flatMap(([name, value]) =>
      name.startsWith(HEADER_PROPERTY) ? [[name.slice(HEADER_PROPERTY.length), value]] : []
    )
  )
}

/** Without those that have no value. @internal */
export function lowerCase(headers: Readonly<Record<string, unknown>> = {}): HeaderValues {
  const result: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && value !== null) result[name.toLowerCase()] = `${value as string}`
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
): HeaderValues {
  const headers: Record<string, string> = { ...identity, ...own }
  if (!userBound) return headers
  for (const name of CREDENTIALS) {
    if (identity[name] === undefined) Reflect.deleteProperty(headers, name)
    else headers[name] = identity[name]
  }
  return headers
}
