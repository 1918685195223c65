import { EmulatorError } from '../emulator-error.js'
import { closest } from './closest.js'
import { OWN, type RoleTemplate, type SecurityDescriptor } from './descriptor.js'

/** What a user's roles come to: local scope names, attribute values, role collections. */
export interface Grants {
  scopes: string[]
  attributes: Record<string, string[]>
  roleCollections: string[]
}

/**
 * Resolves a user's roles through the role templates. An attribute comes through only if a template
 * of the user references it; its default values apply where the user has none.
 * Without a descriptor every role is a scope, and every attribute comes through.
 *
 * @throws EmulatorError `ERR_EMULATOR_USERS` for a role that does not exist
 */
export function grantRoles(
  user: string,
  roles: readonly string[],
  values: ReadonlyMap<string, string[]>,
  descriptor: SecurityDescriptor | undefined
): Grants {
  if (!descriptor) {
    const scopes = roles.map((role) => OWN + role)
    return { scopes, attributes: Object.fromEntries(values), roleCollections: [] }
  }
  const templates = roles.flatMap((role) => resolveRole(user, role, descriptor))
  return {
    scopes: [...new Set(templates.flatMap((template) => template.scopes))],
    attributes: selectAttributes(templates, values),
    roleCollections: roles.filter((role) => descriptor.roleCollections.has(role))
  }
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
        `xs-security.json has the role templates and role collections ${known.join(', ') || '(none)'}`
    )
  }
  return names.flatMap((name) => roleTemplates.get(name) ?? [])
}

function selectAttributes(
  templates: readonly RoleTemplate[],
  values: ReadonlyMap<string, string[]>
): Record<string, string[]> {
  const selected = new Map<string, string[]>()
  for (const template of templates) {
    for (const [name, defaults] of template.attributes) {
      const merged = values.get(name) ?? [...(selected.get(name) ?? []), ...defaults]
      if (merged.length) selected.set(name, [...new Set(merged)])
    }
  }
  return Object.fromEntries(selected)
}
