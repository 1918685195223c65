/** Users, rows and attributes of the matrix. */

export interface Item {
  tag: string | null
  weight: number
}

export interface Row {
  ID: number
  country: string | null
  level: number | null
  flag: boolean | null
  since: string | null
  owner: Owner | null
  items: Item[]
}

export interface Owner {
  country: string | null
  region: { name: string | null } | null
}

export interface Subject {
  id: string
  tenant: string | undefined
  attr: Record<string, unknown>
}

const regions = [null, { name: 'FR' }, { name: null }, { name: 'DE' }]

const owners: (Owner | null)[] = [
  null,
  { country: 'DE', region: { name: 'FR' } },
  { country: 'FR', region: null },
  { country: null, region: { name: null } },
  { country: 'US', region: { name: 'DE' } }
]

export const ROWS: Row[] = (
  [
    ['DE', 1, true, '2024-01-01', 1, ['DE']],
    ['FR', 2, false, '2025-06-30', 2, ['FR', 'US']],
    ['US', 5, null, null, 0, []],
    [null, null, true, '2026-12-31', 3, [null]],
    ['', 0, false, null, 1, ['', 'DE']],
    ['de', 7, true, '2024-01-01', 0, [null, 'FR']],
    ['true', -3, true, null, 2, ['true']],
    ['5', 10, false, null, 3, ['5', '7']],
    ['alice', 12, null, null, 4, ['DE', 'FR', 'US']],
    ['t1', 100, null, null, 0, []],
    ['__dummy__', 3, null, null, 4, ['__dummy__']],
    ['D%', 4, null, null, 0, ['D%']],
    ["O'Neill", 6, null, null, 0, ["O'Neill"]]
  ] as const
).map(([country, level, flag, since, owner, tags], index) => ({
  ID: index + 1,
  country,
  level,
  flag,
  since,
  owner: owners[owner] ?? null,
  items: tags.map((tag, weight) => ({ tag, weight }))
}))

export const REGIONS = regions.flatMap((region, ID) => (region ? [{ ID, ...region }] : []))

export const OWNERS = owners.flatMap((owner, ID) => {
  if (!owner) return []
  const { country, region } = owner
  return [{ ID, country, region_ID: REGIONS.find(({ name }) => name === region?.name)?.ID ?? null }]
})

/** Values of which the rows have a few, text and numbers. */
function many(count: number): string[] {
  const others = Array.from({ length: count - 4 }, (_, i) => (i % 2 ? `v${i}` : String(1000 + i)))
  return ['FR', ...others, '5', '2024-01-01', 'true']
}

/** What `$user.x` can be. */
export const STATES: Record<string, Record<string, unknown>> = {
  missing: {},
  null: { x: null },
  undefined: { x: undefined },
  'empty list': { x: [] },
  'list of the empty string': { x: [''] },
  'list of null': { x: [null] },
  one: { x: ['DE'] },
  several: { x: ['DE', 'FR'] },
  'several, one empty': { x: ['', 'FR', null] },
  'all of them': { x: ['US', 'FR', 'DE', '5', 'true', '', 'zz'] },
  string: { x: 'FR' },
  'empty string': { x: '' },
  number: { x: 5 },
  zero: { x: 0 },
  'list of numbers': { x: [2, 7] },
  'numbers as text': { x: ['1', '5', '10'] },
  boolean: { x: true },
  'list of booleans': { x: [false] },
  dates: { x: ['2025-06-30', '2024-01-01'] },
  pattern: { x: ['D%', '_S'] },
  'eleven patterns': { x: [...many(8), 'D%', '_S', '%N%'] },
  'odd text': { x: ["O'Neill", '(', '\\', '__dummy__', "' or 1=1 --"] },
  object: { x: { a: 1 } },
  'nested list': { x: [['DE'], { val: 'DE' }, { ref: ['country'] }] },
  'not a number': { x: Number.NaN },
  function: { x: () => 'DE' },
  date: { x: new Date(0) }
}

/** The same for an attribute with a name in two parts, and another one. */
export function attributes(state: Record<string, unknown>): Record<string, unknown> {
  return { ...state, ...('x' in state && { a: { b: state.x } }), y: ['FR', '5'] }
}

/** Attributes with 10 000 values. */
export const LONG = attributes({ x: many(10_000) })
