import { authenticatesRequests } from '../adoption.js'
import type { Principal, TechnicalUser } from './principal.js'
import { principalFrom } from './token-user.js'
import { principalOfContext } from './validated-context.js'

/** What {@link principalOf} reads of `cds.context.user`. */
export interface UserLike {
  readonly id?: unknown
  readonly authInfo?: unknown
  readonly _is_privileged?: boolean
  readonly _is_anonymous?: boolean
}

/**
 * On whose behalf code runs whose current user is `user`. The user object alone decides: headers of the HTTP request,
 * which CAP hands on to `cds.spawn` and to transactions of other users, do not count.
 *
 * With another authentication than this package's, the user is the one of the security context of `@sap/xssec` in `authInfo`.
 *
 * Copies of a user that keep its `authInfo` count as that user; a user object that was given another id than its token's
 * does not.
 *
 * @param user - `cds.context.user`
 */
export function principalOf(user: UserLike | undefined): Principal {
  if (!user || user._is_anonymous) return { kind: 'anonymous' }
  if (user._is_privileged) return technical('privileged')
  return principalFrom(user) ?? validatedElsewhere(user) ?? technical('custom')
}

/** Where another strategy authenticates, its validated token counts; here, nobody else's does. */
function validatedElsewhere({ authInfo }: UserLike) {
  return authenticatesRequests() ? undefined : principalOfContext(authInfo)
}

function technical(origin: 'privileged' | 'custom'): TechnicalUser {
  return { kind: 'technical', origin, tenant: undefined }
}
