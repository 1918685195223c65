import { LRUCache } from 'lru-cache'
import type { LandscapeUser } from '../landscape/landscape-user.js'
import type { Landscape } from '../landscape/landscape.js'
import type { Assertion } from '../saml/assertion.js'
import type { TrustedProvider } from '../saml/trust.js'

/** Names of attributes with a meaning of their own in trust configurations of BTP. */
const FEDERATED = { first_name: 'givenName', last_name: 'familyName', mail: 'email' } as const
const GROUPS = 'Groups'

/** The values of UAA where an identity provider sends none. */
const NOT_CONFIGURED = 'this-default-was-not-configured.invalid'

/** A user of an identity provider as XSUAA knows it. */
export interface ShadowUser {
  readonly user: LandscapeUser
  readonly groups: readonly string[]
}

/** Users that have come with assertions: they keep their ids. */
export class ShadowUsers {
  readonly #ids = new LRUCache<string, string>({ max: 10_000 })

  /**
   * The user that an assertion names, with the roles that the trust configuration gives to its groups and to itself, and
   * with the assertion's attributes, as far as these roles let them through.
   *
   * @returns `undefined` when users must be there before, and this one is not
   */
  of(
    { describeUser }: Pick<Landscape, 'describeUser'>,
    tenant: string,
    { origin, users, roleCollections, createShadowUsers }: TrustedProvider,
    { subject, attributes }: Assertion
  ): ShadowUser | undefined {
    const name = subject.value
    const own = Object.hasOwn(users, name) ? users[name] : undefined
    if (!own && !createShadowUsers) return undefined
    const groups = attributes.get(GROUPS) ?? []
    const roles = [...rolesOf(own), ...groups.flatMap((group) => roleCollections.get(group) ?? [])]
    const described = describeUser(name, {
      roles,
      attr: { ...own?.attr, ...Object.fromEntries(attributes) }
    })
    const key = JSON.stringify([tenant, origin, name])
    const id = this.#ids.get(key) ?? described.id
    this.#ids.set(key, id)
    return { user: { ...described, tenant, id, ...personOf(name, attributes) }, groups }
  }
}

function rolesOf(user: TrustedProvider['users'][string] | undefined): string[] {
  const { roles = [] } = user ?? {}
  if (Array.isArray(roles)) return roles as string[]
  return Object.entries(roles).flatMap(([role, isGranted]) => (isGranted ? [role] : []))
}

function personOf(name: string, attributes: Assertion['attributes']) {
  const email = name.includes('@') ? name : `${name}@${NOT_CONFIGURED}`
  const [givenName = name, familyName = NOT_CONFIGURED] = email.split('@')
  const person = { email, givenName, familyName }
  for (const [attribute, property] of Object.entries(FEDERATED)) {
    const [value] = attributes.get(attribute) ?? []
    if (value) person[property] = value
  }
  return person
}
