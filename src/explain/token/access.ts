import {
  type Grant,
  grantsOf,
  ownServices,
  partsOf,
  requiredRolesOf,
  type RestrictedPlace
} from '../../restrictions/describe.js'
import type { Model, RestrictedDefinition } from '../../restrictions/model/definition.js'

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
  /** Role that opens it, or the roles one of which would. */
  readonly why: string
  /** Grants that the user has, with their conditions. */
  readonly grants: readonly string[]
  readonly parts: readonly Access[]
}

/**
 * Returns the services of a model that a user may call, and what of them.
 *
 * @param withValues - true to put the values of attributes into conditions, false for their number
 * @internal
 */
export function accessOf(model: Model, user: AskedUser, withValues: boolean): Access[] {
  return ownServices(model).map(({ name, definition }) => {
    const service = accessTo({ name, definition }, user, withValues)
    const parts = service.open
      ? partsOf(model, name)
          .filter((part) => isRestricted(part.definition))
          .map((part) => accessTo(part, user, withValues))
      : []
    return { ...service, grants: [], parts }
  })
}

function isRestricted(definition: RestrictedDefinition): boolean {
  return Boolean(definition['@requires'] ?? definition['@restrict'])
}

function accessTo(
  { name, definition }: RestrictedPlace,
  user: AskedUser,
  withValues: boolean
): Access {
  const facts = { id: user.id, tenant: user.tenant, attr: user.attr }
  const required = requiredRolesOf(definition)
  const grants = grantsOf(definition, facts)
  const own = grants.filter(({ roles }) => roles.some((role) => user.is(role)))
  const asked = required.length ? required : [...new Set(grants.flatMap(({ roles }) => roles))]
  const opening = asked.find((role) => user.is(role))
  const open = !asked.length || (opening !== undefined && (!grants.length || own.length > 0))
  return {
    name,
    open,
    why: open ? (opening ?? 'no role is asked for') : `needs ${asked.join(' or ')}`,
    grants: own.map((grant) => textOf(grant, user, withValues)),
    parts: []
  }
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
