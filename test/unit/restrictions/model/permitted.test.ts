import { printCondition } from '../../../../src/restrictions/condition/print.js'
import {
  ownRestrictions,
  permittedCondition,
  permittedOn,
  waysOfRecord,
  waysOfUser
} from '../../../../src/restrictions/model/permitted.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`
entity db.Orders { key ID : Integer; plant : String; status : String; items : Composition of many db.Items on items.order = $self; }
entity db.Lists { key ID : Integer; plant : String; items : Composition of many db.Items on items.list = $self; }
entity db.Items { key ID : Integer; order : Association to db.Orders; list : Association to db.Lists; }
service S {
  @restrict: [
    { grant: 'READ', to: 'Plant', where: (plant = $user.plant) },
    { grant: 'READ', to: 'Status', where: (status = 'open') },
    { grant: 'READ', to: ['All', 'AllOrders'] }
  ]
  entity Orders as projection on db.Orders;
  @restrict: [ { grant: 'READ', to: 'Plant', where: (plant = $user.plant) }, { grant: 'READ', to: 'All' } ]
  entity Lists as projection on db.Lists;
}`)
expect(rewriteModel(model)).toEqual([])

const facts = { id: 'alice', tenant: 't1', attr: { plant: ['1010'] } }
const permitted = (name: string, ...roles: string[]) =>
  permittedOn(definitionIn(model, `S.${name}`), 'READ', { is: (role) => roles.includes(role) })
/** What is permitted: "always", "never", or the condition. */
const shown = (name: string, ...roles: string[]) => {
  const ways = permitted(name, ...roles)
  return typeof ways === 'string' ? ways : printCondition([permittedCondition(ways, facts)])
}

test.each<[string, string[], string]>([
  ['Orders', [], 'never'],
  ['Orders', ['All'], 'always'],
  ['Orders', ['Plant'], "(((((plant in ('1010'))))))"],
  ['Orders', ['Status'], "(((status = 'open')))"],
  ['Items', [], 'never'],
  ['Items', ['All'], 'always'],
  ['Items', ['AllOrders'], '((exists order))'],
  ['Items', ['All', 'Plant'], 'always']
])('on %s with roles %j: %s', (name, roles, expected) => {
  const text = shown(name, ...roles)
  if (expected.includes('plant in')) expect(text).toContain("plant in ('1010')")
  else expect(text).toBe(expected)
})

test('a part is permitted by one of what it belongs to', () => {
  const text = shown('Items', 'Plant')
  expect(text).toMatch(
    /exists order\[.*plant in \('1010'\).*\].* or .*exists list\[.*plant in \('1010'\).*\]/
  )
  expect(shown('Items', 'Plant', 'AllOrders')).toMatch(/^\(\(exists order\) or \(exists list\[/)
})

describe('ways', () => {
  const ways = (name: string, ...roles: string[]) => {
    const all = permitted(name, ...roles)
    if (typeof all === 'string') throw new Error(all)
    return all
  }

  test('are of the user, if one of the conditions is', () => {
    expect(waysOfUser(permitted('Orders', 'All'))).toBeUndefined()
    expect(waysOfUser(permitted('Orders'))).toBeUndefined()
    expect(waysOfUser(permitted('Orders', 'Status'))).toBeUndefined()
    expect(waysOfUser(permitted('Orders', 'Plant', 'Status'))).toHaveLength(1)
    expect(waysOfUser(permitted('Items', 'AllOrders'))).toBeUndefined()
    expect(waysOfUser(permitted('Items', 'Plant'))).toHaveLength(2)
  })

  test('are open for what a record was, by conditions without the user', () => {
    expect(waysOfRecord(ways('Orders', 'Plant'))).toEqual([])
    const [way] = waysOfRecord(ways('Orders', 'Plant', 'Status'))
    expect(way?.restrictions).toHaveLength(1)
    expect(way?.restrictions?.[0]).toMatchObject({ to: 'Status' })
    expect(waysOfRecord(ways('Items', 'AllOrders'))).toHaveLength(1)
  })

  test('are of the entity itself, where there is one and it is no part', () => {
    expect(ownRestrictions(ways('Orders', 'Plant', 'Status'))).toHaveLength(2)
    expect(ownRestrictions(ways('Items', 'Plant'))).toBeUndefined()
    expect(ownRestrictions(ways('Items', 'AllOrders'))).toBeUndefined()
    expect(ownRestrictions([])).toBeUndefined()
  })
})
