import { ConfigurationError } from '../../../errors.js'
import { typedCredentials } from '../../../lib/binding-credentials.js'

/** Client certificate (PEM). */
export interface ClientCertificate {
  readonly certificate: string
  readonly key: string
}

/** Way to log on, as the binding has it. */
export type LogOn =
  | ({ readonly type: 'mtls' } & ClientCertificate)
  | ({
      readonly type: 'oauth:mtls'
      readonly tokenUrl: string
      readonly clientId: string
    } & ClientCertificate)
  | { readonly type: 'basic'; readonly username: string; readonly password: string }

/** Binding of the Credential Store. */
export interface StoreClient {
  /** URL of the REST API. */
  readonly url: string
  readonly logOn: LogOn
  /** Key that decrypts answers (Base64, PKCS#8). */
  readonly decryptionKey: string | undefined
}

/**
 * Returns the client of a binding.
 *
 * @param path - of the entry of `cds.requires`
 * @throws {@link ConfigurationError} that names the property, and no value
 * @see help.sap.com, "SAP Credential Store", "Authentication"
 * @internal
 */
export function storeClient(path: string, credentials: object | undefined): StoreClient {
  if (!credentials) {
    throw new ConfigurationError(
      `${path} has no credentials: bind an instance of the SAP Credential Store ("npx cds-principal delegations init" prints how)`
    )
  }
  const place = `${path}.credentials`
  const binding = typedCredentials(credentials) as Readonly<Record<string, unknown>>
  const { client_private_key: decryptionKey } = Object(binding['encryption']) as {
    client_private_key?: unknown
  }
  return {
    url: httpsUrl(`${place}.url`, binding['url']),
    logOn: logOnOf(place, binding),
    decryptionKey: typeof decryptionKey === 'string' ? decryptionKey : undefined
  }
}

function logOnOf(place: string, binding: Readonly<Record<string, unknown>>): LogOn {
  const { username, password, certificate, key, oauth_token_url: tokenUrl } = binding
  if (typeof certificate === 'string' && typeof key === 'string') {
    if (tokenUrl === undefined) return { type: 'mtls', certificate, key }
    const url = httpsUrl(`${place}.oauth_token_url`, tokenUrl)
    return {
      ...{ type: 'oauth:mtls', tokenUrl: url, clientId: String(username) },
      ...{ certificate, key }
    }
  }
  if (typeof username === 'string' && typeof password === 'string') {
    return { type: 'basic', username, password }
  }
  const found = binding['private_key'] === undefined ? '' : ' Type "oauth:key" is not supported.'
  throw new ConfigurationError(
    `${place} has neither "certificate" and "key" nor "username" and "password".${found} Use authentication type "mtls", the ` +
      'default of the SAP Credential Store, and bind it again'
  )
}

function httpsUrl(place: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url?.protocol === 'https:' && !url.username && !url.password) return url.href
  throw new ConfigurationError(`${place} is no https URL: bind the SAP Credential Store again`)
}
