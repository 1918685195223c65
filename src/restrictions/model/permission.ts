import { evaluate } from '../condition/evaluate.js'
import { mentionsRow, mentionsUser } from '../condition/mentions.js'
import { parseCondition } from '../condition/parse.js'
import { resolveCondition } from '../condition/resolve.js'
import type { Condition, Token } from '../condition/types.js'
import type { UserFacts } from '../condition/user-value.js'
import { compiledCondition, tokensOf } from './compiled.js'
import type { RestrictedDefinition, Restriction } from './definition.js'
import { restrictionsOf } from './rewrite.js'

/** User object of CAP that can be asked for roles. */
export interface RoleBearer {
  is(role: string): boolean
}

const CRUD = new Set(['READ', 'CREATE', 'UPDATE', 'UPSERT', 'DELETE'])
const WRITES = new Set(['CREATE', 'UPDATE', 'UPSERT', 'DELETE'])

/**
 * Events of drafts that CAP takes for grants on records, also of entities without drafts.
 *
 * @see `@sap/cds`, `libx/_runtime/common/generic/auth/restrictions.js`
 */
const OF_DRAFTS = new Set(['NEW', 'PATCH', 'CANCEL', 'EDIT'])

/** Permission of a request: always, never, or if one of the conditions is true. */
export type Permission = 'always' | 'never' | readonly Restriction[]

/**
 * Returns the permission that the roles of a user give on an entity, by CAP's rules: a restriction without a
 * condition is enough, and an entity whose restrictions name nothing but actions is not restricted otherwise. An empty list of roles,
 * restrictions or grants is for nobody.
 *
 * @internal
 */
export function permissionFor(
  entity: RestrictedDefinition,
  event: string,
  user: RoleBearer
): Permission {
  const roles = entity['@requires'] as string | string[] | undefined
  if (roles && ![roles].flat().some((role) => user.is(role))) return 'never'
  if (!entity['@restrict']) return 'always'
  if (CRUD.has(event) && !restrictsData(entity)) return 'always'
  return decide(
    restrictionsOf(entity).filter((restriction) => grants(restriction, event)),
    user
  )
}

/** True if an entity has restrictions for its records: those that name nothing but actions are none. @internal */
export function restrictsData(entity: RestrictedDefinition): boolean {
  if (!entity['@restrict']) return false
  const named = restrictionsOf(entity).flatMap(({ grant = '*' }) => grant)
  return !named.length || named.some(isOfData)
}

/** True if a grant is one for the records of an entity, and not for an action. @internal */
export function isOfData(grant: string): boolean {
  return grant === '*' || grant === 'WRITE' || CRUD.has(grant) || OF_DRAFTS.has(grant)
}

/**
 * True if a grant for records permits something. CAP asks for no grant when a draft is changed or discarded, asks for CREATE when one is
 * begun (the grants of `entity.drafts` have NEW in its place), and asks for EDIT or UPDATE when a record is edited.
 *
 * @see `@sap/cds`, `lib/compile/for/lean_drafts.js`
 * @internal
 */
export function permitsData(grant: string, entity: RestrictedDefinition): boolean {
  if (entity.isDraft) return grant === '*' || grant === 'NEW'
  if (OF_DRAFTS.has(grant)) return grant === 'EDIT' && entity.actions?.['draftEdit'] !== undefined
  return isOfData(grant)
}

/** Returns the permission for an action of an entity, which may have restrictions of its own. @internal */
export function permissionForAction(
  entity: RestrictedDefinition,
  name: string,
  user: RoleBearer
): Permission {
  const action = entity.actions?.[name]
  if (!action?.['@restrict'] && !entity['@restrict']) return 'always'
  const inherited = restrictionsOf(entity).filter((restriction) => grants(restriction, name))
  return decide([...(action ? restrictionsOf(action) : []), ...inherited], user)
}

function decide(restrictions: readonly Restriction[], user: RoleBearer): Permission {
  const applicable = restrictions.filter(({ to = 'any' }) => [to].flat().some((r) => user.is(r)))
  if (!applicable.length) return 'never'
  return applicable.some(({ where }) => !where) ? 'always' : applicable
}

/** True if a restriction is about an event, or the name of an action. @internal */
export function grants({ grant = '*' }: Restriction, event: string): boolean {
  const granted = [grant].flat()
  if (granted.includes('*') || granted.includes(event)) return true
  return granted.includes('WRITE') && WRITES.has(event)
}

/** True if the condition of a restriction uses `$user`. @internal */
export function isOfUser({ where }: Restriction): boolean {
  return mentionsUser(tokensOf(where))
}

/** The condition for a query: that of one of the restrictions is true. @internal */
export function permissionCondition(restrictions: readonly Restriction[], facts: UserFacts): Token {
  const conditions = restrictions.map((restriction) => {
    const { tokens, attributes } = compiledCondition(restriction)
    return { xpr: resolveCondition(tokens, attributes, facts) }
  })
  const xpr = conditions.flatMap((condition, index) => (index ? ['or', condition] : [condition]))
  return { xpr }
}

/**
 * True if the condition of a restriction can be true for some record. It can't if it asks for a value that the user has not.
 *
 * @internal
 */
export function mayHold(restriction: Restriction, facts: UserFacts): boolean {
  const { tokens, attributes } = compiledCondition(restriction)
  return possible(parseCondition(resolveCondition(tokens, attributes, facts)), facts)
}

function possible(condition: Condition, facts: UserFacts): boolean {
  if (!mentionsRow(condition.tokens)) return evaluate(condition, { facts }) === true
  if (condition.kind === 'and') return condition.parts.every((part) => possible(part, facts))
  if (condition.kind === 'or') return condition.parts.some((part) => possible(part, facts))
  return true
}
