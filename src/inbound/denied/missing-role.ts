import { cap } from '../../cap.js'
import type { RoleDefinition, ServedService } from '../../cap-types.js'
import { TokenError } from '../../errors.js'
import { printable } from '../../lib/redact.js'
import type { Identity } from '../../user/identity.js'
import { isPseudoRole } from '../../user/roles.js'
import { adviceFor, grantAdvice } from './advice.js'

/** CAP's user, as far as CAP asks for roles: an application can have changed `roles`, and `is` as well. */
export interface RoleHolder {
  is(role: string): boolean
  readonly roles?: unknown
}

/** A check of roles that a request has not passed. */
export interface LackOfRole {
  /** Name of what the request is about, such as `PATCH of Equipment`. */
  readonly what: string
  /** Roles of which one would do; none if nobody may do it. */
  readonly roles: readonly string[]
}

/**
 * Explains the 403 of a service that lets nobody in without a role, by the path of the request.
 *
 * @param identity - of the token
 * @param user - as CAP has asked it: its roles need not be those of the token
 * @param path - of the request, whose service says which roles would do
 * @returns the refusal for the log, or nothing when it is no matter of roles
 * @internal
 */
export function missingServiceRole(
  identity: Identity,
  user: RoleHolder,
  path: string
): TokenError | undefined {
  const service = serviceAt(path)
  const roles = serviceRoles(service?.definition)
  if (service && roles.length && !holdsOne(user, roles)) {
    return roleRefusal(identity, user, { what: service.name, roles })
  }
  return isForeign(identity) && !hasScope(identity) ? missingGrant(identity, []) : undefined
}

/**
 * Explains a 403 by the roles of which the sender of an accepted token has none. For a technical token of another
 * application (the Job Scheduling service, for instance) that is a scope which was not granted: XSUAA puts scopes into such a
 * token only if there is a line for it in `xs-security.json`.
 *
 * @internal
 */
export function roleRefusal(
  identity: Identity | undefined,
  user: RoleHolder,
  { what, roles }: LackOfRole
): TokenError {
  if (!roles.length) return named(identity, nobodyMay(what))
  if (identity && isForeign(identity)) {
    const scopes = roles.filter((role) => !isPseudoRole(role))
    if (scopes.length) return named(identity, missingGrant(identity, scopes))
  }
  const kind = identity && isForeign(identity) ? 'foreign' : (identity?.kind ?? 'named')
  const cause = `${what} needs the role ${quotedList(roles)}; ${WHO[kind]} has: ${listOfRoles(user)}`
  const fix = adviceFor(roles, kind, identity?.issuer, identity?.attributes['logonName'])
  return named(identity, new TokenError('ERR_ROLE_MISSING', cause, { fix }))
}

/** The log names the issuer of the token. */
function named(identity: Identity | undefined, error: TokenError): TokenError {
  return Object.assign(error, identity && { issuer: identity.issuer })
}

const WHO = {
  named: 'the user',
  technical: "the application's own technical token",
  foreign: 'the technical token of another application'
} as const

function nobodyMay(what: string): TokenError {
  return new TokenError('ERR_ROLE_MISSING', `${what} is granted to no role`, {
    fix: 'Add a grant for it to @restrict in the model, if it shall be possible.'
  })
}

function isForeign({ kind, roles }: Identity): boolean {
  return kind === 'technical' && !Object.hasOwn(roles, 'internal-user')
}

/** Scopes of other applications have a dot in their names. */
function hasScope({ roles }: Identity): boolean {
  return Object.keys(roles).some((role) => !isPseudoRole(role) && !role.includes('.'))
}

function missingGrant(identity: Identity, scopes: readonly string[]): TokenError {
  const scope = quotedList(scopes.map((role) => `$XSAPPNAME.${role}`)) || 'that it needs'
  return new TokenError(
    'ERR_GRANT_MISSING',
    `the technical token of another application ${hasScope(identity) ? 'lacks a' : 'has no'} scope of this one`,
    { fix: grantAdvice(scope, identity.issuer) }
  )
}

const quotedList = (names: readonly string[], separator = ' or ') =>
  names.map((name) => `"${printable(name)}"`).join(separator)

/** Roles that are named at most: some users have hundreds. */
const MAX_NAMED = 12

function listOfRoles({ roles }: RoleHolder): string {
  const named = typeof roles === 'object' && roles !== null ? Object.keys(roles) : []
  const own = named.filter((role) => !isPseudoRole(role))
  const list = quotedList(own.slice(0, MAX_NAMED), ', ') || 'none'
  return own.length > MAX_NAMED ? `${list}, …` : list
}

function holdsOne(user: RoleHolder, demanded: readonly string[]): boolean {
  return demanded.some((role) => user.is(role))
}

/** Express looks for the path of a service whatever its case. */
function serviceAt(path: string): ServedService | undefined {
  const wanted = `${path.toLowerCase()}/`
  return cap.service.providers.find((service) =>
    pathsOf(service).some((each) => wanted.startsWith(`${each.toLowerCase()}/`))
  )
}

function pathsOf({ path, endpoints = [] }: ServedService): string[] {
  return [path, ...endpoints.map((each) => each.path)].filter((each) => each !== undefined)
}

/** Returns the roles of a service as CAP reads them: from one of the two annotations, without grants that name no role. */
function serviceRoles(definition: RoleDefinition | undefined): string[] {
  const roles = [definition?.['@requires'] ?? grantees(definition?.['@restrict'])].flat(2)
  return roles.filter((role): role is string => typeof role === 'string' && role !== '')
}

function grantees(restrict: unknown): unknown[] {
  return Array.isArray(restrict) ? restrict.map((grant: { to?: unknown }) => grant.to) : []
}
