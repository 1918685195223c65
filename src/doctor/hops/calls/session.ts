import { Authenticator, trustedIssuers } from '../../../inbound/authenticator.js'
import { bindingsOf, needsCertificate, withoutCertificate } from '../../../options.js'
import { decode } from '../../../token/decode.js'
import { type Principal } from '../../../user/principal.js'
import { principalOf } from '../../../user/principal-of.js'
import { TokenUser } from '../../../user/token-user.js'
import type { Facts } from '../../facts.js'
import { brokenBy, type Finding, right } from '../../row.js'

/** User of the examination, after the token was validated as for a request. */
export interface Session {
  readonly principal: Principal
  readonly tenant: string | undefined
  readonly roles: readonly string[]
  /** Alias of the issuer of the token. */
  readonly issuer: string
}

/** The validated token, or why it is not accepted. */
export interface SessionResult {
  readonly session?: Session
  readonly finding?: Finding
}

const TITLE = 'your token'

/**
 * Validates the token of the examination, as the application does with that of a request. A client certificate is not
 * compared: there is no request.
 */
export async function openSession({
  token,
  auth,
  requires,
  isOnline
}: Facts): Promise<SessionResult> {
  if (token === undefined || !isOnline) return {}
  try {
    const bindings = bindingsOf(auth, requires)
    const { payload } = decode(token)
    const trusted = trustedIssuers(withoutCertificate(auth, payload), bindings)
    const authenticator = new Authenticator(trusted)
    const { identity, issuer } = await authenticator.verify(token, {})
    const user = new TokenUser({ identity, issuer, bearerToken: token })
    const minutes = Math.floor((identity.expiresAt * 1000 - Date.now()) / 60_000)
    const kind = identity.kind === 'named' ? 'a named user' : 'a technical user'
    const isCompared = issuer.alias === 'ias' && needsCertificate(auth, payload)
    const open = isCompared
      ? '; requests need its client certificate, which is not checked here'
      : ''
    return {
      session: {
        principal: principalOf(user),
        tenant: identity.tenant,
        roles: Object.keys(identity.roles),
        issuer: issuer.alias
      },
      finding: right(
        TITLE,
        `accepted: ${kind}, issuer "${identity.issuer}", ends in ${minutes} min${open}`
      )
    }
  } catch (error) {
    return { finding: brokenBy(TITLE, error, 'Get a new token of this application.') }
  }
}
