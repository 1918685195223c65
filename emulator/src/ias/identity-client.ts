import { EmulatorError } from '../emulator-error.js'
import { closest } from '../xs-security/closest.js'
import { JWT_BEARER, TOKEN_EXCHANGE } from '../xsuaa/claims.js'
import type { IdentityClientOptions } from './identity-options.js'

/** Grant type of service instances: authorization codes, only with a challenge of PKCE by SHA-256. */
export const CODE_WITH_PKCE = 'authorization_code_pkce_s256'

/** Grants without the parameter `grant-types` of the service instance. */
export const DEFAULT_GRANTS: readonly string[] = [
  'client_credentials',
  'password',
  'authorization_code',
  'refresh_token',
  TOKEN_EXCHANGE
]

const GRANTS = [...DEFAULT_GRANTS, JWT_BEARER, CODE_WITH_PKCE, 'implicit']

/** The OAuth settings of an application; on BTP `oauth2-configuration` of the service instance. */
export interface IdentityClient {
  grantTypes: readonly string[]
  publicClient: boolean
  redirectUris: readonly string[]
  postLogoutRedirectUris: readonly string[]
}

/**
 * Reads the OAuth settings of an application.
 *
 * @param path - of the options, for messages
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function readClient(path: string, options: IdentityClientOptions): IdentityClient {
  const { grantTypes = DEFAULT_GRANTS, publicClient = false } = options
  const { redirectUris = [], postLogoutRedirectUris = [] } = options
  for (const grant of grantTypes) {
    if (GRANTS.includes(grant)) continue
    const guess = closest(grant, GRANTS)
    const hint = guess ? `did you mean "${guess}"?` : `there are ${GRANTS.join(', ')}`
    const text = `${path}.grantTypes has ${JSON.stringify(grant)}: ${hint}`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  checkUris(`${path}.redirectUris`, redirectUris)
  checkUris(`${path}.postLogoutRedirectUris`, postLogoutRedirectUris)
  return { grantTypes, publicClient, redirectUris, postLogoutRedirectUris }
}

/** True if the application may send browsers for authorization codes. */
export const hasCodeFlow = ({ grantTypes }: IdentityClient): boolean =>
  grantTypes.includes('authorization_code') || grantTypes.includes(CODE_WITH_PKCE)

/**
 * True if the application may use a grant of the token endpoint.
 *
 * @param grant - the parameter `grant_type`
 */
export const isGranted = (client: IdentityClient, grant: string): boolean =>
  grant === 'authorization_code' ? hasCodeFlow(client) : client.grantTypes.includes(grant)

/** @see SAP Cloud Identity Services, "Redirect URIs, Post Logout Redirect URI Rules" */
function checkUris(path: string, uris: readonly string[]): void {
  for (const uri of uris) {
    const [, scheme = '', host = '', port] =
      /^(https?):\/\/([^/:?#]+)(?::([\d*]+))?(?:\/[^#]*)?$/i.exec(uri) ?? []
    const isLocal = /^(localhost|\*\.localhost|127\.0\.0\.1)$/i.test(host)
    if (isLocal || (scheme.toLowerCase() === 'https' && host && port !== '*')) continue
    const rule = 'http and ports "*" are for localhost and 127.0.0.1 only'
    const text = `${path} has ${JSON.stringify(uri)}, which Identity Authentication does not allow: ${rule}`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
}
