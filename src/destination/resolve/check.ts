import type { Destination } from '@sap-cloud-sdk/connectivity'

import { DestinationError, PropagationError } from '../../errors.js'
import { CREDENTIALS } from '../../lib/inbound-credential.js'
import type { NamedUser } from '../../user/principal.js'
import { authenticationTypeOf } from '../authentication-types.js'
import { declaresUserTokenKeys, withExchange } from '../exchange/user.js'
import { type RetrievalOptions, sendsSubjectToken } from '../retrieval/retrieval.js'

/** Next step where the destination is for another protocol. */
const HTTP_NEEDED =
  'Name a destination of type "HTTP", with the URL of an OData or REST service of the same system.'

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Checks that a destination can be called at all, before any token is fetched for it.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function checkUsable(destination: Destination, userBound: boolean): void {
  const { type, authentication = '', forwardAuthToken, proxyType } = destination
  const known = authenticationTypeOf(destination)
  const has = `has Authentication "${authentication}", which`
  if (type && type !== 'HTTP') {
    const reason = `is of type "${type}", and only those of type "HTTP" can be called`
    throw unusable(destination, reason, HTTP_NEEDED)
  }
  if (known?.replacedBy) {
    throw unusable(destination, `${has} is deprecated and not sent; use ${known.replacedBy}`)
  }
  if (!forwardAuthToken && !known?.sendable) throw unusable(destination, `${has} can't be sent`)
  if (known?.onPremiseOnly && proxyType !== 'OnPremise') {
    const reason = `${has} needs ProxyType "OnPremise"; on the internet, use a user token exchange`
    throw unusable(destination, reason)
  }
  if (userBound) assertForUser(destination)
}

/**
 * Checks that a destination with `BasicAuthentication` has user and password, unless a header of its own is sent in their
 * place.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function checkPassword(destination: Destination): void {
  const { authentication, forwardAuthToken, username, password } = destination
  if (authentication !== 'BasicAuthentication' || forwardAuthToken) return
  const isComplete = [username, password].every((each) => each !== undefined && each !== null)
  if (isComplete || fixedCredential(destination) === 'authorization') return
  throw unusable(
    destination,
    'has Authentication "BasicAuthentication", and no User or no Password'
  )
}

/**
 * Refuses a destination that would get the token of the user in clear text, or another credential
 * in its place.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function assertForUser(destination: Destination): void {
  assertNotCleartext(destination)
  const header = fixedCredential(destination)
  if (!header) return
  throw unusable(
    destination,
    `has a header "${header}" of its own, which would be sent in place of the user's token`,
    'Remove the header from the destination.'
  )
}

/** Returns the name of a header for credentials that a destination adds to each request. */
function fixedCredential({ headers, originalProperties }: Destination): string | undefined {
  const all = Object.entries({ ...originalProperties, ...headers })
  const names = all.flatMap(([name, value]) =>
    value === undefined || value === null ? [] : name.replace(/^URL\.headers\./, '').toLowerCase()
  )
  return CREDENTIALS.find((each) => names.includes(each))
}

/**
 * Refuses a destination to which the token of the user would be sent in clear text.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function assertNotCleartext(destination: Destination): void {
  if (!isCleartext(destination) || isWithinCluster(destination)) return
  throw unusable(
    destination,
    'would get the token of the user over http; use https',
    'Change its URL.'
  )
}

/**
 * True if a token would be readable on its way over the internet. The Connectivity proxy has a
 * tunnel of its own.
 */
function isCleartext({ url = '', proxyType }: Destination): boolean {
  if (proxyType === 'OnPremise' || proxyType === 'PrivateLink' || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !LOOPBACK.test(hostname)
}

/**
 * Checks that the next hop can know the issuer of the user's token.
 *
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED` for tokens that must not go out as they are
 * @internal
 */
export function checkUserToken(
  destination: Destination,
  user: NamedUser,
  options: RetrievalOptions = {}
): void {
  const { authentication, name } = destination
  if (user.issuer === 'xsuaa') return
  const propagates = authentication === 'PrincipalPropagation'
  const takesTrusted = propagates || sendsSubjectToken(destination, options)
  if (takesTrusted ? user.issuer === 'ias' : declaresUserTokenKeys(destination)) return
  const exchange =
    user.issuer === 'ias'
      ? 'To have it exchanged, set destinationOptions.iasToXsuaaTokenExchange.'
      : withExchange(user)
  const orKeys = takesTrusted
    ? ''
    : ' Or give the destination the issuer\'s keys ("x_user_token.jwks_uri").'
  throw new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `destination "${String(name)}" (${String(authentication)}) needs a token of XSUAA, and the user's is of issuer "${user.issuer}"`,
    {
      destination: name ?? undefined,
      principal: 'named',
      sent: `a token of "${user.issuer}"`,
      expected: 'one of "xsuaa"',
      fix: `Nothing was sent. ${exchange}${orKeys}`
    }
  )
}

function unusable(
  { name }: Destination,
  reason: string,
  fix = 'Change the destination.'
): DestinationError {
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" ${reason}`,
    { destination: name ?? undefined, fix: `Nothing was sent. ${fix}` }
  )
}

/**
 * Name of the option that allows plain http to a service of the same Kubernetes cluster, such as
 * the Transparent Proxy.
 */
export const WITHIN_CLUSTER = 'plainHttpWithinCluster'

/**
 * Pattern of names of services in a cluster: `<service>`, `<service>.<namespace>`, and the long
 * forms. It excludes IP addresses.
 */
const CLUSTER_NAME =
  /^[a-z0-9-]*[a-z][a-z0-9-]*(\.[a-z0-9-]*[a-z][a-z0-9-]*(\.svc(\.cluster\.local)?)?)?$/

/** True if services of a Kubernetes cluster can have this host name. @internal */
export function isClusterName(hostname: string): boolean {
  return CLUSTER_NAME.test(hostname)
}

/**
 * True if a destination declares that its plain http stays within the cluster, and its URL can be
 * there.
 *
 * @see https://help.sap.com/docs/connectivity/sap-btp-connectivity-cf/transparent-proxy-for-kubernetes
 * @internal
 */
export function isWithinCluster(destination: Destination): boolean {
  const { [WITHIN_CLUSTER]: option } = destination as Readonly<Record<string, unknown>>
  const { url = '' } = destination
  return option === true && URL.canParse(url) && isClusterName(new URL(url).hostname)
}
