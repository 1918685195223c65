import { createPrivateKey, X509Certificate } from 'node:crypto'

/** NameID formats that XSUAA has a meaning for (SAML 2.0 core, section 8.3). */
const NAME_ID_FORMATS = [
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
] as const

/**
 * `cds.requires.auth.issuers.<alias>.exchange`: how a user's token of that issuer becomes one of the bound XSUAA, for calls
 * that propagate the user. Names are those of SAML destinations of the Destination service, with the same meaning.
 */
export type ExchangeOptions = SamlExchangeOptions | JwtExchangeOptions

/** Exchange by a SAML 2.0 bearer assertion (RFC 7522), for which XSUAA trusts this application as an identity provider. */
export interface SamlExchangeOptions {
  readonly grant: 'saml2-bearer'
  /** `Issuer` of the assertions: the entity id in the subaccount's trust configuration. */
  readonly assertionIssuer: string
  /** Private key (PEM, RSA with at least 2048 bits) that signs them. */
  readonly key?: string
  /** Its certificate (PEM). With it, signatures name it. Default: they don't. */
  readonly certificate?: string
  /** Required service whose `credentials` have `key` and `certificate`, instead of these two. */
  readonly credentials?: string
  /** Entity id of the subaccount. Default: from `/saml/metadata` of the bound XSUAA. */
  readonly audience?: string
  /** Token endpoint of the subaccount. Default: from `/saml/metadata` of the bound XSUAA. */
  readonly assertionRecipient?: string
  /** `…:emailAddress` or `…:unspecified`. Default: no format. */
  readonly nameIdFormat?: string
  /** Claim (name or path) with the user's name in XSUAA. Default: `email` with `…:emailAddress`, else `userId`. */
  readonly userIdSource?: string
  /** Default: no statement about it. */
  readonly authnContextClassRef?: string
  /** Claims (names or paths) by the name of the SAML attribute that they become. Default: none. */
  readonly attributeMapping?: Readonly<Record<string, string>>
}

/** Exchange by the token itself (RFC 7523), whose issuer XSUAA must know. */
export interface JwtExchangeOptions {
  readonly grant: 'jwt-bearer'
}

type Check = (value: unknown) => string | undefined

const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty'

const url: Check = (value) =>
  typeof value === 'string' && URL.canParse(value) ? undefined : 'a URL'

const key: Check = (value) => {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(value as string)
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return
  } catch {
    // its message could quote the key
  }
  return 'a private RSA key with at least 2048 bits (PEM)'
}

const certificate: Check = (value) => {
  try {
    new X509Certificate(value as string)
    return undefined
  } catch {
    return 'a certificate (PEM)'
  }
}

const nameIdFormat: Check = (value) =>
  NAME_ID_FORMATS.some((format) => format === value)
    ? undefined
    : `one of ${NAME_ID_FORMATS.join(', ')}`

const attributeMapping: Check = (value) =>
  isRecord(value) && !Object.values(value).some(text) && !Object.hasOwn(value, '__proto__')
    ? undefined
    : 'an object of claim names, by attribute names'

const SAML = new Map<string, Check>(
  Object.entries({
    ...{ assertionIssuer: text, key, certificate, credentials: text, audience: text },
    ...{ assertionRecipient: url, nameIdFormat, userIdSource: text, authnContextClassRef: text },
    attributeMapping
  })
)

/** Names of the options with grant `saml2-bearer`. @internal */
export const SAML_OPTIONS = [...SAML.keys()]

/**
 * Checks `exchange` of an issuer.
 *
 * @returns what is wrong, as `<option> must be …`, or nothing
 * @internal
 */
export function exchangeProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return ' must be an object'
  const { grant, ...options } = value
  if (grant !== 'saml2-bearer' && grant !== 'jwt-bearer') {
    return '.grant must be "saml2-bearer" or "jwt-bearer"'
  }
  for (const [name, option] of Object.entries(options)) {
    const check = grant === 'saml2-bearer' ? SAML.get(name) : undefined
    if (!check) return `.${name} is not known with grant "${grant}"`
    const expected = option === undefined || option === null ? undefined : check(option)
    if (expected) return `.${name} must be ${expected}`
  }
  return grant === 'saml2-bearer' ? missing(options) : undefined
}

function missing({ assertionIssuer, key, certificate, credentials }: Record<string, unknown>) {
  if (!assertionIssuer) return '.assertionIssuer must be a text that is not empty'
  if (!key && !credentials)
    return '.key must be a private RSA key, or "credentials" name a service that has it'
  if (credentials && (key ?? certificate))
    return '.credentials stands instead of "key" and "certificate"'
  return undefined
}

/**
 * Checks a private key and its certificate that come from a service.
 *
 * @returns what is wrong, or nothing
 * @internal
 */
export function signerProblem(credentials: { key?: unknown; certificate?: unknown }) {
  const wrongKey = key(credentials.key)
  if (wrongKey) return `"key" must be ${wrongKey}`
  const wrong =
    credentials.certificate === undefined ? undefined : certificate(credentials.certificate)
  return wrong && `"certificate" must be ${wrong}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
