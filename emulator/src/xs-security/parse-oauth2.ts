import { CREDENTIAL_TYPES, SYSTEM_ATTRIBUTES, type OAuth2Configuration } from './descriptor.js'
import { JsonNode } from './json-node.js'

/** XSUAA's limits and defaults, in seconds. */
const TOKEN_VALIDITY = { min: 60, max: 86_400, fallback: 43_200 }
const REFRESH_VALIDITY = { min: 60, max: 31_536_000, fallback: 604_800 }

const KEYS = [
  'token-validity',
  'refresh-token-validity',
  'grant-types',
  'redirect-uris',
  'credential-types',
  'system-attributes',
  'allowedproviders',
  'autoapprove'
]

/** XSUAA's names for grants; what is not among them can't be meant. */
const GRANT_TYPES = [
  'authorization_code',
  'client_credentials',
  'password',
  'refresh_token',
  'user_token',
  'implicit',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'client_x509'
]

/**
 * Reads `oauth2-configuration`, which may be missing.
 *
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`
 * @see SAP BTP, "Application Security Descriptor Configuration Syntax"
 */
export function readOAuth2(node: JsonNode): OAuth2Configuration {
  const config = node.value === undefined ? new JsonNode({}, node.path, node.source) : node
  config.known(KEYS)
  const words = <T extends string>(name: string, known: readonly T[]) =>
    config
      .get(name)
      .items()
      .map((item) => item.word(known))
  const given = (name: string) => config.get(name).value !== undefined
  const { min, max, fallback } = TOKEN_VALIDITY
  const refresh = REFRESH_VALIDITY
  const credentialTypes = words('credential-types', CREDENTIAL_TYPES)
  return {
    tokenValidity: config.get('token-validity').seconds(min, max, fallback),
    refreshTokenValidity: config
      .get('refresh-token-validity')
      .seconds(refresh.min, refresh.max, refresh.fallback),
    grantTypes: given('grant-types') ? words('grant-types', GRANT_TYPES) : undefined,
    redirectUris: config.get('redirect-uris').items().map(readRedirectUri),
    credentialTypes: credentialTypes.length ? credentialTypes : ['binding-secret'],
    systemAttributes: given('system-attributes')
      ? words('system-attributes', SYSTEM_ATTRIBUTES)
      : ['groups', 'rolecollections'],
    allowedProviders: given('allowedproviders')
      ? config
          .get('allowedproviders')
          .items()
          .map((item) => item.text())
      : undefined
  }
}

/** A redirect URI with wildcards in host and path; plain http for this machine only, as XSUAA has it. */
function readRedirectUri(node: JsonNode): string {
  const uri = node.text()
  if (/^https:\/\/[^\s/?#]+/i.test(uri)) return uri
  if (/^http:\/\/(localhost|127\.0\.0\.1)([:/*]|$)/i.test(uri)) return uri
  return node.fail(`is "${uri}": a redirect URI starts with https://, or with http://localhost`)
}
