import cds from '@sap/cds'

import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import { evaluate } from '../../../../src/restrictions/condition/evaluate.js'
import { parseCondition } from '../../../../src/restrictions/condition/parse.js'
import { deployInMemory } from '../support/model.js'

const facts = { id: 'alice', tenant: 't1', attr: {} }
const truth = (condition: string, row: Record<string, unknown>) =>
  evaluate(parseCondition(tokensOf(condition)), { facts, row, typeOf: () => 'cds.Integer' })

describe('comparisons with null, on either side, are those of the database', () => {
  const VALUES = [null, 1, 2]
  const ROWS = VALUES.flatMap((a) => VALUES.map((b) => ({ a, b }))).map((row, ID) => ({
    ID,
    ...row
  }))
  const OPERATORS = ['=', '==', '!=', '<>', '<', '<=', '>', '>=']
  const OPERANDS = [
    ['a', 'b'],
    ['a', 'null'],
    ['null', 'a'],
    ['null', 'null'],
    ['a', '1'],
    ['1', 'a']
  ] as const
  const COMPARISONS = OPERATORS.flatMap((operator) =>
    OPERANDS.map(([left, right]) => `${left} ${operator} ${right}`)
  )
  const NULLITIES = ['a is null', 'a is not null', 'a in (1, 2)', 'a between 1 and b']

  beforeAll(async () => {
    await deployInMemory(
      cds.compile('entity Pairs { key ID : Integer; a : Integer; b : Integer; }')
    )
    await INSERT.into('Pairs').entries(ROWS)
  })
  afterAll(() => (cds.db as unknown as { disconnect(): Promise<void> }).disconnect())

  test.each([...COMPARISONS, ...NULLITIES])('%s, and its negation', async (condition) => {
    for (const written of [condition, `not (${condition})`]) {
      const query = SELECT.from('Pairs')
        .columns('ID')
        .orderBy('ID')
        .where(written as never)
      const found = (await query) as { ID: number }[]
      const held = ROWS.filter((row) => truth(written, row) === true)
      expect([written, held.map(({ ID }) => ID)]).toEqual([written, found.map(({ ID }) => ID)])
    }
  })
})
