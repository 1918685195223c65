import type { Destination, DestinationJson } from '@sap-cloud-sdk/connectivity'

import { cloudSdk } from '../../lib/lazy.js'
import { secretsNamed, withoutSecrets } from '../../lib/redact.js'

/** Names of the Cloud SDK for the properties of the Destination service. */
const NAMES: Readonly<Record<string, keyof Destination>> = {
  Name: 'name',
  Type: 'type',
  URL: 'url',
  Authentication: 'authentication',
  ProxyType: 'proxyType',
  CloudConnectorLocationId: 'cloudConnectorLocationId',
  'sap-client': 'sapClient',
  User: 'username',
  Password: 'password',
  TrustAll: 'isTrustingAllCertificates',
  KeyStoreLocation: 'keyStoreName',
  KeyStorePassword: 'keyStorePassword',
  SystemUser: 'systemUser',
  'x_user_token.jwks': 'jwks',
  'x_user_token.jwks_uri': 'jwksUri',
  'HTML5.ForwardAuthToken': 'forwardAuthToken',
  forwardAuthToken: 'forwardAuthToken'
}

/**
 * Converts an answer of the Destination service to a destination of the Cloud SDK, whose own
 * function for this is not public. The reasons why there is no token are without secrets: a token
 * service may repeat what it gets.
 *
 * @param headers - of the look-up
 * @see `@sap-cloud-sdk/connectivity`, `parseDestination`
 * @internal
 */
export async function parseDestination(
  json: DestinationJson,
  headers: Readonly<Record<string, string>> = {}
): Promise<Destination> {
  const { sanitizeDestination } = await cloudSdk()
  const { destinationConfiguration, authTokens = [], certificates = [] } = json
  const properties = Object.entries(destinationConfiguration) as [string, unknown][]
  const known = Object.keys(NAMES).flatMap((name) =>
    Object.hasOwn(destinationConfiguration, name)
      ? [[NAMES[name], destinationConfiguration[name] as unknown]]
      : []
  )
  const secrets = [
    ...secretsNamed(headers, TOKENS),
    ...secretsNamed(Object.fromEntries(properties), SECRETS)
  ]
  return sanitizeDestination({
    ...(Object.fromEntries(known) as Partial<Destination>),
    ...prefixed('headers', properties, 'URL.headers.'),
    ...prefixed('queryParameters', properties, 'URL.queries.'),
    originalProperties: { destinationConfiguration: publicProperties(properties) },
    authTokens: authTokens.map((token) =>
      token.error ? { ...token, error: String(withoutSecrets(token.error, secrets)) } : token
    ),
    certificates
  })
}

/** Names of properties that are not copied, because errors and logs may show destinations. */
const SECRETS = /password|secret/i

/** Names of headers with which the Destination service gets tokens to exchange. */
const TOKENS = /token|assertion/i

function publicProperties(properties: [string, unknown][]): object {
  return Object.fromEntries(properties.filter(([name]) => !SECRETS.test(name)))
}

function prefixed(name: string, properties: [string, unknown][], prefix: string): object {
  const entries = properties.flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : []
  )
  return entries.length ? { [name]: Object.fromEntries(entries) } : {}
}
