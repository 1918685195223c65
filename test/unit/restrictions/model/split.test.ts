import { withoutIs } from '../../../../src/restrictions/condition/normalize/comparison.js'
import { inDatabase, isRemote } from '../../../../src/restrictions/model/remote.js'
import { grantsRecords, splitForRemote } from '../../../../src/restrictions/model/split.js'
import type { Restriction } from '../../../../src/restrictions/model/definition.js'
import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import { definitionIn, modelOf } from '../support/model.js'
import { printCondition } from '../../../../src/restrictions/condition/print.js'

const model = modelOf(`
@cds.external service Remote { entity Rows { key ID : Integer; plant : String; } }
@cds.external entity db.Foreign { key ID : Integer; }
entity db.Own { key ID : Integer; }
@cds.persistence.skip entity db.Skipped { key ID : Integer; }
@cds.persistence.skip: 'if-unused' entity db.Unused { key ID : Integer; }
service S {
  entity Rows as projection on Remote.Rows actions { action mark(); };
  entity Deeper as projection on Rows;
  @cds.persistence.table entity Copied as projection on Remote.Rows;
  entity Foreign as projection on db.Foreign;
  entity Own as projection on db.Own;
  entity Unused as projection on db.Unused;
}`)
const rows = definitionIn(model, 'S.Rows')
const split = (restriction: Restriction) => splitForRemote(rows, [restriction])
const WHERE = 'plant = $user.plant'

describe('the condition stays for what CAP does not look for a record', () => {
  test.each<[Restriction['grant'], string[], string[]]>([
    [undefined, ['READ', 'CREATE'], ['UPDATE', 'DELETE', 'UPSERT', 'mark']],
    ['*', ['READ', 'CREATE'], ['UPDATE', 'DELETE', 'UPSERT', 'mark']],
    ['WRITE', ['CREATE'], ['UPDATE', 'DELETE']],
    [
      ['READ', 'WRITE'],
      ['READ', 'CREATE'],
      ['UPDATE', 'DELETE']
    ],
    [['UPDATE', 'WRITE', 'mark'], ['CREATE'], ['UPDATE', 'DELETE', 'mark']],
    ['READ', ['READ'], []],
    ['mark', [], ['mark']]
  ])('of the grant %j', (grant, withCondition, without) => {
    const restriction = { to: 'R', where: WHERE, ...(grant !== undefined && { grant }) }
    const found = split(restriction)
    expect(found.filter(({ where }) => where)).toEqual(
      withCondition.length
        ? [{ to: 'R', where: WHERE, modelledWhere: WHERE, grant: withCondition }]
        : []
    )
    expect(found.filter(({ where }) => !where)).toEqual(
      without.length ? [{ to: 'R', modelledWhere: WHERE, grant: without }] : []
    )
    expect(grantsRecords(restriction, rows)).toBe(
      withCondition.join() !== 'READ' || without.length > 0
    )
  })

  test('as it was modelled, and not where there is none', () => {
    const [first] = split({ grant: 'READ', where: 'x = 1', modelledWhere: WHERE })
    expect(first).toEqual({ grant: ['READ'], where: 'x = 1', modelledWhere: WHERE })
    const open = { grant: 'UPDATE', to: 'R' }
    expect(split(open)).toEqual([open])
    expect(split(open)[0]).toBe(open)
  })
})

test.each([
  ['a is null', 'a = null'],
  ['a is not null', 'a != null'],
  ['not (a is null or (b is not null and c = 1))', 'not (a = null or (b != null and c = 1))'],
  ['not a = 1', 'not a = 1'],
  ['a in (1, 2)', 'a in (1, 2)']
])('%s is for a remote service %s', (condition, expected) => {
  expect(printCondition(withoutIs(tokensOf(condition)))).toBe(expected)
})

test.each([
  ['Remote.Rows', true, false],
  ['S.Rows', true, false],
  ['S.Deeper', true, false],
  ['S.Foreign', true, false],
  ['S.Copied', false, true],
  ['S.Own', false, true],
  ['db.Own', false, true],
  ['db.Skipped', false, false],
  ['db.Unused', false, true]
])('records of %s are remote: %s, and in the database: %s', (name, remote, database) => {
  const entity = definitionIn(model, name)
  expect([isRemote(entity), inDatabase(entity)]).toEqual([remote, database])
})
