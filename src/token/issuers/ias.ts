import {
  errors,
  IdentityService,
  IdentityServiceSecurityContext,
  IdentityServiceToken
} from '@sap/xssec'

import { ConfigurationError, type PrincipalError, TokenError } from '../../errors.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { checkTimes, stringClaim, stringsClaim, tenantClaim } from '../claims.js'
import type { DecodedToken } from '../decode.js'
import { addresseeText, NEW_TOKEN } from '../token-facts.js'
import { checkHeader, checkSignatureLength } from '../header.js'
import { iasKeySet } from '../keys/sources.js'
import type { Issuer, VerifyOptions } from './issuer.js'
import { checkLibraryOptions } from './library-options.js'
import { refuseLogoutTokens, tenantOfIasToken } from './token-type.js'
import type { KeySet, VerificationKey } from '../keys/key-set.js'
import { LazyIdentityServiceToken } from './xssec.js'
import { keyOf, SignatureKeys } from './xssec.js'
import { TenantKeySets } from '../keys/tenant-key-sets.js'
import { fromXssec, OTHER_APPLICATION } from './xssec.js'
import type { IasCredentials } from './credentials.js'

const ALGORITHMS = ['RS256']

/** Configuration of `@sap/xssec` for routes on which the platform's router hands on the client certificate. */
const CERTIFICATE_BOUND = { validation: { x5t: { enabled: true }, proofToken: { enabled: true } } }

/**
 * Identity Authentication as an issuer. `@sap/xssec` verifies; on mTLS routes it checks the binding to the client
 * certificate as well, as CAP's own `ias` strategy does.
 *
 * @throws {@link ConfigurationError} when the binding is incomplete, or an option of the library can't be
 * @internal
 */
export function iasIssuer(credentials: IasCredentials, config: object = {}): Issuer {
  for (const name of ['clientid', 'url', 'domains'] as const) {
    const isGiven = name === 'domains' ? Array.isArray(credentials.domains) : credentials[name]
    if (!isGiven) {
      throw new ConfigurationError(`the binding of Identity Authentication has no "${name}"`, {
        fix: 'Bind the service again, or complete its secret or credentials.'
      })
    }
  }
  checkLibraryOptions(config)
  const service = new StrictIdentityService({ ...credentials }, structuredClone(config))
  const bound = isConfigured(config)
    ? service
    : new StrictIdentityService(
        { ...credentials },
        structuredClone({ ...config, ...CERTIFICATE_BOUND })
      )
  const create = (id: string) => iasKeySet(credentials, id, ALGORITHMS)
  const keySets = new TenantKeySets(create, ownKeySets(credentials), TURNS)
  const issuer: Issuer = {
    alias: 'ias',
    trusts: credentials.domains.join(' or '),
    matches: (payload) => service.trusts(payload),
    async verify(token, options) {
      checkClaims(token)
      const id = keySetId(token)
      const tenant = tenantOfIasToken(token.payload)
      const verifier = options.clientCertificate === undefined ? service : bound
      verifier.checkAddressee(token, options)
      const { bearerToken, header, payload } = token
      const key = await keySets.use({
        ...{ id, tenant, sender: options.sender ?? [] },
        ...(header as { kid: string; alg: string }),
        isSignedBy: (key) => verifier.isSigned(token, key),
        verify: (keys) => verifier.verify(token, keys, options)
      })
      const keyIsHeld = keySets.holder(id, key)
      return { issuer, bearerToken, payload, tenant, expiresAt: Number(payload.exp), keyIsHeld }
    },
    loadKeys: () => keySets.load(),
    securityContext: ({ bearerToken }) =>
      new IdentityServiceSecurityContext(service, new LazyIdentityServiceToken(bearerToken), {})
  }
  return issuer
}

/** `@sap/xssec` with our key sets. */
class StrictIdentityService extends IdentityService {
  readonly #signatures = new SignatureKeys((jwk) =>
    new OneKey(this.credentials as never, jwk).jwks()
  )

  /** True if the issuer is one of the binding's domains, or right below one. */
  trusts(payload: DecodedToken['payload']): boolean {
    const token = new IdentityServiceToken(null, { header: {}, payload })
    try {
      return typeof token.issuer === 'string' && Boolean(this.issuerUrl(token))
    } catch {
      return false
    }
  }

  /**
   * Refuses a token for another application, or one that another client certificate has: for that no key is looked up.
   *
   * @throws {@link TokenError} `ERR_TOKEN_AUDIENCE`, `ERR_TOKEN_BINDING`
   */
  checkAddressee({ header, payload }: DecodedToken, { clientCertificate }: VerifyOptions): void {
    const token = new IdentityServiceToken(null, { header, payload })
    try {
      if (!this.acceptsTokenAudience(token)) throw this.#wrongAudience(payload)
      if (!this.hasX5tEnabled()) return
      if (!clientCertificate) throw new errors.MissingClientCertificateError()
    } catch (error) {
      throw failureOf(error, clientCertificate)
    }
  }

  #wrongAudience(payload: DecodedToken['payload']): TokenError {
    const { clientid } = this.credentials as unknown as IasCredentials
    return new TokenError('ERR_TOKEN_AUDIENCE', OTHER_APPLICATION, {
      sent: addresseeText(payload),
      expected: `audience ${clientid}`,
      fix: "Get the token with the client of this application's binding, or exchange it for this application (jwt-bearer)."
    })
  }

  /** True if the token is signed with the key. */
  isSigned({ bearerToken, header, payload }: DecodedToken, key: VerificationKey) {
    const token = new IdentityServiceToken(bearerToken, { header, payload })
    return this.#signatures.isSigned(token, key)
  }

  async verify(decoded: DecodedToken, keys: KeySet, { clientCertificate }: VerifyOptions) {
    const { bearerToken, header, payload } = decoded
    const token = new IdentityServiceToken(bearerToken, { header, payload })
    const req = { headers: { 'x-forwarded-client-cert': clientCertificate } }
    await this.createSecurityContext(token, { keys, req } as never).catch((error: unknown) => {
      throw failureOf(error, clientCertificate)
    })
    return keyOf(keys, header)
  }

  /** Leaves tokens with a proof token to the library, because the answer depends on the certificate. */
  override getJwks(token: never, context: never): Promise<never> {
    const { audiences, appTid } = token as IdentityServiceToken
    const proof = this.hasProofTokenEnabled() && audiences.length > 1
    if (proof) return atPlatform(appTid, () => super.getJwks(token, context) as Promise<never>)
    return this.#jwks(token, context) as Promise<never>
  }

  async #jwks({ header }: IdentityServiceToken, { keys }: { keys: KeySet }) {
    const key = await this.#signatures.of(await keyOf(keys, header))
    return { get: () => key }
  }

  private issuerUrl(token: IdentityServiceToken): string {
    const { domains } = this.credentials as unknown as IasCredentials
    return IdentityService.getSafeUrlFromTokenIssuer(token, [...domains])
  }
}

/**
 * Returns an error of the library as ours. On routes without mutual TLS no certificate is known: the header is whatever a client sent.
 *
 * @param clientCertificate - `undefined` on such a route
 */
function failureOf(error: unknown, clientCertificate: string | undefined): PrincipalError {
  const isMissing = error instanceof errors.MissingClientCertificateError
  if (!isMissing || clientCertificate !== undefined) return fromXssec(error)
  const cause =
    'cds.requires.auth.config.validation asks for the client certificate, and it is not known on a route without mutual TLS'
  return new TokenError('ERR_TOKEN_BINDING', cause, {
    fix: 'Call the application at its route with ".cert." or ".mesh.cf.", or remove "x5t" and "proofToken" from that option.'
  })
}

/** The way to a key object of `@sap/xssec`: a service whose key set is one key. */
class OneKey extends IdentityService {
  readonly #jwk: object

  constructor(credentials: never, jwk: object) {
    super(credentials)
    this.#jwk = jwk
  }

  jwks() {
    const token = { issuer: this.credentials.url, audiences: [] }
    return super.getJwks(token as never, {}) as Promise<never>
  }

  override fetchJwks(): Promise<never> {
    return Promise.resolve({ keys: [this.#jwk] } as never)
  }
}

/** Everything that needs no key. */
function checkClaims({ bearerToken, header, payload }: DecodedToken): void {
  checkHeader(header, ALGORITHMS)
  checkSignatureLength(bearerToken)
  checkTimes(payload)
  refuseLogoutTokens(payload)
  if (!stringsClaim(payload, 'aud').length) {
    throw new TokenError('ERR_TOKEN_AUDIENCE', 'missing required "aud" claim', {
      fix: `${NEW_TOKEN} Access tokens of Identity Authentication always have an audience.`
    })
  }
  for (const name of ['azp', 'azp_app_tid', 'sub', 'sap_id_type']) stringClaim(payload, name)
}

/** Each look-up is two calls: the discovery document, and the keys. */
const TURNS = { perSecond: 22, burst: 8 }

/** That of the application's own client in its own tenant, where the binding says which that is. */
function ownKeySets({ url, app_tid: tenant, clientid }: IasCredentials): string[] {
  return tenant ? [JSON.stringify([url, tenant, clientid, undefined])] : []
}

/** Identity Authentication answers with keys by tenant and client: these four say which. */
function keySetId(token: DecodedToken): string {
  const { payload } = token
  const issuer = stringClaim(payload, 'ias_iss') ?? stringClaim(payload, 'iss')
  const azp = stringClaim(payload, 'azp')
  return JSON.stringify([
    issuer,
    tenantOfIasToken(payload),
    azp,
    tenantClaim(payload, 'azp_app_tid')
  ])
}

function isConfigured(config: { validation?: { x5t?: unknown; proofToken?: unknown } }): boolean {
  return config.validation?.x5t !== undefined || config.validation?.proofToken !== undefined
}
