import { type ErrorCode, PrincipalError } from '../../errors.js'
import { principalOf, type UserLike } from '../../user/principal-of.js'
import { userPaths } from '../condition/mentions.js'
import { printCondition } from '../condition/print.js'
import { type UserFacts, valuesOf } from '../condition/user-value.js'
import { tokensOf } from '../model/compiled.js'
import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { governorsOf } from '../model/governing.js'
import {
  grants,
  type Permission,
  permissionForAction,
  type RoleBearer
} from '../model/permission.js'
import { permittedOn } from '../model/permitted.js'
import { restrictionsOf } from '../model/rewrite.js'
import { nameAdvice, unknownNames } from '../names/advice.js'
import { textFor } from './texts.js'

/** Entity and event that a refusal is about. */
export interface Concern {
  readonly entity?: RestrictedDefinition | undefined
  readonly event?: string
  /** Event whose conditions are shown. Default: the same. */
  readonly conditionsOf?: string
}

/** User of a request, with what conditions ask for. */
export interface RefusedUser {
  readonly user: RoleBearer
  readonly facts: UserFacts
}

/**
 * Explains a refusal for the log: entity, event, conditions as they are modelled, and attributes in them that the user has not.
 * Values of the user or of records are not in it.
 *
 * @param message - for the client
 * @internal
 */
export function refusalOf(
  code: ErrorCode,
  message: string,
  { entity, event = '', conditionsOf = event }: Concern,
  { user, facts }: RefusedUser
): PrincipalError {
  const { cause, fix } = textFor(message)
  const what = `${nameOfRequest(event, entity)}: ${cause}`
  if (!entity) return new PrincipalError(code, what, { fix })
  const restrictions = restrictionsFor(entity, conditionsOf, user)
  if (restrictions === 'always') return new PrincipalError(code, what, { fix })
  if (restrictions === 'never') {
    const roles = rolesWithGrant(entity, conditionsOf)
    const granted = roles.length ? `roles with one: ${quoted(roles)}` : 'nobody has one'
    return new PrincipalError(code, `${what} (${granted})`, { fix })
  }
  const conditions = [
    ...new Set(
      restrictions.flatMap(({ where, modelledWhere }) => {
        return where ? textOf(modelledWhere ?? where) : []
      })
    )
  ]
  const missing = attributesWithoutValue(restrictions, facts)
  const lack = missing.length ? `; the user has no attribute ${quoted(missing)}` : ''
  const condition = conditions.map((text) => `"${text}"`).join(' or ')
  const step = missing.length ? adviceFor(missing, user) : fix
  return new PrincipalError(code, `${what}: ${condition}${lack}`, { fix: step })
}

/** Returns the attributes in the conditions for an event of which the user has no value. @internal */
export function lackedAttributes(
  entity: RestrictedDefinition,
  event: string,
  { user, facts }: RefusedUser
): string[] {
  const restrictions = restrictionsFor(entity, event, user)
  return typeof restrictions === 'string' ? [] : attributesWithoutValue(restrictions, facts)
}

function adviceFor(missing: readonly string[], user: RoleBearer): string {
  const principal = principalOf(user as UserLike)
  const issuer = principal.kind === 'named' ? principal.issuer : undefined
  const unknown = unknownNames('attribute', missing, issuer)
  const known = missing.filter((name) => !unknown.includes(name))
  const give = known.length > 0 && givingOf(known, issuer)
  return [nameAdvice('attribute', unknown, issuer), give].filter(Boolean).join(' ')
}

function givingOf(names: readonly string[], issuer: string | undefined): string {
  const isOfBtp = issuer === undefined || issuer === 'xsuaa' || issuer === 'ias'
  const source = isOfBtp
    ? 'by a role or the identity provider (in development "attr" in cds.requires.auth.users)'
    : `by the claim that cds.requires.auth.issuers.${issuer}.attributeMapping names`
  return `Give the user a value of ${quoted(names)} ${source}, and log on again.`
}

function restrictionsFor(
  entity: RestrictedDefinition,
  event: string,
  user: RoleBearer
): Permission {
  if (entity.actions?.[event]) return permissionForAction(entity, event, user)
  const permitted = permittedOn(entity, event, user)
  if (typeof permitted === 'string') return permitted
  return permitted.flatMap(({ restrictions = [] }) => restrictions)
}

function rolesWithGrant(entity: RestrictedDefinition, event: string): string[] {
  const all = [entity, ...governorsOf(entity).map((each) => each.entity)].flatMap(restrictionsOf)
  const granted = all.filter((restriction) => grants(restriction, event))
  return [...new Set(granted.flatMap(({ to = 'any' }) => to))]
}

/** Longest condition that is shown. */
const MAX_LENGTH = 200

/** Returns the text of a condition in one line. */
function textOf(where: NonNullable<Restriction['where']>): string {
  const text = typeof where === 'string' ? where : printCondition(tokensOf(where))
  const line = text.replace(/\s+/g, ' ')
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}

/** Paths behind `$user` that every user has. */
const OF_EVERYBODY = new Set(['', 'id', 'tenant'])

function attributesWithoutValue(restrictions: readonly Restriction[], facts: UserFacts): string[] {
  const paths = restrictions.flatMap(({ where, modelledWhere }) =>
    userPaths(tokensOf(modelledWhere ?? where))
  )
  const missing = paths.filter((path) => !valuesOf({ path, functions: [] }, facts).length)
  const names = missing.map((path) => path.join('.'))
  return [...new Set(names)].filter((name) => !OF_EVERYBODY.has(name))
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')

/** HTTP methods of the events. */
const METHODS: Readonly<Record<string, string>> = {
  READ: 'GET',
  CREATE: 'POST',
  UPDATE: 'PATCH',
  UPSERT: 'PUT'
}

/** Returns what a request is about, such as `PATCH of Equipment`. @internal */
export function nameOfRequest(event: string, entity?: RestrictedDefinition, service = ''): string {
  const prefix = entity?._service?.name ?? service
  const name = entity?.name.replace(`${prefix}.`, '').replace(/\.drafts$/, ' (draft)')
  const isData = event in METHODS || /^[A-Z]+$/.test(event)
  return `${isData ? (METHODS[event] ?? event) : `"${event}"`} of ${name ?? service}`
}
