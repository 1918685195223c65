import { PrincipalError } from '../../errors.js'
import {
  type AuthenticationResult,
  Authenticator,
  type TrustedIssuer,
  trustedIssuers
} from '../../inbound/authenticator.js'
import { withoutCertificate } from '../../options.js'
import { decode, type DecodedToken } from '../../token/decode.js'
import { type Identity, identityOf } from '../../user/identity.js'
import type { Project } from '../project/project.js'

/** Outcome of all checks of a token that can be made. */
export interface CheckedToken {
  readonly token: DecodedToken
  /** Issuer that the token names; none if it is not one of the project's. */
  readonly trusted: TrustedIssuer | undefined
  /** All that is wrong with the token, in the order of the checks. */
  readonly failures: readonly PrincipalError[]
  /** True if every check was made, also that of the signature. */
  readonly complete: boolean
  /** Set if the token is accepted. */
  readonly accepted: AuthenticationResult | undefined
  /** Sender, also of a token that is signed by its issuer and refused for something else. */
  readonly identity: Identity | undefined
}

/**
 * Validates a token as the application does, and goes on after a refusal: with the claim that was refused as it should be,
 * the issuer checks the rest of the token. The signature is always that of the token as it came. A client certificate is not
 * compared: there is no request.
 *
 * @throws {@link TokenError} `ERR_TOKEN_MALFORMED`
 * @throws {@link ConfigurationError} if the project's issuers can't be used
 * @internal
 */
export async function checkToken(bearerToken: string, project: Project): Promise<CheckedToken> {
  const token = decode(bearerToken)
  const auth = withoutCertificate(project.auth, token.payload)
  const issuers = trustedIssuers(auth, project.bindings)
  const trusted = issuers.find(({ issuer }) => issuer.matches(token.payload))
  try {
    const accepted = await new Authenticator(issuers).verify(bearerToken, {})
    const { identity } = accepted
    return { token, trusted, failures: [], complete: true, accepted, identity }
  } catch (error) {
    const common = { token, trusted, accepted: undefined }
    if (trusted) return { ...common, ...(await allFailures(token, trusted, project)) }
    return { ...common, failures: [asFailure(error)], complete: false, identity: undefined }
  }
}

async function allFailures(token: DecodedToken, trusted: TrustedIssuer, project: Project) {
  const failures: PrincipalError[] = []
  let { payload } = token
  for (;;) {
    try {
      const verified = await trusted.issuer.verify({ ...token, payload }, {})
      return { failures, complete: true, identity: identityIn(verified, trusted, failures) }
    } catch (error) {
      const failure = asFailure(error)
      const isKnown = failures.some(({ code }) => code === failure.code)
      failures.push(failure)
      const corrected = isKnown ? undefined : CORRECTED[failure.code]?.(project, trusted)
      if (!corrected) return { failures, complete: false, identity: undefined }
      payload = { ...payload, ...corrected }
    }
  }
}

function identityIn(
  verified: Awaited<ReturnType<TrustedIssuer['issuer']['verify']>>,
  { profile }: TrustedIssuer,
  failures: PrincipalError[]
): Identity | undefined {
  try {
    return identityOf(verified, profile)
  } catch (error) {
    failures.push(asFailure(error))
    return undefined
  }
}

type Claims = Readonly<Record<string, unknown>>

/** Claims with which the check passes that has failed, by the code of the failure. After any other failure the checks end. */
const CORRECTED: Readonly<
  Record<string, (project: Project, trusted: TrustedIssuer) => Claims | undefined>
> = {
  ERR_TOKEN_EXPIRED: () => ({ exp: Math.floor(Date.now() / 1000) + 300 }),
  ERR_TOKEN_NOT_YET_VALID: () => ({ nbf: undefined }),
  ERR_TOKEN_AUDIENCE: (project, { issuer: { alias } }) => {
    const aud = expectedAudience(project, alias)
    return aud.length ? { aud } : undefined
  }
}

/** Returns the names of this application, one of which has to be in the `aud` claim of an issuer's tokens. @internal */
export function expectedAudience({ auth, bindings }: Project, alias: string): readonly string[] {
  const { xsuaa, ias } = bindings
  if (alias === 'xsuaa') return xsuaa ? [xsuaa.clientid, xsuaa.xsappname] : []
  if (alias === 'ias') return ias ? [ias.clientid] : []
  return [auth.issuers?.[alias]?.audience ?? []].flat()
}

/** @throws what is no refusal */
function asFailure(error: unknown): PrincipalError {
  if (error instanceof PrincipalError) return error
  throw error
}
