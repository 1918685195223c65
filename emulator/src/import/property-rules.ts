import type { Kind } from './replacements.js'

/** The way in which the value of a property is treated: it stays if it matches, is replaced as this kind, or is an address. */
export type Rule = { readonly keep: RegExp } | { readonly kind: Kind } | 'url' | 'client id'

const words = (...all: string[]): Rule => ({ keep: new RegExp(`^(${all.join('|')})$`, 'i') })

const BOOLEAN = /^(true|false)$/i
const NUMBER: Rule = { keep: /^\d{1,7}$/ }
const NAME_ID = 'urn:oasis:names:tc:SAML:(1.1|2.0):nameid-format:'
const CLASS = 'urn:oasis:names:tc:SAML:2.0:ac:classes:'

/** The types of destinations. */
export const TYPES = ['HTTP', 'RFC', 'MAIL', 'LDAP', 'TCP'] as const

/** The authentication types of the Destination service. */
export const AUTHENTICATIONS = [
  'NoAuthentication',
  'BasicAuthentication',
  'ClientCertificateAuthentication',
  'PrincipalPropagation',
  'OAuth2ClientCredentials',
  'OAuth2Password',
  'OAuth2RefreshToken',
  'OAuth2UserTokenExchange',
  'OAuth2JWTBearer',
  'OAuth2TokenExchange',
  'OAuth2SAMLBearerAssertion',
  'OAuth2TechnicalUserPropagation',
  'OAuth2AuthorizationCode',
  'OAuth2MutualTLS',
  'SAMLAssertion',
  'SAPAssertionSSO'
] as const

/** Known properties in lower case. A value that does not match becomes a replacement. */
const RULES: Readonly<Record<string, Rule>> = {
  type: words(...TYPES),
  authentication: words(...AUTHENTICATIONS),
  proxytype: words('Internet', 'OnPremise', 'PrivateLink'),
  url: 'url',
  tokenserviceurl: 'url',
  clientid: 'client id',
  tokenserviceurltype: words('Dedicated', 'Common'),
  description: { kind: 'text' },
  user: { kind: 'user name' },
  systemuser: { kind: 'user name' },
  tokenserviceuser: { kind: 'user name' },
  'jco.client.user': { kind: 'user name' },
  'mail.user': { kind: 'user name' },
  'mail.from': { kind: 'user name' },
  audience: { kind: 'identifier' },
  assertionissuer: { kind: 'identifier' },
  companyid: { kind: 'identifier' },
  clientassertiondestinationname: { kind: 'identifier' },
  scope: { keep: /^(openid|uaa\.user|uaa\.resource)?$/ },
  keystorelocation: { kind: 'file name' },
  truststorelocation: { kind: 'file name' },
  cloudconnectorlocationid: { keep: /^([A-Z]{2,8}|[a-z]{2,12})[-_]?\d{0,2}$/ },
  'sap-client': { keep: /^\d{3}$/ },
  'sap-language': { keep: /^[a-z]{2}$/i },
  'url.queries.sap-client': { keep: /^\d{3}$/ },
  'url.queries.sap-language': { keep: /^[a-z]{2}$/i },
  'url.headers.sap-client': { keep: /^\d{3}$/ },
  'jco.client.ashost': { kind: 'host' },
  'jco.client.mshost': { kind: 'host' },
  'mail.smtp.host': { kind: 'host' },
  'ldap.url': { kind: 'host' },
  'jco.client.client': { keep: /^\d{3}$/ },
  'jco.client.lang': { keep: /^[a-z]{2}$/i },
  'jco.client.sysnr': { keep: /^\d{2}$/ },
  nameidformat: words(`${NAME_ID}(unspecified|emailAddress|persistent|transient)`),
  authncontextclassref: words(
    `${CLASS}(unspecified|X509|Password|PasswordProtectedTransport|PreviousSession)`
  ),
  useridsource: words('email', 'mail', 'user_name', 'user_uuid', 'login_name', 'name_id'),
  'html5.timeout': NUMBER,
  'html5.socketreadtimeoutinseconds': NUMBER,
  webideusage: {
    keep: /^((odata_gen|odata_abap|odata_xs|abap_cloud|dev_abap|bsp_execute_abap|ui5_execute_abap|plugin_repository|apihub_catalog|apihub_sandbox),?)*$/
  }
}

/** Names of properties whose value is a secret. */
const SECRET = /passw|passphrase|secret|token|jwt|key|private|credential|certificate|authorization/i

/** True if the import knows the property. */
export function hasRule(name: string): boolean {
  return Object.hasOwn(RULES, name.toLowerCase())
}

/** Returns how the value of a property is treated. Properties that the import does not know keep nothing but `true` and `false`. */
export function ruleOf(name: string): Rule {
  const rule = hasRule(name) ? RULES[name.toLowerCase()] : undefined
  if (rule) return rule
  return SECRET.test(name) ? { kind: 'secret' } : { keep: BOOLEAN }
}

/** Returns the kind of a value that was expected to match its rule and did not. */
export function unmatchedKind(name: string): Kind {
  return /^cloudconnectorlocationid$/i.test(name) ? 'location id' : 'unknown value'
}
