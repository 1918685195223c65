import type { Landscape } from 'cds-principal-emulator/development'

import type { RoleDefinition, ServedService } from '../cap-types.js'
import { isPseudoRole } from '../user/roles.js'

type User = Landscape['users'][number]

/** A request that can be copied: an entity, and a user who may read it. */
interface ExampleRequest {
  readonly entity: string
  readonly user: string
}

/**
 * Returns an entity of a service, and a user whose roles let him read it; the first of each if there is no such pair, as roles
 * of users can be collections.
 *
 * @internal
 */
export function exampleRequest(
  { definition, entities = [] }: ServedService,
  users: readonly User[]
): ExampleRequest | undefined {
  const all = [...entities]
  const admitted = users.filter((user) => holdsOne(user, requiredBy(definition)))
  for (const entity of all) {
    const reader = admitted.find(
      (user) => holdsOne(user, requiredBy(entity)) && holdsOne(user, readersOf(entity))
    )
    if (reader) return { entity: localName(entity), user: reader.name }
  }
  const [entity] = all
  const [user] = users
  return entity && user && { entity: localName(entity), user: user.name }
}

const localName = ({ name }: RoleDefinition) => name.split('.').at(-1) ?? ''

/** True if no role is needed, one that everybody has who is logged on, or one of the user's. */
function holdsOne({ roles }: User, needed: readonly string[] | undefined): boolean {
  const ofEverybody = (role: string) => role === 'any' || role === 'authenticated-user'
  return (
    !needed ||
    needed.some((role) => ofEverybody(role) || (!isPseudoRole(role) && roles.includes(role)))
  )
}

function requiredBy(definition: RoleDefinition | undefined): string[] | undefined {
  const roles = [definition?.['@requires'] ?? []].flat().filter((role) => role !== '')
  return roles.length ? (roles as string[]) : undefined
}

/** One grant in the model. */
interface Grant {
  readonly grant?: string | readonly string[]
  readonly to?: string | readonly string[]
}

function readersOf({ '@restrict': restrict }: RoleDefinition): string[] | undefined {
  if (!Array.isArray(restrict)) return undefined
  return (restrict as Grant[])
    .filter(({ grant = '*' }) => [grant].flat().some((each) => each === '*' || each === 'READ'))
    .flatMap(({ to = 'any' }) => to)
}
