import { EmulatorError } from '../emulator-error.js'
import { closest } from './closest.js'
import { OWN, type RoleTemplate, type SecurityDescriptor, type ValueType } from './descriptor.js'

/** The result of a user's roles in one application: scope names with `$XSAPPNAME`, attribute values, role collections. */
export interface Grants {
  scopes: string[]
  attributes: Record<string, string[]>
  roleCollections: string[]
}

/** A user as configured: name, roles, attribute values. */
export interface Holder {
  name: string
  roles: readonly string[]
  values: ReadonlyMap<string, string[]>
}

/** Descriptors of the other applications in the subaccount, by name. */
export type OtherApplications = ReadonlyMap<string, { descriptor: SecurityDescriptor | undefined }>

/**
 * Resolves a user's roles through the role templates of an application. An attribute comes through only if a template
 * of the user references it; its default values apply where the user has none. A template without scopes, such as the
 * `userattributes` that `cds compile --to xsuaa` writes, is held by every user who has values for its attributes.
 * Without a descriptor every role is a scope, and every attribute comes through.
 *
 * @param others - other applications; a role of theirs is written `<application>.<role>`
 * @throws EmulatorError `ERR_EMULATOR_USERS` for a role that does not exist
 */
export function grantRoles(
  user: Holder,
  descriptor: SecurityDescriptor | undefined,
  others: OtherApplications = new Map()
): Grants {
  const own = user.roles.filter((role) => !ofOther(role, descriptor, others))
  if (!descriptor) {
    const scopes = own.map((role) => OWN + role)
    return { scopes, attributes: Object.fromEntries(user.values), roleCollections: [] }
  }
  return grant(user, own, descriptor, attributeTemplates(user, descriptor))
}

/** The same for one of the other applications. */
export function grantRolesOf(
  application: string,
  user: Holder,
  descriptor: SecurityDescriptor | undefined,
  others: OtherApplications
): Grants {
  const prefix = `${application}.`
  const roles = user.roles
    .filter((role) => role.startsWith(prefix) && ofOther(role, descriptor, others))
    .map((role) => role.slice(prefix.length))
  const other = others.get(application)?.descriptor
  return other ? grant(user, roles, other) : { scopes: [], attributes: {}, roleCollections: [] }
}

/** A role of the application itself wins, should it have a dot in its name. */
function ofOther(
  role: string,
  descriptor: SecurityDescriptor | undefined,
  others: OtherApplications
): boolean {
  if (descriptor?.roleTemplates.has(role) || descriptor?.roleCollections.has(role)) return false
  const dot = role.indexOf('.')
  return dot > 0 && others.has(role.slice(0, dot))
}

function grant(
  user: Holder,
  roles: readonly string[],
  descriptor: SecurityDescriptor,
  implied: readonly RoleTemplate[] = []
): Grants {
  const assigned = roles.flatMap((role) => resolveRole(user.name, role, descriptor))
  const templates = [...assigned, ...implied]
  return {
    scopes: [...new Set(templates.flatMap((template) => template.scopes))],
    attributes: selectAttributes(user, templates, descriptor),
    roleCollections: roles.filter((role) => descriptor.roleCollections.has(role))
  }
}

/** Role templates that grant nothing but attributes, with those of them that the user has values for. */
function attributeTemplates(
  { values }: Holder,
  { roleTemplates }: SecurityDescriptor
): RoleTemplate[] {
  return [...roleTemplates.values()]
    .filter(({ scopes }) => !scopes.length)
    .map((template) => ({
      ...template,
      attributes: new Map([...template.attributes].filter(([name]) => values.has(name)))
    }))
}

/** True if a role exists: without a descriptor, every one does. */
export function hasRole(descriptor: SecurityDescriptor | undefined, role: string): boolean {
  return !descriptor || descriptor.roleTemplates.has(role) || descriptor.roleCollections.has(role)
}

function resolveRole(user: string, role: string, descriptor: SecurityDescriptor): RoleTemplate[] {
  const { roleTemplates, roleCollections } = descriptor
  const names = roleTemplates.has(role) ? [role] : roleCollections.get(role)
  if (!names) {
    const known = [...roleTemplates.keys(), ...roleCollections.keys()]
    const guess = closest(role, known)
    throw new EmulatorError(
      'ERR_EMULATOR_USERS',
      `user "${user}" has the unknown role "${role}"` +
        (guess ? ` (did you mean "${guess}"?): ` : ': ') +
        `xs-security.json has the role templates and role collections ${known.join(', ') || '(none)'}` +
        (guess ? '' : '; "cds add principal" adds the roles of a CAP model')
    )
  }
  return names.flatMap((name) => roleTemplates.get(name) ?? [])
}

function selectAttributes(
  { name: user, values }: Holder,
  templates: readonly RoleTemplate[],
  descriptor: SecurityDescriptor
): Record<string, string[]> {
  const selected = new Map<string, string[]>()
  for (const template of templates) {
    for (const [name, defaults] of template.attributes) {
      const merged = values.get(name) ?? [...(selected.get(name) ?? []), ...defaults]
      checkValues(user, name, merged, descriptor.attributes.get(name)?.valueType)
      if (merged.length) selected.set(name, [...new Set(merged)])
    }
  }
  return Object.fromEntries(selected)
}

/** The types that XSUAA accepts when a role is created; in the token all values are strings. */
const PATTERNS: Partial<Record<ValueType, RegExp>> = {
  int: /^-?\d+$/,
  date: /^\d{4}-\d{2}-\d{2}$/
}

function checkValues(user: string, attribute: string, values: string[], type?: ValueType): void {
  const pattern = type && PATTERNS[type]
  const wrong = pattern && values.find((value) => !pattern.test(value))
  if (wrong === undefined) return
  throw new EmulatorError(
    'ERR_EMULATOR_USERS',
    `user "${user}": attr.${attribute} has the value "${wrong}", but xs-security.json says valueType "${type}"`
  )
}
