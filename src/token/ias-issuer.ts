import { IdentityService, IdentityServiceSecurityContext, IdentityServiceToken } from '@sap/xssec'

import { ConfigurationError, TokenError } from '../errors.js'
import { checkTimes, stringClaim, stringsClaim, tenantClaim } from './claims.js'
import type { DecodedToken } from './decode.js'
import { checkHeader } from './header.js'
import { iasKeySet } from './ias-keys.js'
import type { Issuer, VerifyOptions } from './issuer.js'
import type { KeySet } from './key-set.js'
import { LazyIdentityServiceToken } from './lazy-token.js'
import { keyOf, SignatureKeys } from './signature-keys.js'
import { TenantKeySets } from './tenant-key-sets.js'
import { fromXssec } from './xssec-errors.js'

/** What a binding of Identity Authentication holds, as far as it matters here. */
export interface IasCredentials {
  readonly clientid: string
  readonly url: string
  readonly domains: readonly string[]
  readonly app_tid?: string
}

const ALGORITHMS = ['RS256']

/** Configuration of `@sap/xssec` for routes on which the platform's router hands on the client certificate. */
const CERTIFICATE_BOUND = { validation: { x5t: { enabled: true }, proofToken: { enabled: true } } }

/**
 * Identity Authentication as an issuer. `@sap/xssec` verifies; on mTLS routes it checks the binding to the client
 * certificate as well, as CAP's own `ias` strategy does.
 *
 * @throws {@link ConfigurationError} when the binding is incomplete
 * @internal
 */
export function iasIssuer(credentials: IasCredentials, config: object = {}): Issuer {
  for (const name of ['clientid', 'url', 'domains'] as const) {
    if (!credentials[name]) {
      throw new ConfigurationError(`the binding of Identity Authentication has no "${name}"`)
    }
  }
  const service = new StrictIdentityService({ ...credentials }, structuredClone(config))
  const bound = isConfigured(config)
    ? service
    : new StrictIdentityService(
        { ...credentials },
        structuredClone({ ...config, ...CERTIFICATE_BOUND })
      )
  const keySets = new TenantKeySets((id) => iasKeySet(credentials, id, ALGORITHMS))
  const issuer: Issuer = {
    alias: 'ias',
    names: (payload) => service.trusts(payload),
    async verify(token, options) {
      checkClaims(token)
      const id = keySetId(token)
      const verifier = options.clientCertificate === undefined ? service : bound
      const key = await keySets.use(id, (keys) => verifier.verify(token, keys, options))
      const keyIsHeld = keySets.holder(id, key)
      const { bearerToken, payload } = token
      const tenant = tenantOfIasToken(payload)
      return { issuer, bearerToken, payload, tenant, expiresAt: Number(payload.exp), keyIsHeld }
    },
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

  /** Whether the issuer is one of the binding's domains, or right below one. */
  trusts(payload: DecodedToken['payload']): boolean {
    const token = new IdentityServiceToken(null, { header: {}, payload })
    try {
      return typeof token.issuer === 'string' && Boolean(this.issuerUrl(token))
    } catch {
      return false
    }
  }

  async verify(decoded: DecodedToken, keys: KeySet, { clientCertificate }: VerifyOptions) {
    const { bearerToken, header, payload } = decoded
    const token = new IdentityServiceToken(bearerToken, { header, payload })
    const req = { headers: { 'x-forwarded-client-cert': clientCertificate } }
    await this.createSecurityContext(token, { keys, req } as never).catch((error: unknown) => {
      throw fromXssec(error)
    })
    return keyOf(keys, header)
  }

  /** With a proof token, the answer depends on the certificate: that stays with the library. */
  override getJwks(token: never, context: never): Promise<never> {
    const { audiences } = token as IdentityServiceToken
    const proof = this.hasProofTokenEnabled() && audiences.length > 1
    if (proof) return super.getJwks(token, context) as Promise<never>
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
function checkClaims({ header, payload }: DecodedToken): void {
  checkHeader(header, ALGORITHMS)
  checkTimes(payload)
  if (!stringsClaim(payload, 'aud').length) {
    throw new TokenError('ERR_TOKEN_AUDIENCE', 'missing required "aud" claim')
  }
  for (const name of ['azp', 'azp_app_tid', 'sub', 'sap_id_type']) stringClaim(payload, name)
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

/** Returns the tenant that a token of Identity Authentication is for. @internal */
export function tenantOfIasToken(payload: DecodedToken['payload']): string | undefined {
  return tenantClaim(payload, 'app_tid') ?? tenantClaim(payload, 'zone_uuid')
}

function isConfigured(config: { validation?: { x5t?: unknown; proofToken?: unknown } }): boolean {
  return config.validation?.x5t !== undefined || config.validation?.proofToken !== undefined
}
