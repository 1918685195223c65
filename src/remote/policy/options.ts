import { decidesCalls } from '../../lib/adoption.js'
import { checkDestinationOptions } from '../../destination/look-up/options.js'
import { isUserBound } from '../../destination/authentication-types.js'
import { isClusterName, WITHIN_CLUSTER } from '../../destination/resolve/check.js'
import { ConfigurationError } from '../../errors.js'
import { clientsOf } from './clients.js'
import type { RemoteCredentials, RemoteOptions } from '../../cap-remote-types.js'

/**
 * Principal that a remote service is called as: `cds.requires.<service>.onBehalfOf`.
 *
 * | value | who goes out |
 * |---|---|
 * | `namedUser` | the named user who is current, or the call is refused |
 * | `currentUser` | the named user if there is one, else the technical user of the context's tenant |
 * | `systemUser` | the technical user of the context's tenant, also while a named user is current |
 * | `systemUserProvider` | the technical user of the provider's tenant |
 */
export type OnBehalfOf = 'namedUser' | 'currentUser' | 'systemUser' | 'systemUserProvider'

const ON_BEHALF_OF: readonly OnBehalfOf[] = [
  'namedUser',
  'currentUser',
  'systemUser',
  'systemUserProvider'
]

/** Default of `minTokenLifetime` in seconds: the time that a request takes to the remote system. */
export const MIN_TOKEN_LIFETIME = 5

/** Configured principal of a call. */
export interface CallPolicy {
  /** Principal of the call; `undefined`: the destination decides. */
  readonly onBehalfOf: OnBehalfOf | undefined
  /** Seconds. */
  readonly minTokenLifetime: number
  /** Clients that may act as the user; `undefined`: all. */
  readonly clients?: readonly string[] | undefined
}

/** True if the named user who is current is sent. @internal */
export function carriesUser(onBehalfOf: OnBehalfOf | undefined): boolean {
  return onBehalfOf === 'namedUser' || onBehalfOf === 'currentUser'
}

/**
 * Returns the policy of a required service.
 *
 * @param name - of the required service, for the message
 * @throws {@link ConfigurationError} that names the option which is unknown, or can't work with the others
 * @internal
 */
export function callPolicy(name: string, options: RemoteOptions): CallPolicy {
  const path = `cds.requires.${name}`
  const own = policyOf(path, options)
  const hasUser = own.onBehalfOf === undefined || carriesUser(own.onBehalfOf)
  const clients = clientsOf(path, options.clients, hasUser)
  const policy = { ...own, ...(clients && { clients }) }
  checkWithinCluster(name, options)
  if (decidesCalls(options)) checkLookUp(name, options)
  const { onBehalfOf } = policy
  const reason =
    onBehalfOf && (conflict(onBehalfOf, options) ?? inlineConflict(onBehalfOf, options))
  if (!reason) return policy
  throw new ConfigurationError(`cds.requires.${name}.onBehalfOf is "${onBehalfOf}", but ${reason}`)
}

/**
 * Checks and returns `onBehalfOf` and `minTokenLifetime`.
 *
 * @param path - of the object that has them, for the message
 * @throws {@link ConfigurationError}
 * @internal
 */
export function policyOf(
  path: string,
  { onBehalfOf, minTokenLifetime }: Pick<RemoteOptions, 'onBehalfOf' | 'minTokenLifetime'>
): CallPolicy {
  const known = ON_BEHALF_OF.find((value) => value === onBehalfOf)
  if (!known && onBehalfOf !== undefined && onBehalfOf !== null) {
    const values = ON_BEHALF_OF.join(', ')
    const text = `${path}.onBehalfOf is ${JSON.stringify(onBehalfOf)}: use one of ${values}`
    throw new ConfigurationError(text)
  }
  const seconds = minTokenLifetime ?? MIN_TOKEN_LIFETIME
  if (typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds)) {
    return { onBehalfOf: known, minTokenLifetime: seconds }
  }
  throw new ConfigurationError(
    `${path}.minTokenLifetime is ${JSON.stringify(minTokenLifetime)}: use a number of seconds, 0 or more`
  )
}

const LOOK_UP = ['fragmentName', 'level', 'chain', 'actorToken'] as const

/** Checks options of a look-up, which need a destination of the Destination service. */
function checkLookUp(name: string, { credentials, destinationOptions }: RemoteOptions): void {
  const path = `cds.requires.${name}.destinationOptions`
  checkDestinationOptions(path, destinationOptions ?? {})
  const { destination, url } = credentials ?? {}
  if (!url || destination) return
  const option = LOOK_UP.find((each) => destinationOptions?.[each])
  if (!option) return
  throw new ConfigurationError(`${path}.${option} has no effect with a "url": name a "destination"`)
}

function checkWithinCluster(name: string, { credentials = {} }: RemoteOptions): void {
  const { [WITHIN_CLUSTER]: option, url = '', destination } = credentials
  if (option === undefined || option === null || option === false) return
  const reason = clusterConflict(option, url, destination)
  if (!reason) return
  throw new ConfigurationError(`cds.requires.${name}.credentials.${WITHIN_CLUSTER} ${reason}`)
}

function clusterConflict(option: unknown, url: string, destination?: string): string | undefined {
  if (option !== true) return `is ${JSON.stringify(option)}: use true or false`
  if (destination)
    return `has no effect with a "destination": give the "url" of the service in the cluster`
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : ({} as Partial<URL>)
  if (protocol === 'http:' && isClusterName(hostname ?? '')) return undefined
  return `needs a "url" such as http://<name>.<namespace>: what is outside of the cluster needs https`
}

function conflict(
  onBehalfOf: OnBehalfOf,
  { credentials = {}, destinationOptions = {} }: RemoteOptions
): string | undefined {
  const { selectionStrategy = 'alwaysProvider' } = destinationOptions
  if (!carriesUser(onBehalfOf) && credentials.forwardAuthToken) {
    return (
      'its credentials have "forwardAuthToken": a technical user has no token to forward. Use a destination with ' +
      'OAuth2ClientCredentials, or a service binding with a "uaa" and the "url".'
    )
  }
  if (onBehalfOf === 'systemUserProvider' && selectionStrategy !== 'alwaysProvider') {
    return `its destinationOptions.selectionStrategy is ${JSON.stringify(selectionStrategy)}: leave that out.`
  }
  return undefined
}

/**
 * Returns the conflict of `onBehalfOf` with credentials that name no destination, if there is one.
 */
function inlineConflict(
  onBehalfOf: OnBehalfOf,
  { credentials }: RemoteOptions
): string | undefined {
  if (!credentials || credentials.destination) return undefined
  const { url, uaa, clientid, forwardAuthToken, authentication, username } = credentials
  if (clientid && !uaa) {
    return (
      'its credentials are those of an XSUAA or Identity Authentication, which do not say where the service is. ' +
      'Name a destination, or give it "credentials" with "url" and "uaa".'
    )
  }
  if (uaa) return bindingConflict(credentials)
  if (!url || forwardAuthToken) return undefined
  if (carriesUser(onBehalfOf)) {
    const technical = username || authentication ? ', but a technical authentication' : ''
    return (
      `the calls would carry no user: its credentials have a "url" without "forwardAuthToken"${technical}. Name a ` +
      'destination there, or forward the token.'
    )
  }
  if (!isUserBound({ authentication })) return undefined
  return `its credentials.authentication is "${String(authentication)}", which propagates users.`
}

function bindingConflict(credentials: RemoteCredentials): string | undefined {
  const { url, uaa, forwardAuthToken, authentication, username } = credentials
  if (!url) {
    return 'its service binding has no "url". Set cds.requires.<service>.credentials.url, or name a destination.'
  }
  if (!uaa?.clientid || !uaa.url) {
    return 'the "uaa" of its service binding has no "clientid" or no "url": bind the service again.'
  }
  if (!forwardAuthToken && !authentication && !username) return undefined
  return 'its credentials have both a "uaa" and another authentication: leave one of them out.'
}
