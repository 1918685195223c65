import type { Row, Subject } from './fixture.js'
import {
  against,
  and,
  isNull,
  like,
  not,
  one,
  or,
  READ_AS,
  text,
  type Truth,
  type Value,
  values
} from './reference.js'

/** A condition in CDS, and what it means. */
export interface Condition {
  cds: string
  holds(row: Row, user: Subject): Truth
}

type Column = 'country' | 'level' | 'flag' | 'since' | 'owner.country' | 'owner.region.name'

const TYPES: Record<Column, string> = {
  country: 'text',
  level: 'integer',
  flag: 'flag',
  since: 'date',
  'owner.country': 'text',
  'owner.region.name': 'text'
}

/** Ways to name a value of the user. */
const SOURCES: Record<string, (user: Subject) => unknown> = {
  '$user.x': ({ attr }) => attr.x,
  '$user.y': ({ attr }) => attr.y,
  '$user.a.b': ({ attr }) => (attr.a as { b?: unknown } | undefined)?.b,
  $user: ({ id }) => id,
  '$user.id': ({ id }) => id,
  '$user.tenant': ({ tenant }) => tenant
}

function columnOf(row: Row, column: Column): Value | null {
  if (column === 'owner.country') return row.owner?.country ?? null
  return column === 'owner.region.name' ? (row.owner?.region?.name ?? null) : row[column]
}

const known = new WeakMap<Subject, Map<string, Value[]>>()

/** The values of the user, as elements of that type have them. */
export function given(source: string, user: Subject, type: string): Value[] {
  const ofUser = known.get(user) ?? new Map<string, Value[]>()
  known.set(user, ofUser)
  const key = `${source} ${type}`
  const found =
    ofUser.get(key) ??
    values(SOURCES[source]?.(user)).flatMap((value) => READ_AS[type]?.(value) ?? [])
  ofUser.set(key, found)
  return found
}

const FLIPPED: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** `column operator $user.x`, and the operands exchanged. */
export function comparisons(column: Column, operators: string[], source = '$user.x'): Condition[] {
  return operators.flatMap((operator) => {
    const holds = (row: Row, user: Subject) =>
      against(columnOf(row, column), operator, given(source, user, TYPES[column] ?? ''))
    return [
      { cds: `${column} ${operator} ${source}`, holds },
      { cds: `${source} ${FLIPPED[operator] ?? operator} ${column}`, holds }
    ]
  })
}

function onText(cds: string, test: (country: string, value: string) => boolean): Condition {
  return { cds, holds: (row, user) => text(row.country, given('$user.x', user, 'text'), test) }
}

function onOwner(cds: string, test: (country: string, value: string) => boolean): Condition {
  return {
    cds,
    holds: ({ owner }, user) => text(owner?.country ?? null, given('$user.x', user, 'text'), test)
  }
}

function onUser(cds: string, holds: (x: string[], y: string[]) => Truth): Condition {
  return {
    cds,
    holds: (_, user) => {
      const [x, y] = ['$user.x', '$user.y'].map((s) => given(s, user, 'text') as string[])
      return holds(x ?? [], y ?? [])
    }
  }
}

/** For the user alone: true if it is for one value, unknown without. */
const some = <T>(list: T[], test: (value: T) => boolean): Truth =>
  or(...list.map(test), list.length ? false : null)
const all = <T>(list: T[], test: (value: T) => boolean): Truth =>
  not(some(list, (value) => !test(value)))

const xIsNull = (user: Subject) => isNull(SOURCES['$user.x']?.(user))

const ALL = ['=', '==', '!=', '<>', '<', '<=', '>', '>=']

export const MEMBERSHIP: Condition[] = [
  {
    cds: 'country in $user.x',
    holds: (row, user) => against(row.country, '=', given('$user.x', user, 'text'))
  },
  {
    cds: 'country not in $user.x',
    holds: (row, user) => against(row.country, '<>', given('$user.x', user, 'text'))
  },
  {
    cds: 'level in $user.x',
    holds: (row, user) => against(row.level, '=', given('$user.x', user, 'integer'))
  },
  {
    cds: "country in ($user.x, 'US')",
    holds: (row, user) =>
      or(against(row.country, '=', given('$user.x', user, 'text')), one(row.country, '=', 'US'))
  },
  {
    cds: "country not in ('US', $user.x, $user.y)",
    holds: (row, user) =>
      and(
        one(row.country, '<>', 'US'),
        against(row.country, '<>', given('$user.x', user, 'text')),
        against(row.country, '<>', given('$user.y', user, 'text'))
      )
  }
]

export const TEXT: Condition[] = [
  onText('country like $user.x', like),
  { ...negated(onText('country like $user.x', like)), cds: 'country not like $user.x' },
  onText('startswith(country, $user.x)', (country, value) => country.startsWith(value)),
  onText('endswith(country, $user.x)', (country, value) => country.endsWith(value)),
  onText('contains(country, $user.x)', (country, value) => country.includes(value)),
  onText('tolower(country) = tolower($user.x)', (a, b) => a.toLowerCase() === b.toLowerCase()),
  onText('country = toupper(trim($user.x))', (a, b) => a === b.trim().toUpperCase()),
  onOwner('owner.country like $user.x', like),
  onOwner('startswith(owner.country, $user.x)', (country, value) => country.startsWith(value)),
  onOwner(
    'tolower(owner.country) = tolower($user.x)',
    (a, b) => a.toLowerCase() === b.toLowerCase()
  ),
  {
    cds: "country like $user.x escape 'D'",
    holds: (row, user) =>
      text(row.country, given('$user.x', user, 'text'), (country, value) =>
        like(country, value, 'D')
      )
  },
  {
    cds: "country || '' = $user.x",
    holds: (row, user) => against(row.country, '=', given('$user.x', user, 'text'))
  },
  {
    cds: 'level + 1 > $user.x',
    holds: (row, user) =>
      row.level === null && given('$user.x', user, 'integer').length
        ? null
        : against((row.level ?? 0) + 1, '>', given('$user.x', user, 'integer'))
  }
]

const between = (row: Row, low: Value[], high: Value[]) =>
  and(against(row.level, '>=', low), against(row.level, '<=', high))
const levels = (user: Subject) => given('$user.x', user, 'integer')

export const RANGES: Condition[] = [
  { cds: 'level between $user.x and 7', holds: (row, user) => between(row, levels(user), [7]) },
  { cds: 'level between 1 and $user.x', holds: (row, user) => between(row, [1], levels(user)) },
  {
    cds: 'level between $user.x and $user.x',
    holds: (row, user) => between(row, levels(user), levels(user))
  },
  {
    cds: 'level not between $user.x and 7',
    holds: (row, user) => not(between(row, levels(user), [7]))
  },
  {
    cds: "$user.x between 'C' and 'E'",
    holds: onUser('', (x) => some(x, (v) => v >= 'C' && v <= 'E')).holds
  }
]

export const STATIC: Condition[] = [
  { cds: '$user.x is null', holds: (_, user) => xIsNull(user) },
  { cds: '$user.x is not null', holds: (_, user) => not(xIsNull(user)) },
  { cds: '$user.x = null', holds: (_, user) => xIsNull(user) },
  onUser("$user.x = 'DE'", (x) => some(x, (v) => v === 'DE')),
  onUser("'DE' = $user.x", (x) => some(x, (v) => v === 'DE')),
  onUser("$user.x != 'DE'", (x) => all(x, (v) => v !== 'DE')),
  onUser("'DE' <> $user.x", (x) => all(x, (v) => v !== 'DE')),
  onUser("$user.x > 'E'", (x) => some(x, (v) => v > 'E')),
  onUser("$user.x in ('DE', 'US')", (x) => some(x, (v) => v === 'DE' || v === 'US')),
  onUser("$user.x not in ('DE', 'US')", (x) => all(x, (v) => v !== 'DE' && v !== 'US')),
  onUser("$user.x like 'D%'", (x) => some(x, (v) => v.startsWith('D'))),
  onUser("$user.x not like 'D%'", (x) => all(x, (v) => !v.startsWith('D'))),
  onUser('$user.x = $user.y', (x, y) =>
    x.length && y.length ? x.some((v) => y.includes(v)) : null
  ),
  onUser("$user.x = 'DE' and $user.y = 'FR'", (x, y) =>
    and(
      some(x, (v) => v === 'DE'),
      some(y, (v) => v === 'FR')
    )
  ),
  { cds: '$user.x = 5', holds: (_, user) => some(levels(user), (v) => v === 5) },
  { cds: '$user.x >= 5', holds: (_, user) => some(levels(user), (v) => Number(v) >= 5) },
  {
    cds: '$user.x = true',
    holds: (_, user) => some(given('$user.x', user, 'flag'), (v) => v === true)
  },
  { cds: 'null = $user.x', holds: () => null },
  { cds: 'null != $user.x', holds: (_, user) => not(xIsNull(user)) },
  { cds: "$user.id = 'alice'", holds: (_, { id }) => id === 'alice' },
  {
    cds: "$user.tenant = 't1'",
    holds: (_, { tenant }) => (tenant === undefined ? null : tenant === 't1')
  }
]

/** An item that fits makes `exists` true. Without a value of the user to look for, neither it nor its negation holds. */
export function existence(
  filter: string,
  fits: (tag: string | null, x: Value[], weight: number, row: Row) => Truth
): Condition {
  return {
    cds: `exists items[${filter}]`,
    holds: (row, user) => {
      const x = given('$user.x', user, 'text')
      if (row.items.some(({ tag, weight }) => fits(tag, x, weight, row) === true)) return true
      return x.length ? false : null
    }
  }
}

export const EXISTENCE: Condition[] = [
  existence('tag = $user.x', (tag, x) => against(tag, '=', x)),
  existence('$user.x = tag', (tag, x) => against(tag, '=', x)),
  existence('tag <> $user.x', (tag, x) => against(tag, '<>', x)),
  existence('row.owner.country is null and tag = $user.x', (tag, x, _, row) =>
    and(!row.owner?.country, against(tag, '=', x))
  ),
  existence('row.country = $user.x', (_tag, x, _weight, row) => against(row.country, '=', x)),
  existence('not (tag = $user.x)', (tag, x) => not(against(tag, '=', x))),
  existence('tag in $user.x and weight > 0', (tag, x, weight) =>
    and(against(tag, '=', x), weight > 0)
  ),
  existence('weight > 5 or $user.x = tag or tag is null', (tag, x, weight) =>
    or(weight > 5, against(tag, '=', x), tag === null)
  )
]

export const COMPARISONS: Condition[] = [
  ...comparisons('country', ALL),
  ...comparisons('level', ALL),
  ...comparisons('flag', ['=', '!=', '<>']),
  ...comparisons('since', ['=', '<', '>=', '<>']),
  ...comparisons('owner.country', ALL),
  ...comparisons('country', ['=', '!='], '$user.a.b'),
  ...comparisons('country', ['=', '<>'], '$user'),
  ...comparisons('country', ['=', '<>'], '$user.id'),
  ...comparisons('country', ['=', '!='], '$user.tenant')
]

/** Nothing of the user. */
export const PLAIN: Condition[] = [
  { cds: "country = 'US'", holds: ({ country }) => one(country, '=', 'US') },
  { cds: 'level is null', holds: ({ level }) => level === null },
  {
    cds: "(owner.country != 'FR' and not (owner.country is null))",
    holds: ({ owner }) => Boolean(owner?.country) && owner?.country !== 'FR'
  },
  { cds: 'level > 4', holds: ({ level }) => one(level, '>', 4) }
]

export function negated({ cds, holds }: Condition): Condition {
  return { cds: `not (${cds})`, holds: (row, user) => not(holds(row, user)) }
}
