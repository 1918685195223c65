import { attachedLandscape } from '../../development/attached.js'
import { TokenError } from '../../errors.js'
import type { JwtPayload } from '../../token/claims.js'
import type { Issuer } from '../../token/issuers/issuer.js'
import { issuerHost } from '../../token/token-facts.js'

const CAUSE =
  'the "iss" claim of the token is missing, or names no issuer that is bound or configured'

/**
 * Explains a token that none of the trusted issuers has issued.
 *
 * @param payload - unverified claims
 * @internal
 */
export function unknownIssuer(payload: JwtPayload, trusted: readonly Issuer[]): TokenError {
  return new TokenError('ERR_TOKEN_ISSUER', CAUSE, {
    sent: issuerHost(payload.iss),
    expected: trusted.map(({ trusts }) => trusts).join(', or '),
    fix: stepFor(payload, trusted)
  })
}

function stepFor({ iss, ...payload }: JwtPayload, trusted: readonly Issuer[]): string {
  const has = (alias: string) => trusted.some((each) => each.alias === alias)
  if (isOfEmulator(iss)) {
    const [user] = attachedLandscape()?.users ?? []
    return user
      ? `It is a token of emulated services that ran before: get a new one (npx cds-principal token ${user.name}).`
      : 'It is a token of emulated services, which this process is not bound to: get one of the bound service.'
  }
  if (isOfIas(payload) && !has('ias')) {
    return 'It is a token of Identity Authentication, which is not bound: bind it (cds.requires.identity), or get a token of XSUAA.'
  }
  if (isOfXsuaa(payload) && !has('xsuaa')) {
    return 'It is a token of XSUAA, which is not bound: bind it (cds.requires.xsuaa), or get a token of Identity Authentication.'
  }
  if (isOfXsuaa(payload)) {
    return 'It is a token of another landscape or region of XSUAA: get it from the "url" of the binding.'
  }
  return 'Get the token from the issuer that is bound, or name this one in cds.requires.auth.issuers.'
}

/** The emulated services have names of this machine. */
function isOfEmulator(iss: unknown): boolean {
  return typeof iss === 'string' && /^https:\/\/[\w.-]*localhost(:\d+)?(\/|$)/.test(iss)
}

function isOfXsuaa({ ext_attr: extended, zid, cid }: JwtPayload): boolean {
  const { enhancer } = (extended ?? {}) as { enhancer?: unknown }
  return enhancer === 'XSUAA' || (typeof zid === 'string' && typeof cid === 'string')
}

function isOfIas({ ias_iss: issuer, app_tid: tenant, sap_id_type: kind }: JwtPayload): boolean {
  return [issuer, tenant, kind].some((claim) => typeof claim === 'string')
}
