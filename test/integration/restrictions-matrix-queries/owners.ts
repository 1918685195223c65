import { OWNERS, type Row, ROWS, type Subject } from '../restrictions-matrix/fixture.js'
import { given } from '../restrictions-matrix/leaves.js'
import { against, not, one, or, type Truth } from '../restrictions-matrix/reference.js'
import type { Stored } from './world.js'

type Owner = NonNullable<Row['owner']>

/** A condition for owners, and what it means. */
interface OwnerCondition {
  readonly cds: string
  holds(owner: Owner, user: Subject): Truth
}

const texts = (source: string, user: Subject) => given(source, user, 'text')
const region = (owner: Owner) => owner.region?.name ?? null

export const OWNER_CONDITIONS: readonly OwnerCondition[] = [
  {
    cds: 'country = $user.x',
    holds: ({ country }, user) => against(country, '=', texts('$user.x', user))
  },
  {
    cds: 'not (country = $user.y)',
    holds: ({ country }, user) => not(against(country, '=', texts('$user.y', user)))
  },
  {
    cds: 'region.name = $user.x',
    holds: (owner, user) => against(region(owner), '=', texts('$user.x', user))
  },
  {
    cds: '(not (region.name = $user.x) or region.name is null)',
    holds: (owner, user) =>
      or(not(against(region(owner), '=', texts('$user.x', user))), region(owner) === null)
  },
  {
    cds: 'exists rows[country = $user.x]',
    holds: (owner, user) => {
      const own = ROWS.filter((row) => row.owner === owner)
      const found = own.some(
        ({ country }) => against(country, '=', texts('$user.x', user)) === true
      )
      return found || (texts('$user.x', user).length ? false : null)
    }
  },
  { cds: "region.name = 'FR'", holds: (owner) => one(region(owner), '=', 'FR') },
  { cds: "country != 'DE'", holds: ({ country }) => one(country, '!=', 'DE') }
]

/** Roles for owners: with a condition each, with none, and one that does not let see any. */
export const OWNER_ROLES = [...OWNER_CONDITIONS.map((_, index) => `o${String(index)}`), 'all']

/** What `@restrict` says about owners. */
export const OWNER_RESTRICTIONS = [
  ...OWNER_CONDITIONS.map(
    ({ cds }, index) => `{ grant: 'READ', to: 'o${String(index)}', where: (${cds}) }`
  ),
  "{ grant: 'READ', to: 'all' }"
].join(',\n    ')

/** The owners that somebody with a role sees. */
export function visibleOwners(role: string, user: Subject): Stored[] {
  if (role === 'all') return OWNERS
  const condition = OWNER_CONDITIONS[OWNER_ROLES.indexOf(role)]
  return OWNERS.filter((stored) => {
    const owner = ROWS.find(({ owner }) => owner?.country === stored.country)?.owner
    return owner && condition?.holds(owner, user) === true
  })
}
