import { XsuaaSecurityContext, XsuaaService, XsuaaToken } from '@sap/xssec'

import { ConfigurationError, TokenError } from '../../errors.js'
import {
  checkTimes,
  clientOf,
  isTechnicalGrant,
  stringClaim,
  stringsClaim,
  tenantClaim
} from '../claims.js'
import type { DecodedToken } from '../decode.js'
import { fetchJson } from '../../lib/fetch-json.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { checkHeader, checkSignatureLength } from '../header.js'
import { addresseeText, NEW_TOKEN } from '../token-facts.js'
import type { Issuer } from './issuer.js'
import { checkLibraryOptions } from './library-options.js'
import { refuseOtherThanAccessTokens } from './token-type.js'
import { KeySet, type VerificationKey } from '../keys/key-set.js'
import { LazyXsuaaToken } from './xssec.js'
import { refusedTenant } from '../keys/sources.js'
import { SignatureKeys, validateSignature } from './xssec.js'
import { TenantKeySets } from '../keys/tenant-key-sets.js'
import { trustAcl } from './trust-acl.js'
import { fromXssec, OTHER_APPLICATION } from './xssec.js'
import type { XsuaaCredentials } from './credentials.js'

const ALGORITHMS = ['RS256']

/** Next step for a user's token of another application. */
const OTHER_CLIENT =
  'Get the token with the client of this application\'s binding, or grant the other application a scope ("granted-apps" in ' +
  'xs-security.json) and let it exchange the token for this one (jwt-bearer).'

/** Next step for a caller without a user. */
const NOT_GRANTED =
  'It is a technical one: if its client shall call this application, add to a scope in xs-security.json ' +
  '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], update the service instance, and let the ' +
  'caller get a new token.'

const REQUIRED = ['clientid', 'xsappname', 'uaadomain'] as const

/**
 * XSUAA as an issuer. `@sap/xssec` verifies signature and audience with a key of the tenant's key set; the checks that it
 * does not make (header, shapes, `iss`, tenant) stand around it.
 *
 * @throws {@link ConfigurationError} when the binding is incomplete, an option of the library can't be, or `SAP_JWT_TRUST_ACL` can't be read
 * @internal
 */
export function xsuaaIssuer(credentials: XsuaaCredentials, config: object = {}): Issuer {
  for (const name of REQUIRED) {
    if (!credentials[name]) {
      throw new ConfigurationError(`the XSUAA binding of cds.requires.auth has no "${name}"`, {
        fix: 'Bind the service again, or complete its secret or credentials.'
      })
    }
  }
  checkLibraryOptions(config)
  const checkCaller = trustAcl(process.env.SAP_JWT_TRUST_ACL, credentials.clientid)
  const service = new StrictXsuaaService({ ...credentials }, structuredClone(config))
  const keySets = new TenantKeySets(
    (tenant) => keysOf(credentials, tenant),
    [ownTenant(credentials)]
  )
  const issuer: Issuer = {
    alias: 'xsuaa',
    trusts: `<subdomain>.${withoutScheme(credentials.uaadomain)}`,
    matches: ({ iss }) => typeof iss === 'string' && isIssuer(iss, credentials.uaadomain),
    async verify(token, { sender = [] }) {
      const tenant = checkClaims(token, credentials)
      const xsuaaToken = service.forThisApplication(token)
      const { bearerToken, header, payload } = token
      checkCaller?.({ client: clientOf(payload), tenant })
      const key = await keySets.use({
        ...{ id: tenant, tenant, sender },
        ...(header as { kid: string; alg: string }),
        isSignedBy: (key) => service.isSigned(xsuaaToken, key),
        verify: (keys) => service.verify(xsuaaToken, keys)
      })
      const keyIsHeld = keySets.holder(tenant, key)
      return { issuer, bearerToken, payload, tenant, expiresAt: Number(payload.exp), keyIsHeld }
    },
    loadKeys: () => keySets.load(),
    securityContext: ({ bearerToken }) =>
      new XsuaaSecurityContext(service, new LazyXsuaaToken(bearerToken), {})
  }
  return issuer
}

/** `@sap/xssec`, which gets its keys from our key sets: they have deadlines, limits and a memory of failures. */
class StrictXsuaaService extends XsuaaService {
  readonly #signatures = new SignatureKeys((jwk) =>
    new OneKey({ ...this.credentials } as never, jwk).getJwks({}, {})
  )

  /** Before keys are looked up: a token for another application is no reason to. */
  forThisApplication({ bearerToken, header, payload }: DecodedToken): XsuaaToken {
    const token = new XsuaaToken(bearerToken, { header, payload })
    if (this.acceptsTokenAudience(token)) return token
    const { clientid, xsappname } = this.credentials as unknown as XsuaaCredentials
    throw new TokenError('ERR_TOKEN_AUDIENCE', OTHER_APPLICATION, {
      sent: addresseeText(payload),
      expected: `client ${clientid}, or audience ${xsappname}`,
      fix: isTechnicalGrant(payload) ? NOT_GRANTED : OTHER_CLIENT
    })
  }

  /** The signature, with the key that the token names; all else was checked before. */
  async verify(token: XsuaaToken, keys: KeySet): Promise<VerificationKey> {
    const { kid, alg } = token.header as { kid: string; alg: string }
    const key = keys.find(kid, alg) ?? (await keys.key(kid, alg))
    const verifier = this.#signatures.find(key) ?? (await this.#signatures.of(key))
    try {
      validateSignature(verifier, token)
    } catch (error) {
      throw fromXssec(error)
    }
    return key
  }

  /** True if the token is signed with the key. */
  isSigned(token: XsuaaToken, key: VerificationKey): Promise<boolean> {
    return this.#signatures.isSigned(token, key)
  }
}

/** The way to a key object of `@sap/xssec`: a service whose key set is one key. */
class OneKey extends XsuaaService {
  readonly #jwk: object

  constructor(credentials: never, jwk: object) {
    super(credentials)
    this.#jwk = jwk
  }

  override fetchJwks(): Promise<never> {
    return Promise.resolve({ keys: [this.#jwk] } as never)
  }
}

function keysOf({ uaadomain }: XsuaaCredentials, tenant: string): KeySet {
  const url = new URL(`https://${withoutScheme(uaadomain)}/token_keys`)
  url.searchParams.set('zid', tenant)
  return new KeySet({
    alias: 'xsuaa',
    algorithms: ALGORITHMS,
    load: () => atPlatform(tenant, () => fetchJson(url.href)).catch(refusedTenant)
  })
}

/** Everything that needs no key: refused here, a token causes no call to XSUAA. */
function checkClaims(
  { bearerToken, header, payload }: DecodedToken,
  credentials: XsuaaCredentials
) {
  checkHeader(header, ALGORITHMS)
  checkSignatureLength(bearerToken)
  checkTimes(payload)
  stringsClaim(payload, 'aud')
  refuseOtherThanAccessTokens(payload)
  for (const name of ['cid', 'client_id', 'azp', 'grant_type', 'origin']) stringClaim(payload, name)
  const tenant = tenantClaim(payload, 'zid')
  if (tenant === undefined) {
    throw new TokenError('ERR_TOKEN_TENANT', 'the "zid" claim with the tenant is missing', {
      fix: `${NEW_TOKEN} Tokens of XSUAA always name their tenant.`
    })
  }
  const own = ownTenant(credentials)
  if (credentials.tenantmode === 'dedicated' && own && tenant !== own) {
    const text = 'the token is of another tenant, and the binding\'s "tenantmode" is dedicated'
    throw new TokenError('ERR_TOKEN_TENANT', text, {
      sent: `tenant ${tenant}`,
      expected: `tenant ${own}`,
      fix: 'Get the token in the subaccount of the application, or set "tenant-mode": "shared" in xs-security.json for subscribers.'
    })
  }
  return tenant
}

/** The form that every landscape still issues for some flows, whatever its domain. */
const LEGACY_ISSUER = /^http:\/\/[a-z0-9-]{1,63}\.localhost:8080\/uaa\/oauth\/token$/

/** `https://<subdomain>.<uaadomain>/oauth/token` of any subscriber, also on the certificate host. */
function isIssuer(iss: string, uaadomain: string): boolean {
  const [, host] = /^https:\/\/[a-z0-9-]{1,63}\.([a-z0-9.:-]+)\/oauth\/token$/.exec(iss) ?? []
  const domain = withoutScheme(uaadomain)
  const certDomain = domain.replace(/^authentication\./, 'authentication.cert.')
  return host === domain || host === certDomain || LEGACY_ISSUER.test(iss)
}

function withoutScheme(uaadomain: string): string {
  return uaadomain.replace(/^https:\/\//, '')
}

function ownTenant({ tenantid, identityzoneid }: XsuaaCredentials): string | undefined {
  return tenantid ?? identityzoneid
}
