import type { Row } from './fixture.js'
import { comparisons, type Condition, existence, given, negated } from './leaves.js'
import { against, and, like, not, one, or, text } from './reference.js'

const country = ({ owner }: Row) => owner?.country ?? null
const region = ({ owner }: Row) => owner?.region?.name ?? null
const ofUser = '$user.x'

function onRegion(cds: string, test: (name: string, value: string) => boolean): Condition {
  return { cds, holds: (row, user) => text(region(row), given(ofUser, user, 'text'), test) }
}

/** What other records say that a row leads to: where there is none, its elements are null. */
export const PATHS: Condition[] = [
  ...comparisons('owner.region.name', ['=', '==', '!=', '<>', '<', '>=']),
  ...comparisons('owner.country', ['=', '!='], '$user.y'),
  {
    cds: 'owner.country in $user.x',
    holds: (row, user) => against(country(row), '=', given(ofUser, user, 'text'))
  },
  {
    cds: "owner.region.name not in ('EU', $user.x)",
    holds: (row, user) =>
      and(one(region(row), '<>', 'EU'), against(region(row), '<>', given(ofUser, user, 'text')))
  },
  {
    cds: "owner.country between $user.x and 'G'",
    holds: (row, user) =>
      and(against(country(row), '>=', given(ofUser, user, 'text')), one(country(row), '<=', 'G'))
  },
  onRegion('owner.region.name like $user.x', like),
  { ...negated(onRegion('', like)), cds: 'owner.region.name not like $user.x' },
  onRegion('startswith(owner.region.name, $user.x)', (name, value) => name.startsWith(value)),
  {
    cds: '(owner.country = $user.x or owner.region.name = $user.x)',
    holds: (row, user) => {
      const x = given(ofUser, user, 'text')
      return or(against(country(row), '=', x), against(region(row), '=', x))
    }
  },
  {
    cds: '(owner.region.name is null and owner.country = $user.x)',
    holds: (row, user) =>
      and(region(row) === null, against(country(row), '=', given(ofUser, user, 'text')))
  },
  {
    cds: '(owner.country is null or not (owner.region.name = $user.x))',
    holds: (row, user) =>
      or(country(row) === null, not(against(region(row), '=', given(ofUser, user, 'text'))))
  },
  {
    cds: 'owner.ID in $user.x',
    holds: (row, user) => against(ownerID(row), '=', given(ofUser, user, 'integer'))
  },
  {
    cds: '(owner is null or owner.country = $user.x)',
    holds: (row, user) =>
      or(row.owner === null, against(country(row), '=', given(ofUser, user, 'text')))
  }
]

/** The same of nothing but constants. */
export const PLAIN_PATHS: Condition[] = [
  { cds: "owner.region.name = 'FR'", holds: (row) => one(region(row), '=', 'FR') },
  { cds: "owner.country != 'FR'", holds: (row) => one(country(row), '!=', 'FR') },
  { cds: "not (owner.region.name = 'FR')", holds: (row) => not(one(region(row), '=', 'FR')) },
  { cds: 'owner.region.name is null', holds: (row) => region(row) === null },
  { cds: "owner.country like 'D%'", holds: (row) => text(country(row), ['D%'], like) }
]

/** Records at the end of a path. */
export const PATH_EXISTENCE: Condition[] = [
  existsAtEnd('exists owner[country = $user.x]', country),
  existsAtEnd('exists owner.region[name = $user.x]', region),
  existsAtEnd('exists owner[region.name = $user.x]', region),
  existence('row.owner.region.name = $user.x', (_tag, x, _weight, row) =>
    against(region(row), '=', x)
  ),
  existence('not (row.owner.country = $user.x)', (_tag, x, _weight, row) =>
    not(against(country(row), '=', x))
  )
]

function existsAtEnd(cds: string, element: (row: Row) => string | null): Condition {
  return {
    cds,
    holds: (row, user) => {
      const x = given(ofUser, user, 'text')
      if (against(element(row), '=', x) === true) return true
      return x.length ? false : null
    }
  }
}

function ownerID({ owner }: Row): number | null {
  return owner ? ['DE', 'FR', null, 'US'].indexOf(owner.country) + 1 : null
}
