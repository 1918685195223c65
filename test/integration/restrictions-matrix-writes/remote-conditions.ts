import { STATES } from '../restrictions-matrix/fixture.js'
import {
  against,
  and,
  isNull,
  not,
  or,
  READ_AS,
  type Truth,
  values
} from '../restrictions-matrix/reference.js'

/** A row of the service over S/4. */
export interface Equipment {
  id: string
  plant: string
  country: string
  created: string
  installed: boolean
}

/** A condition in CDS, and what it means. */
export interface RemoteCondition {
  cds: string
  holds(row: Equipment, attr: Record<string, unknown>): Truth
}

const TYPES = { plant: 'text', country: 'text', created: 'date', installed: 'flag' } as const

function compare(
  column: keyof typeof TYPES,
  operator: string,
  attribute: string,
  flip = false
): RemoteCondition {
  const flipped = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[operator] ?? operator
  const user = `$user.${attribute}`
  return {
    cds: flip ? `${user} ${flipped} ${column}` : `${column} ${operator} ${user}`,
    holds: (row, attr) => {
      const read = READ_AS[TYPES[column]] ?? (() => [])
      return against(row[column], operator, values(attr[attribute]).flatMap(read))
    }
  }
}

const LEAVES: RemoteCondition[] = [
  ...['=', '!=', '<>', '<', '<=', '>', '>='].flatMap((operator) => [
    compare('plant', operator, 'plant'),
    compare('plant', operator, 'plant', true)
  ]),
  compare('created', '>=', 'since'),
  compare('created', '<', 'since', true),
  compare('installed', '=', 'flag'),
  { ...compare('plant', '=', 'plant'), cds: 'plant in $user.plant' },
  { ...compare('plant', '<>', 'plant'), cds: 'plant not in $user.plant' },
  {
    cds: "plant between $user.plant and '1500'",
    holds: (row, attr) => and(compare('plant', '>=', 'plant').holds(row, attr), row.plant <= '1500')
  }
]

/** Conditions that OData V2 has to evaluate. */
export const REMOTE_CONDITIONS: RemoteCondition[] = [
  ...LEAVES,
  ...LEAVES.map(({ cds, holds }) => ({
    cds: `not (${cds})`,
    holds: (row: Equipment, attr: Record<string, unknown>) => not(holds(row, attr))
  })),
  ...LEAVES.slice(0, 4).flatMap(({ cds, holds }): RemoteCondition[] => [
    {
      cds: `${cds} or $user.plant is null`,
      holds: (row, attr) => or(holds(row, attr), isNull(attr.plant))
    },
    {
      cds: `${cds} and (country is not null and not (name is null))`,
      holds
    },
    {
      cds: `not (${cds} or country = 'DE') and installed = true`,
      holds: (row, attr) => and(not(or(holds(row, attr), row.country === 'DE')), row.installed)
    }
  ])
]

/** The states of the matrix, with values that S/4 has. */
const PLANTS: Record<string, unknown> = { DE: '1010', FR: '1710', US: '1010' }
const inS4 = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(inS4) : (PLANTS[String(value)] ?? value)
/** Attributes of a user for each of them. */
export const REMOTE_STATES = [
  'missing',
  'null',
  'empty list',
  'list of the empty string',
  'one',
  'several',
  'string',
  'number',
  'boolean',
  'odd text',
  'nested list'
].map((name): [string, Record<string, unknown>] => {
  const state = STATES[name] ?? {}
  const plant = 'x' in state && { plant: inS4(state.x) }
  return [name, { ...plant, since: ['2016-01-01', '2018-01-01'], flag: 'true' }]
})
