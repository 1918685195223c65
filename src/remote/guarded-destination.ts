import cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { PropagationError } from '../errors.js'
import { logFailure } from '../lib/log.js'
import { printable } from '../lib/redact.js'
import { principalOf } from '../user/principal-of.js'
import type { ReadyDestination } from './outbound.js'
import { requireNamedUser } from './policy/caller.js'
import { checkLifetime } from './policy/sent-token.js'

type GuardedParts = Pick<ReadyDestination, 'destination' | 'userBound' | 'minTokenLifetime'>

/** Properties of a destination that hold or may hold credentials. */
const CREDENTIAL_PROPERTIES = [
  'agentOptions',
  'authTokens',
  'certificates',
  'clientSecret',
  'headers',
  'keyStorePassword',
  'mtlsKeyPair',
  'originalProperties',
  'password',
  'proxyConfiguration',
  'queryParameters',
  'tokenServicePassword'
] as const

/**
 * Returns a copy of a destination for code outside this package. Its credentials can be read as
 * long as the same principal is current, and are not shown when the destination is printed. The SAP
 * Cloud SDK reads them when a request is sent. Changes to the copy affect no other call.
 *
 * @param name - for messages
 * @internal
 */
export function guardedDestination(
  { destination, userBound, minTokenLifetime }: GuardedParts,
  name: string
): HttpDestination {
  const { user, tenant } = cds.context ?? {}
  const principal = principalOf(user)
  const check = () => {
    const now = cds.context
    if (now?.tenant !== tenant) throw foreign(name, 'tenant', now?.tenant, tenant)
    if (!userBound || principal.kind !== 'named') return
    const current = requireNamedUser(name, principalOf(now?.user))
    if (current.bearerToken !== principal.bearerToken) throw foreign(name, 'user')
    checkLifetime(name, destination, current, minTokenLifetime)
  }
  const guarded = { ...destination } as HttpDestination
  for (const property of CREDENTIAL_PROPERTIES) {
    const value = destination[property]
    if (value === undefined || value === null) continue
    let own: unknown
    const get = () => {
      logged(check)
      return (own ??= copyOf(value))
    }
    Object.defineProperty(guarded, property, { enumerable: true, configurable: true, get })
  }
  return Object.defineProperty(guarded, 'toJSON', { value: withoutCredentialProperties })
}

/** Copies arrays and plain objects; objects of a class stay as they are. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || !value) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)]))
}

/** Logs the error of a check: code that reads the property may wrap the error, or swallow it. */
function logged(check: () => void): void {
  try {
    check()
  } catch (error) {
    logFailure(error as PropagationError)
    throw error
  }
}

function withoutCredentialProperties(this: HttpDestination): object {
  const names = Object.keys(this).filter(
    (name) => !CREDENTIAL_PROPERTIES.some((each) => each === name)
  )
  return Object.fromEntries(names.map((name) => [name, this[name as keyof HttpDestination]]))
}

function foreign(
  name: string,
  whose: 'user' | 'tenant',
  sent?: string,
  expected?: string
): PropagationError {
  const code = whose === 'user' ? 'ERR_USER_TOKEN_REQUIRED' : 'ERR_TENANT_MISMATCH'
  return new PropagationError(
    code,
    `the destination "${name}" was resolved for another ${whose} than the one who is current now`,
    {
      destination: name,
      ...(whose === 'tenant' && { sent: printable(sent), expected: printable(expected) }),
      fix: 'Nothing was sent. Call destinationFor where the request is sent, and keep nothing of what it returns.'
    }
  )
}
