import {
  type Grant,
  grantsOf,
  ownServices,
  partsOf,
  requiredRolesOf,
  type RestrictedPlace
} from '../../restrictions/describe.js'
import type { Model, RestrictedDefinition } from '../../restrictions/model/definition.js'
import {
  grants,
  isOfData,
  permitsData,
  restrictsData
} from '../../restrictions/model/permission.js'

/** User, as far as roles and conditions ask for it. */
export interface AskedUser {
  readonly id: string
  readonly tenant: string | undefined
  readonly attr: unknown
  is(role: string): boolean
}

/** Access of a user to a service, or to something in it. */
export interface Access {
  readonly name: string
  readonly open: boolean
  /** Role that opens it, or what is missing. */
  readonly why: string
  /** Grants that the user has, with their conditions; none where it is not open. */
  readonly grants: readonly string[]
  readonly parts: readonly Access[]
}

/**
 * Returns the services of a model that a user may call, and what of them, by CAP's rules.
 *
 * @param withValues - true to put the values of attributes into conditions, false for their number
 * @internal
 */
export function accessOf(model: Model, user: AskedUser, withValues: boolean): Access[] {
  return ownServices(model).map(({ name, definition }) => {
    const roles = serviceRoles(definition)
    const { open, why } = decide({ required: roles.length ? roles : undefined }, user)
    const visible = open ? partsOf(model, name).filter((part) => isShown(part, user)) : []
    const parts = visible.map((part) => accessTo(part, user, withValues))
    return { name, open, why, grants: [], parts }
  })
}

/** Returns the roles that a service asks for. Without `@requires`, those of `@restrict` count; an empty list asks for none. */
function serviceRoles(definition: RestrictedDefinition): string[] {
  if (definition['@requires']) return requiredRolesOf(definition)
  return (definition['@restrict'] ?? []).flatMap(({ to = [] }) => to)
}

function accessTo(place: RestrictedPlace, user: AskedUser, withValues: boolean): Access {
  const { open, why, own } = decide(needsOf(place, user), user)
  const { definition } = place
  const texts = own.map((grant) => textOf(effective(grant, definition), user, withValues))
  return { name: place.name, open, why, grants: texts, parts: [] }
}

/** Returns a grant with the events that it permits. */
function effective(grant: Grant, definition: RestrictedDefinition): Grant {
  if (definition.kind !== 'entity') return grant
  const isAlive = (event: string) => !isOfData(event) || permitsData(event, definition)
  return { ...grant, events: grant.events.filter(isAlive) }
}

/** Action that edits a record in a draft. */
const EDIT = 'draftEdit'

/** Actions that CAP adds to entities with drafts: the grants for the records count. */
const OF_DRAFTS = ['draftPrepare', 'draftActivate', EDIT]

/** True for what has annotations, and for actions about which their entity says something else than about its records. */
function isShown(place: RestrictedPlace, user: AskedUser): boolean {
  const { definition, entity } = place
  if (definition.isDraft) return isUnlikeCreate(place, user)
  if (definition['@requires'] ?? definition['@restrict']) return true
  if (!entity?.['@restrict']) return false
  if (OF_DRAFTS.includes(definition.name)) return isEditWithoutRead(place, user)
  const ofActions = grantsOf(entity, user).filter(({ events }) => !events.some(isOfData))
  if (ofActions.some(({ events }) => events.includes(definition.name))) return true
  const ofEntity = { name: entity.name, definition: entity }
  return isOpen(needsOf(place, user), user) !== isOpen(needsOf(ofEntity, user), user)
}

/** True for the beginning of a draft about which CAP decides in another way than about CREATE, which the grants show. */
function isUnlikeCreate(place: RestrictedPlace, user: AskedUser): boolean {
  const ofCreate = needsFor(['CREATE'], place.definition.actives ?? place.definition, user)
  return isOpen(needsOf(place, user), user) !== isOpen(ofCreate, user)
}

/** True for `draftEdit`, if the user has a grant for it, and none for READ: CAP reads the record as the user. */
function isEditWithoutRead(place: RestrictedPlace, user: AskedUser): boolean {
  const { definition, entity } = place
  if (definition.name !== EDIT || !entity) return false
  const mayEdit = isOpen(needsFor(['EDIT', 'UPDATE'], entity, user), user)
  return mayEdit && !isOpen(needsOf(place, user), user)
}

/** Roles and grants that a request asks for. */
interface Needs {
  /** Roles of `@requires`, one of which is enough; none without the annotation. */
  readonly required?: readonly string[] | undefined
  /** Grants, one of which is enough; none where no `@restrict` counts. */
  readonly granted?: readonly Grant[] | undefined
}

/** Returns the needs of a request for records of an entity, or of an action: `@restrict` of its entity counts as well. */
function needsOf({ definition, entity }: RestrictedPlace, user: AskedUser): Needs {
  const required = requiredBy(definition) ?? (entity && requiredBy(entity))
  const all = grantsOf(definition, user)
  if (definition.kind === 'entity') {
    const ofData = all.filter(({ events }) => events.some((each) => permitsData(each, definition)))
    return { required, granted: restrictsData(definition) ? ofData : undefined }
  }
  if (!definition['@restrict'] && !entity?.['@restrict']) return { required }
  if (definition.name === EDIT && entity?.drafts) return needsFor(['READ'], entity, user)
  const inherited = entity ? grantsOf(entity, user) : []
  const named = inherited.filter(({ events }) => grants({ grant: events }, definition.name))
  return { required, granted: [...all, ...named] }
}

/** Returns the needs of a request for records of an entity, which has to have a grant for one of the events. */
function needsFor(names: readonly string[], entity: RestrictedDefinition, user: AskedUser): Needs {
  const granted = grantsOf(entity, user).filter(({ events }) =>
    names.some((name) => grants({ grant: events }, name))
  )
  return { required: requiredBy(entity), granted: restrictsData(entity) ? granted : undefined }
}

function requiredBy(definition: RestrictedDefinition): string[] | undefined {
  return definition['@requires'] ? requiredRolesOf(definition) : undefined
}

interface Decision extends Pick<Access, 'open' | 'why'> {
  /** Grants that the user has, where it is open. */
  readonly own: readonly Grant[]
}

/** Decides by both annotations: each of them has to let the user pass. */
function decide({ required, granted }: Needs, user: AskedUser): Decision {
  const is = (role: string) => user.is(role)
  const own = (granted ?? []).filter(({ roles }) => roles.some(is))
  const missing = new Set<string>()
  if (required && !required.some(is)) missing.add(lackOf('@requires', required))
  if (granted && !own.length) missing.add(lackOf('@restrict', rolesOf(granted)))
  if (missing.size) return { open: false, why: [...missing].join(', and '), own: [] }
  const opening = [...(required ?? []), ...rolesOf(own)].find(is)
  return { open: true, why: opening ?? 'no role is asked for', own }
}

const isOpen = (needs: Needs, user: AskedUser) => decide(needs, user).open
const rolesOf = (granted: readonly Grant[]) => granted.flatMap(({ roles }) => roles)

function lackOf(annotation: string, roles: readonly string[]): string {
  const names = [...new Set(roles)]
  return names.length ? `needs ${names.join(' or ')}` : `${annotation} names no role for it`
}

function textOf({ events, roles, where, attributes }: Grant, user: AskedUser, withValues: boolean) {
  const role = roles.find((each) => user.is(each)) ?? ''
  const values = new Map(attributes.map((each) => [each.name, each.values]))
  const condition = where?.replace(/\$user((?:\.[\w-]+)*)/g, (reference, path: string) => {
    const name = path.slice(1) || 'id'
    return `${reference} [${shown(name, values.get(name) ?? [], withValues)}]`
  })
  return `${events.join(', ')} (${role})${condition ? ` where ${condition}` : ''}`
}

function shown(name: string, values: readonly unknown[], withValues: boolean): string {
  if (withValues && values.length) return values.map((value) => JSON.stringify(value)).join(', ')
  if (name === 'id') return 'the own id'
  return values.length === 1 ? '1 value' : `${values.length ? String(values.length) : 'no'} values`
}
