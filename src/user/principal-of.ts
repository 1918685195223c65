import { authenticatesRequests } from '../lib/adoption.js'
import type { Principal, Unproven } from './principal.js'
import { principalFrom } from './token-user.js'
import { principalOfContext } from './validated-context.js'

/** Members of `cds.context.user` that {@link principalOf} reads. */
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
 * Its principal is that of the validated token in its `authInfo`, whatever `id`, `roles` and `attr` an application has given it.
 * Copies that have the `authInfo` as a property of their own count as well; a new object without it is nobody's. With another
 * authentication than this package's, it is the security context of `@sap/xssec` in `authInfo` that counts.
 *
 * @param user - `cds.context.user`
 */
export function principalOf(user: UserLike | undefined): Principal {
  if (!user || user._is_anonymous) return { kind: 'anonymous' }
  if (user._is_privileged) return { kind: 'technical', origin: 'privileged', tenant: undefined }
  const found = principalFrom(user)
  if (typeof found === 'object') return found
  const elsewhere = validatedElsewhere(user, found)
  return elsewhere ?? { kind: 'technical', origin: 'custom', tenant: undefined, reason: found }
}

/** Returns the principal that another authentication strategy has validated; none if this package authenticates. */
function validatedElsewhere({ authInfo }: UserLike, reason: Unproven) {
  const counts = reason === 'unknown' && !authenticatesRequests()
  return counts ? principalOfContext(authInfo) : undefined
}
