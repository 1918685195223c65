import type { IncomingMessage, ServerResponse } from 'node:http'

import cds from '@sap/cds'
import onHeaders from 'on-headers'

import { TokenError } from './errors.js'
import { logRefusal } from './log.js'
import { challengesFor, type ChallengeOptions } from './request/challenge.js'
import { canAnswer } from './request/stand-in.js'
import type { Identity } from './user/identity.js'
import { missingRole, type RoleHolder } from './user/missing-role.js'

/** What becomes known of a request until it is answered. */
export interface Responding {
  /** Who sent it, once that is known. */
  identity: Identity | undefined
}

/** A token that was accepted, and a 401 all the same: it ended before it could be sent on. */
const EXPIRED_MEANWHILE = new TokenError('ERR_TOKEN_EXPIRED', 'the token has expired since')

/**
 * Whatever answers the request in the end: a 401 gets its challenge (CAP 10 sends a bare one), a 403 says
 * `insufficient_scope`, and nothing that was made for one user is kept in a shared cache.
 *
 * @see RFC 6750 section 3, RFC 9111 section 3.5
 * @internal
 */
export function challenge(
  res: ServerResponse,
  req: IncomingMessage,
  schemes: ChallengeOptions
): Responding {
  const responding: Responding = { identity: undefined }
  if (!canAnswer(res)) return responding
  const { context } = cds
  onHeaders(res, () => {
    const { identity } = responding
    const { statusCode } = res
    if (statusCode === 401) {
      setDefault(res, 'WWW-Authenticate', challengesFor(identity && EXPIRED_MEANWHILE, schemes))
    } else if (statusCode === 403) {
      explain(req, identity, (cds.context ?? context)?.user)
      setDefault(res, 'WWW-Authenticate', 'Bearer error="insufficient_scope"')
    }
    if (statusCode >= 400) setDefault(res, 'Cache-Control', 'no-store')
    else if (identity) setDefault(res, 'Cache-Control', 'private')
  })
  return responding
}

/** Roles are those of the user as he is now: an application can have changed him since he was authenticated. */
function explain(
  req: IncomingMessage,
  identity: Identity | undefined,
  user: RoleHolder | undefined
): void {
  const refusal = identity && user && missingRole(identity, user, pathOf(req))
  if (refusal) logRefusal(refusal, identity.issuer)
}

/** The whole path: express cuts off what a service is mounted at. */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '').split('?', 1)[0] ?? ''
}

function setDefault(res: ServerResponse, name: string, value: string | string[]): void {
  if (!res.hasHeader(name)) res.setHeader(name, value)
}
