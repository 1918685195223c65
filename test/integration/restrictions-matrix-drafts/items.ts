import type { Item, Row, Subject } from '../restrictions-matrix/fixture.js'
import { given } from '../restrictions-matrix/leaves.js'
import { against, not, type Truth } from '../restrictions-matrix/reference.js'

/** A role for items, and what it permits. */
export interface ItemRole {
  readonly restrictions: readonly string[]
  may(event: string, item: Item, row: Row, user: Subject): boolean
}

const texts = (source: string, user: Subject) => given(source, user, 'text')

function ofAll(where: string, holds: (item: Item, row: Row, user: Subject) => Truth): ItemRole {
  return {
    restrictions: [`grant: '*', where: (${where})`],
    may: (_, item, row, user) => holds(item, row, user) === true
  }
}

export const ITEM_ROLES: Readonly<Record<string, ItemRole>> = {
  all: { restrictions: ["grant: '*'"], may: () => true },
  keep: {
    restrictions: ["grant: ['READ', 'CREATE', 'UPDATE']"],
    may: (event) => event !== 'DELETE'
  },
  look: { restrictions: ["grant: 'READ'"], may: (event) => event === 'READ' },
  tag: ofAll('tag = $user.x', ({ tag }, _, user) => against(tag, '=', texts('$user.x', user))),
  other: ofAll('not (tag = $user.y)', ({ tag }, _, user) =>
    not(against(tag, '=', texts('$user.y', user)))
  ),
  row: ofAll('row.country = $user.x', (_, { country }, user) =>
    against(country, '=', texts('$user.x', user))
  ),
  none: { restrictions: [], may: () => false }
}

/** What `@restrict` says about items. */
export const ITEM_RESTRICTIONS = Object.entries(ITEM_ROLES)
  .flatMap(([role, { restrictions }]) => restrictions.map((each) => `{ ${each}, to: '${role}' }`))
  .map((each) => each.replace(/'([a-z]+)' \}$/, "'items-$1' }"))
  .join(',\n    ')
