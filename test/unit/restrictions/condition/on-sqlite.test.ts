import cds from '@sap/cds'

import type { DerivedAttribute } from '../../../../src/restrictions/condition/derived.js'
import { evaluate } from '../../../../src/restrictions/condition/evaluate.js'
import { typeOfOperand } from '../../../../src/restrictions/condition/element-type.js'
import { normalize } from '../../../../src/restrictions/condition/normalize/normalize.js'
import { parseCondition } from '../../../../src/restrictions/condition/parse.js'
import { resolveCondition } from '../../../../src/restrictions/condition/resolve.js'
import type { Operand } from '../../../../src/restrictions/condition/types.js'
import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import { definitionIn, deployInMemory, modelOf } from '../support/model.js'

const CDL = `
entity Rows { key ID : Integer; name : String; level : Integer; flag : Boolean; since : Date; site : Association to Sites; }
entity Sites { key ID : Integer; plant : String; }`
const model = modelOf(CDL)
const entity = definitionIn(model, 'Rows')

const SITES = [
  { ID: 1, plant: 'Ulm' },
  { ID: 2, plant: null }
]
const ROWS = [
  { ID: 1, name: 'Ulm', level: 1, flag: true, since: '2024-02-29', site_ID: 1 },
  { ID: 2, name: 'ulm', level: 5, flag: false, since: '2025-01-01', site_ID: 2 },
  { ID: 3, name: null, level: null, flag: null, since: null, site_ID: null },
  { ID: 4, name: "O'Neill_%", level: 10, flag: null, since: null, site_ID: 1 },
  { ID: 5, name: '', level: -1, flag: true, since: '2023-12-31', site_ID: 9 }
]
/** Values of `$user.x`. */
const VALUES: unknown[] = [
  ...[undefined, [], [''], 'Ulm', ['ULM', 'x'], ['%m', '_Neill'], 5, ['1', '10'], [0, 7]],
  ...[true, [false, true], ['2024-02-29', '2025-06-01'], ["O'Neill_%", 'ulm'], ['O!%', 'Ul!'], 'x5']
]
const OPERATORS = ['=', '==', '!=', '<>', '<', '<=', '>', '>=']
const CONDITIONS = [
  ...OPERATORS.flatMap((operator) =>
    ['name', 'level', 'since'].map((element) => `${element} ${operator} $user.x`)
  ),
  ...OPERATORS.map((operator) => `$user.x ${operator} level`),
  ...[
    'flag = $user.x',
    'flag <> $user.x',
    'name = $user',
    'name in $user.x',
    'level not in $user.x'
  ],
  ...['level between $user.x and 5', 'level between 0 and $user.x', 'level = 5 or name = $user.x'],
  ...[
    'level > 1 and name <> $user.x',
    "$user.x = 'Ulm' or level = 10",
    '$user.x is null and level > 1'
  ],
  ...['name like $user.x', "name like $user.x escape '!'", 'startswith(name, $user.x)'],
  ...['endswith(name, $user.x)', 'contains(name, $user.x)', 'not (name like $user.x or level = 1)']
]

/** IDs of the rows that the database finds for a user. */
async function found(condition: string, attr: object): Promise<number[]> {
  const attributes = new Map<string, DerivedAttribute>()
  const reference = (attribute: DerivedAttribute) => {
    attributes.set(attribute.key, attribute)
    return { ref: ['$user', attribute.key] }
  }
  const definition = (name: string) => model.definitions[name]
  const scope = { entity, remote: false, reference, onJoin: () => undefined, definition }
  const tokens = normalize(tokensOf(condition), scope)
  const where = resolveCondition(tokens, attributes, { id: 'Ulm', tenant: 't1', attr })
  const rows = (await cds.run({
    SELECT: {
      from: { ref: ['Rows'] },
      columns: [{ ref: ['ID'] }],
      where,
      orderBy: [{ ref: ['ID'] }]
    }
  } as never)) as { ID: number }[]
  return rows.map(({ ID }) => ID)
}

/** IDs of those for which it is true in memory. */
function held(condition: string, attr: object): number[] {
  const facts = { id: 'Ulm', tenant: 't1', attr }
  const typeOf = (operand: Operand) => typeOfOperand(operand, entity)
  const parsed = parseCondition(tokensOf(condition))
  const isTrue = (row: Record<string, unknown>) => evaluate(parsed, { facts, row, typeOf }) === true
  return ROWS.filter(isTrue).map(({ ID }) => ID)
}

beforeAll(async () => {
  await deployInMemory(cds.compile(CDL))
  await INSERT.into('Sites').entries(SITES)
  await INSERT.into('Rows').entries(ROWS)
})

describe('the database finds the rows for which the condition is true', () => {
  test.each(CONDITIONS)('%s, and its negation', async (condition) => {
    for (const x of VALUES)
      for (const each of [condition, `not (${condition})`])
        expect([each, x, await found(each, { x })]).toEqual([each, x, held(each, { x })])
  })
})

describe('functions of the user are those of the database', () => {
  test.each<[string, unknown, number[]]>([
    ['tolower(name) = tolower($user.x)', 'uLM', [1, 2]],
    ['tolower(name) <> tolower($user.x)', ['uLM', 'q'], [4, 5]],
    ['tolower(name) <> tolower($user.x)', [], []],
    ['name = trim($user.x)', [' Ulm ', 'x'], [1]],
    ['name = toupper(trim($user.x))', ' ulm', []],
    ['upper(name) = upper(trim($user.x))', ' ulm', [1, 2]],
    ['name > lower($user.x)', ['UL', 'Z'], [2]],
    ['name <= upper($user.x)', ['o', 'p'], [4, 5]],
    ['name < upper($user.x)', [], []],
    ['name >= trim($user.x)', [], []],
    ['tolower(name) like tolower($user.x)', ['U%', 'q'], [1, 2]],
    ['contains(tolower(name), lower($user.x))', 'LM', [1, 2]],
    ['level = trim($user.x)', ' 5 ', [2]]
  ])('%s for %j', async (condition, x, expected) => {
    expect(await found(condition, { x })).toEqual(expected)
  })
})

describe('paths lead to the rows of other entities', () => {
  test.each<[string, unknown, number[]]>([
    ['site.plant = $user.x', 'Ulm', [1, 4]],
    ['site.plant <> $user.x', 'Bonn', [1, 4]],
    ['site.plant != $user.x', 'Bonn', [1, 2, 3, 4, 5]],
    ['site.plant != $user.x', 'Ulm', [2, 3, 5]],
    ['site.plant != $user.x', [], []],
    ['not site.plant == $user.x', 'Ulm', [2, 3, 5]],
    ['not site.plant = $user.x', 'Bonn', [1, 4]],
    ['site.plant is null and level > $user.x', -2, [2, 5]],
    ['exists site[plant = $user.x]', ['Ulm', 'Bonn'], [1, 4]],
    ['not exists site[plant = $user.x]', 'Ulm', [2, 3, 5]],
    ['not exists site[plant = $user.x]', [], []],
    ['site.ID = $user.x', [1, 2], [1, 2, 4]],
    ['ID in (select ID from Sites where plant = $user.x)', 'Ulm', [1]]
  ])('%s for %j', async (condition, x, expected) => {
    expect(await found(condition, { x })).toEqual(expected)
  })
})
