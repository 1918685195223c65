import { randomUUID } from 'node:crypto'
import type { LandscapeUser } from '../../landscape/landscape-user.js'
import type { Claims } from '../../xsuaa/claims.js'
import type { IdentityService } from '../identity-service.js'
import type { Dependency, IdentityApplication } from '../identity-tenant.js'

/**
 * Claims of a user token: no scopes, no `grant_type`, no `user_name`, other than XSUAA's.
 *
 * @see SAP Help, Identity Authentication, "Claims in the ID token"
 */
export function userClaims(
  { tenant: { subject }, landscape }: Pick<IdentityService, 'tenant' | 'landscape'>,
  application: IdentityApplication,
  user: LandscapeUser
): Claims {
  return {
    sub: { userUuid: user.uuid, mail: user.email, loginName: user.name }[subject],
    user_uuid: user.uuid,
    scim_id: user.uuid,
    app_tid: user.tenant,
    aud: oneOrMany([application.id, ...application.audiences]),
    azp: application.id,
    email: user.email,
    email_verified: true,
    given_name: user.givenName,
    family_name: user.familyName,
    name: `${user.givenName} ${user.familyName}`,
    preferred_username: user.name,
    ...(user.groups.length && { groups: user.groups }),
    sap_id_type: 'user',
    sid: `S-SP-${randomUUID()}`,
    auth_time: landscape.clock.seconds()
  }
}

/** Claims of a technical token: subject, audience and client are one and the same, and there is no user claim at all. */
export function technicalClaims(application: IdentityApplication, tenant: string): Claims {
  const { id } = application
  return { sub: id, aud: id, azp: id, app_tid: tenant, sap_id_type: 'app' }
}

/**
 * Claims of the token with which a mocked user calls: those with CAP's role `internal-user` or `system-user` are technical users, of the
 * application itself or of another client, as at XSUAA.
 */
export function claimsFor(
  service: Pick<IdentityService, 'tenant' | 'landscape'>,
  application: IdentityApplication,
  user: LandscapeUser
): Claims {
  if (!user.technical) return userClaims(service, application, user)
  const isOther = user.technical === 'system-user'
  const other = { sub: user.name, azp: user.name }
  return { ...technicalClaims(application, user.tenant), ...(isOther && other) }
}

/**
 * Claims of a token for another application: it is the only audience, and `ias_apis` says what may be called there.
 *
 * @see SAP Help, Identity Authentication, "Consume APIs from other applications"
 */
export function providerClaims(claims: Claims, { provider, apis }: Dependency): Claims {
  const forProvider = { ...claims, aud: provider, azp_app_tid: claims['app_tid'] }
  return apis.length ? { ...forProvider, ias_apis: apis } : forProvider
}

/** A single audience is no list. */
function oneOrMany(audiences: readonly string[]): string | readonly string[] {
  const [one = '', ...more] = audiences
  return more.length ? audiences : one
}
