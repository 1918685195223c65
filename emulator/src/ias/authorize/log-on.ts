import { randomUUID } from 'node:crypto'
import type { LandscapeUser } from '../../landscape/landscape-user.js'
import type { Authorization } from '../../xsuaa/authorize/authorization-codes.js'

/** Codes can be used for two minutes. */
export const CODE_VALID_MS = 2 * 60_000

/** Cookies of the tenant's browser sessions. */
export const SESSION_COOKIE = {
  name: 'cds-principal-ias',
  paths: ['/oauth2/authorize', '/oauth2/logout']
}

/** A user who is logged on in a browser. */
export interface LogOn {
  user: LandscapeUser
  /** Claim `sid` of the tokens of this session. */
  sid: string
  /** Seconds, the claim `auth_time`. */
  authTime: number
}

/** The grant behind a code of Identity Authentication. */
export interface IdentityAuthorization extends Authorization {
  logOn: LogOn
  scope: string | null
  nonce: string | null
  /** Parameter `refresh_expiry` of the authorization request. */
  refreshExpiry: string | null
}

/** Returns a new session id. */
export const newSessionId = (): string => `S-SP-${randomUUID()}`
