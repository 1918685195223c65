import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { DestinationError, PrincipalError } from '../../../errors.js'
import { CREDENTIALS } from '../../../lib/inbound-credential.js'
import { cloudSdk } from '../../../lib/lazy.js'
import { cleanCause } from '../../../lib/redact.js'
import type { HeaderValues } from './http-call.js'

export { CREDENTIALS } from '../../../lib/inbound-credential.js'

/**
 * Returns the headers that a destination adds to every call, by name in lower case: its
 * credentials, `sap-client`, the Cloud Connector's location id, and configured headers.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` for a destination that is not complete
 * @see `@sap-cloud-sdk/connectivity`, `buildHeadersForDestination`
 * @internal
 */
export async function identityHeaders(destination: HttpDestination): Promise<HeaderValues> {
  return kept.get(destination) ?? built(destination)
}

async function built(destination: HttpDestination): Promise<HeaderValues> {
  const { buildHeadersForDestination } = await cloudSdk()
  const own = await buildHeadersForDestination(destination).catch((error: unknown) => {
    throw error instanceof PrincipalError ? error : incomplete(destination, error)
  })
  const headers = {
    ...lowerCase(own),
    ...lowerCase(propertiesOf(destination, 'URL.headers.'))
  }
  if (Object.isFrozen(destination)) kept.set(destination, headers)
  return headers
}

function incomplete({ name, authentication }: HttpDestination, error: unknown): DestinationError {
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" has Authentication "${String(authentication)}", and no credentials for it`,
    {
      cause: cleanCause(error),
      destination: name ?? undefined,
      fix:
        'Nothing was sent. Complete the destination. For one that is not from the Destination service, no token is ' +
        'fetched; the cause says what is missing.'
    }
  )
}

/** Headers of frozen destinations. */
const kept = new WeakMap<HttpDestination, HeaderValues>()

/**
 * Returns headers or queries among the original properties: a destination of the environment
 * variable `destinations` has them there.
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

/** Returns headers by name in lower case, without those that have no value. @internal */
export function lowerCase(headers: Readonly<Record<string, unknown>> = {}): HeaderValues {
  const result: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name] as string | number | undefined | null
    if (value !== undefined && value !== null) result[name.toLowerCase()] = String(value)
  }
  return result
}

/**
 * Merges the headers of a request and of its destination. Headers of the request take precedence,
 * except for credentials: if the call goes out as the user, these are the destination's.
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
