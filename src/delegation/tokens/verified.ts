import { cap } from '../../cap.js'
import { TokenError } from '../../errors.js'
import { type AuthOptions, type Bindings, bindingsOf } from '../../options.js'
import type { JwtPayload } from '../../token/claims.js'
import { decode } from '../../token/decode.js'
import { iasIssuer } from '../../token/issuers/ias.js'
import type { Issuer } from '../../token/issuers/issuer.js'
import { xsuaaIssuer } from '../../token/issuers/xsuaa.js'
import { iasProfile } from '../../user/ias-profile.js'
import { type Identity, identityOf } from '../../user/identity.js'
import type { TokenProfile } from '../../user/token-profile.js'
import { xsuaaProfile } from '../../user/xsuaa-profile.js'
import type { DelegatedService } from '../options.js'
import { noToken, thrownAway } from './failure.js'

/** Returns the bound services whose tokens are accepted. @internal */
export function boundIssuers(): Bindings {
  const { requires } = cap.env
  const auth = requires.auth ?? ({} as Partial<AuthOptions>)
  try {
    return bindingsOf(auth as AuthOptions, requires)
  } catch {
    return {} // which ways there are is said where one is looked for
  }
}

/** Names of the services that give tokens. @internal */
export const NAMES = { ias: 'Identity Authentication', xsuaa: 'XSUAA' } as const

/** Token that was verified as one of a request, and the user in it. */
export interface VerifiedUser {
  readonly identity: Identity
  readonly payload: JwtPayload
}

interface Trusted {
  /** Text of what it is made of. */
  readonly source: string
  readonly issuer: Issuer
  readonly profile: TokenProfile
}

/** Issuers of the bound services: their keys are kept. */
const trusted = new Map<keyof typeof NAMES, Trusted>()

/** Properties of a binding that are replaced while the process runs, and that no issuer reads. */
const SECRETS: ReadonlySet<string> = new Set(['clientsecret', 'certificate', 'key'])

/**
 * Verifies a token that has come back with all checks for tokens of requests: signature, issuer, audience, times, tenant, shapes.
 *
 * @throws {@link DelegationError} `ERR_DELEGATION_TOKEN`
 * @internal
 */
export async function verifiedUser(
  service: DelegatedService,
  alias: 'xsuaa' | 'ias',
  bearerToken: string
): Promise<VerifiedUser> {
  const from = NAMES[alias]
  try {
    const { issuer, profile } = trustedIssuer(alias)
    const token = decode(bearerToken)
    if (!issuer.matches(token.payload)) throw thrownAway(service, from, 'of another issuer')
    const verified = await issuer.verify(token, {})
    const identity = identityOf(verified, profile)
    if (identity.kind !== 'named') throw thrownAway(service, from, 'a technical one')
    return { identity, payload: token.payload }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    // the token may be the author's
    if (error.code === 'ERR_ISSUER_UNAVAILABLE') throw noToken(service, from, error)
    throw thrownAway(service, from, `not valid (${error.code})`)
  }
}

/** Bindings are compared by their content: those of files are another object each time. */
function trustedIssuer(alias: keyof typeof NAMES): Trusted {
  const { config, userId } = cap.env.requires.auth ?? ({} as Partial<AuthOptions>)
  const names = userId === undefined ? undefined : [userId].flat()
  const binding = boundIssuers()[alias] ?? {}
  const known = trusted.get(alias)
  const source = JSON.stringify([withoutSecrets(binding), config, names])
  if (known?.source === source) return known
  const made =
    alias === 'xsuaa'
      ? {
          issuer: xsuaaIssuer(binding as never, config),
          profile: xsuaaProfile(binding as never, names)
        }
      : {
          issuer: iasIssuer(binding as never, config),
          profile: iasProfile(binding as never, names)
        }
  const current = { source, ...made }
  trusted.set(alias, current)
  return current
}

function withoutSecrets(binding: object): object {
  return Object.fromEntries(Object.entries(binding).filter(([name]) => !SECRETS.has(name)))
}
