import { ConfigurationError } from '../../errors.js'
import type { Bindings, MetadataHost } from '../../options.js'
import type { XsuaaCredentials } from '../../token/issuers/credentials.js'
import type { ClientAddress } from './hosts.js'

/** Tenant that a host name stands for. */
type Tenant = Pick<ClientAddress, 'subdomain' | 'identity'>

/** Scopes of OpenID Connect that Identity Authentication has. */
const OPENID_SCOPES = ['openid', 'email', 'profile'] as const

/**
 * Returns the issuers at which a client can get a token for the application: of XSUAA, of Identity Authentication, and those that are
 * configured. XSUAA serves its metadata below the issuer.
 *
 * @param issuers - URLs of configured issuers
 * @internal
 */
export function authorizationServers(
  { xsuaa, ias }: Bindings,
  issuers: readonly string[],
  tenant: Tenant
): string[] {
  const uaa = xsuaa && urlOfXsuaa(xsuaa, tenant)
  return [
    ...(uaa ? [`${uaa}/oauth/token`] : []),
    ...(ias ? [tenant.identity ?? withoutSlash(ias.url)] : []),
    ...issuers
  ]
}

/**
 * Returns the scopes to ask for. There are none for XSUAA: a client that asks for scopes gets a token with these only, and clients ask for
 * all that they are told.
 *
 * @internal
 */
export function scopesSupported({ xsuaa, ias }: Bindings): readonly string[] | undefined {
  return !xsuaa && ias ? OPENID_SCOPES : undefined
}

/**
 * Returns the metadata of XSUAA for clients that look for it at the application, as MCP clients did before RFC 9728.
 *
 * @see RFC 8414, section 2
 * @internal
 */
export function xsuaaMetadata({ xsuaa }: Bindings, tenant: Tenant): object | undefined {
  const url = xsuaa && urlOfXsuaa(xsuaa, tenant)
  if (!url) return undefined
  return {
    issuer: `${url}/oauth/token`,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    jwks_uri: `${url}/token_keys`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post']
  }
}

/** A host stands for a subscriber only if tokens of subscribers are accepted. */
function urlOfXsuaa(xsuaa: XsuaaCredentials, { subdomain }: Tenant): string | undefined {
  const { url, uaadomain } = xsuaa
  if (subdomain === undefined || !isShared(xsuaa)) return url && withoutSlash(url)
  return `https://${subdomain}.${uaadomain.replace(/^https:\/\//, '')}`
}

/** True if subscribers have tenants of their own. @internal */
export function isShared({ tenantmode }: XsuaaCredentials): boolean {
  return tenantmode === 'shared'
}

/**
 * Checks the issuers of Identity Authentication that hosts are configured with: tokens of others would be refused.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export function checkIdentities(
  { ias }: Bindings,
  hosts: readonly (string | MetadataHost)[]
): void {
  for (const entry of hosts) {
    if (typeof entry === 'string' || entry.identity === undefined) continue
    const url = entry.identity.replace('{subdomain}', 'x')
    const { protocol, host, pathname } = URL.canParse(url) ? new URL(url) : ({} as Partial<URL>)
    const isKnown = ias?.domains.some((each) => host === each || host?.endsWith(`.${each}`))
    const isIssuer = protocol === 'https:' && pathname === '/' && !url.endsWith('/')
    if (isKnown && isIssuer) continue
    throw new ConfigurationError(
      `cds.requires.auth.metadata.hosts: the "identity" of "${entry.host}" is no issuer whose tokens are accepted`,
      {
        expected: ias ? `an https URL at ${ias.domains.join(' or ')}` : 'none',
        fix: ias
          ? 'Write the URL of the tenant of Identity Authentication, without a path.'
          : 'Leave it out: no Identity Authentication is bound.'
      }
    )
  }
}

const withoutSlash = (url: string) => url.replace(/\/$/, '')
