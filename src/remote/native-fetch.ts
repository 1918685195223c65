import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { cap } from '../cap.js'
import { ConfigurationError } from '../errors.js'
import { identityHeaders, propertiesOf } from './http/send.js'

/**
 * True if CAP's own HTTP client sends the calls of a service. CAP 9 gives the service the middlewares of the SAP Cloud SDK as well
 * where the destination is looked up, and sends by itself as soon as there is a URL.
 *
 * @see `@sap/cds`, `libx/_runtime/remote/utils/cloudSdkProvider.js`
 * @internal
 */
export function usesNativeFetch({ middlewares }: { readonly middlewares?: object }): boolean {
  return !middlewares || Boolean(cap.env.remote?.native_fetch)
}

/**
 * Returns a destination for CAP's own HTTP client, which sends headers, and knows nothing of tokens: a technical one on the
 * internet, with its credentials as headers.
 *
 * @throws {@link ConfigurationError} for a destination that this client has no connection for
 * @see `@sap/cds`, `libx/_runtime/remote/utils/fetchClient.js`
 * @internal
 */
export async function forNativeFetch(
  destination: Partial<HttpDestination>
): Promise<Partial<HttpDestination>> {
  const { name, url } = destination
  const need = needOf(destination)
  if (need) {
    throw new ConfigurationError(
      `destination "${String(name)}" ${need}, and CAP's own HTTP client would send the call, which can not do that`,
      {
        fix:
          'Nothing was sent. Remove cds.remote.native_fetch, or add the SAP Cloud SDK to the application: ' +
          'npm add @sap-cloud-sdk/http-client @sap-cloud-sdk/connectivity @sap-cloud-sdk/resilience.'
      }
    )
  }
  if (!url) return destination // CAP says that it is missing
  const basic = basicOf(destination)
  const complete = { ...destination, ...(basic && NO_CREDENTIALS) } as HttpDestination
  return {
    ...(name && { name }),
    url,
    authentication: 'NoAuthentication',
    ...basic,
    headers: { ...(await identityHeaders(complete)) },
    queryParameters: { ...complete.queryParameters, ...propertiesOf(complete, 'URL.queries.') }
  }
}

const NO_CREDENTIALS = {
  authentication: 'NoAuthentication',
  username: undefined,
  password: undefined
} as const

/** Returns user and password, which CAP's client sends itself, also an empty one: the SAP Cloud SDK has no header for that. */
function basicOf(destination: Partial<HttpDestination>): Partial<HttpDestination> | undefined {
  const { authentication, username, password } = destination
  const hasUser = [username, password].some((each) => each !== undefined && each !== null)
  const isBasic = authentication ? authentication === 'BasicAuthentication' : hasUser
  if (!isBasic || !hasUser) return undefined
  return {
    authentication: 'BasicAuthentication',
    username: username ?? '',
    password: password ?? ''
  }
}

function needOf(destination: Partial<HttpDestination>): string | undefined {
  const { authentication, proxyType, mtls, mtlsKeyPair } = destination
  if (proxyType === 'OnPremise') return 'is on premise'
  const hasCertificate = [
    authentication === 'ClientCertificateAuthentication',
    mtls,
    mtlsKeyPair
  ].some(Boolean)
  return hasCertificate ? 'needs a client certificate' : undefined
}
