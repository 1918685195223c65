import type { IncomingMessage } from 'node:http'

import { currentContext } from '../../cap.js'
import { PrincipalError } from '../../errors.js'
import { explainLater } from '../../lib/log.js'
import { isRestricted, governorsOf } from '../../restrictions/model/governing.js'
import type { RestrictedDefinition } from '../../restrictions/model/definition.js'
import { nameOfRequest } from '../../restrictions/request/refusal.js'
import { type EnforcedRequest, explainRefusedRecord } from '../../restrictions/request/request.js'
import { TokenUser } from '../../user/token-user.js'
import { type LackOfRole, type RoleHolder, roleRefusal } from './missing-role.js'
import { missingCredentials, passedOn } from './unauthorized.js'

/** Application service, with the members that are read here. */
export interface DenyingService {
  readonly name: string
  readonly definition?: object
  readonly operations?: Iterable<object>
}

/**
 * Explains the error of a request that CAP's own checks of roles have refused, for the log: `@requires`, and `@restrict` without
 * a grant for the event and the user's roles. Every protocol, part of a batch and call in the process comes here.
 *
 * @internal
 */
export function explainDenied(
  error: unknown,
  request: EnforcedRequest,
  service: DenyingService
): void {
  const { user } = request
  if (hasStatus(error, 401)) explainUnauthorized(error, user._is_anonymous)
  if (!hasStatus(error, 403) || user._is_anonymous) return
  const lack = lackOf(request, service)
  if (!lack) {
    if (isOfCapsCheck(error)) explainRefusedRecord(error, request)
    return
  }
  const identity = TokenUser.sourceOf(user)?.identity ?? identityOfContext()
  explainLater(error, roleRefusal(identity, user, lack))
}

/** An application can have put another user object in the place of the token's. */
function identityOfContext() {
  const { user } = currentContext()
  return TokenUser.sourceOf(user)?.identity
}

/** True if CAP's check of `@restrict` has thrown it: code of the application may refuse for other reasons. */
function isOfCapsCheck(error: unknown): boolean {
  const { stack } = (error ?? {}) as { stack?: unknown }
  return typeof stack === 'string' && /[\\/]generic[\\/]auth[\\/]/.test(stack)
}

function explainUnauthorized(error: unknown, isAnonymous = false): void {
  const { http } = currentContext() as { http?: { req?: IncomingMessage } }
  const identity = identityOfContext()
  if (isAnonymous) {
    const missing = http?.req && missingCredentials(http.req)
    if (missing) explainLater(error, missing)
  } else if (identity && !isOwn(error)) {
    explainLater(error, passedOn(error, identity.expiresAt * 1000 <= Date.now()))
  }
}

/** Errors of this package are explained where they are made. */
function isOwn(error: unknown): boolean {
  const { remoteError } = (error ?? {}) as { remoteError?: unknown }
  return (remoteError ?? error) instanceof PrincipalError
}

function hasStatus(error: unknown, expected: 401 | 403): boolean {
  const { code, status } = (error ?? {}) as Record<string, unknown>
  return [code, status].some((value) => value === expected || value === String(expected))
}

/** Checks in CAP's order: the service, `@requires`, `@restrict`. */
function lackOf(
  { event, target, user }: EnforcedRequest,
  service: DenyingService
): LackOfRole | undefined {
  const needed = (roles: readonly string[], what: string) =>
    roles.length && !roles.some((role) => user.is(role)) ? { what, roles } : undefined
  const action = target?.actions?.[event] ?? operationOf(service, event)
  const entities = target ? checkedEntities(target) : []
  const what = nameOfRequest(event, target, service.name)
  const first = needed(requiredBy(service.definition), service.name)
  if (first) return first
  const definitions = action ? [action, ...entities.slice(0, 1)] : entities
  const required = definitions.map(requiredBy).filter((roles) => roles.length)
  const one = action ? required.slice(0, 1) : required
  const second = one.map((roles) => needed(roles, what))
  if (second.length && second.every(Boolean)) {
    return { what, roles: [...new Set(one.flat())] }
  }
  return lackOfGrant(definitions, event, action !== undefined, user, what)
}

/** The entity itself, or those whose restrictions count for it as it is a part of their records. */
function checkedEntities(target: RestrictedDefinition): RestrictedDefinition[] {
  const entity = target.actives ?? target
  const governors = isRestricted(entity) ? [] : governorsOf(entity)
  return governors.length ? governors.map((each) => each.entity) : [entity]
}

function lackOfGrant(
  definitions: readonly RestrictedDefinition[],
  event: string,
  isAction: boolean,
  user: RoleHolder,
  what: string
): LackOfRole | undefined {
  const restricted = definitions.filter((each) => each['@restrict'])
  if (!restricted.length) return undefined
  const named = restricted.flatMap((each) =>
    each['@restrict']?.flatMap(({ grant }) => grant ?? '*')
  )
  const isOpen = !isAction && !named.some((grant) => OF_DATA.has(grant ?? ''))
  if (isOpen) return undefined // as in CAP: grants for nothing but actions do not restrict data
  const roles = restricted.flatMap((definition) =>
    (definition['@restrict'] ?? [])
      .filter(({ grant = '*' }) =>
        definition.kind === 'entity' ? grants([grant].flat(), event, isAction) : true
      )
      .flatMap(({ to = 'any' }) => to)
  )
  if (roles.some((role) => user.is(role))) return undefined
  return { what, roles: [...new Set(roles)] }
}

const WRITES = new Set(['CREATE', 'UPDATE', 'DELETE', 'UPSERT'])

const OF_DATA = new Set(['*', 'READ', 'WRITE', ...WRITES])

/** Events of drafts, and the grants that CAP takes for them. */
const OF_DRAFTS: Readonly<Record<string, string>> = {
  NEW: 'CREATE',
  PATCH: 'UPDATE',
  EDIT: 'UPDATE'
}

function grants(granted: readonly string[], event: string, isAction: boolean): boolean {
  if (granted.includes('*') || granted.includes(event)) return true
  if (isAction) return false
  const name = OF_DRAFTS[event] ?? event
  return granted.includes(name) || (granted.includes('WRITE') && WRITES.has(name))
}

function operationOf({ operations }: DenyingService, event: string) {
  return (operations as Record<string, RestrictedDefinition> | undefined)?.[event]
}

function requiredBy(definition: object | undefined): string[] {
  const { '@requires': roles } = (definition ?? {}) as { '@requires'?: string | string[] }
  return [roles ?? []].flat().filter((role) => role !== '')
}
