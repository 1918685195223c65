import cds from '@sap/cds'

import { dependenciesOf } from '../../../../src/restrictions/model/dependencies.js'
import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`
entity db.Orders {
  key ID : Integer;
  title : String;
  double : Integer = 2 * ID;
  modified : Timestamp @cds.on.update: $now;
  address { street : String; }
  site : Association to db.Sites;
  above : Association to db.Orders;
  below : Association to many db.Orders on below.above = $self;
  sameTitle : Association to many db.Orders on sameTitle.title = title and sameTitle.ID > 7;
  plant : String;
  samePlant : Association to db.Sites on samePlant.plant = plant;
  within : Association to db.Sites on upper(within.plant) = plant;
  items : Composition of many { key pos : Integer; text : String; };
}
entity db.Sites { key ID : Integer; plant : String; region : Association to db.Regions; }
entity db.Regions { key code : String; name : String; }
service S {
  entity Orders as projection on db.Orders { *, title as name, site as place, upper(title) as loud };
  entity Sites as projection on db.Sites;
}`)

const of = (entity: string, condition: string) => {
  const found = dependenciesOf(tokensOf(condition), definitionIn(model, entity))
  return found && [...found].map((name) => name.replace(/^db\./, '')).sort()
}

const SITE = ['Orders/site_ID', 'Sites/ID']
const ABOVE = ['Orders/ID', 'Orders/above_ID']

test.each<[string, string[]]>([
  ['title = $user.x', ['Orders/title']],
  [
    "title = 'a' or not (ID in (1, 2) and tolower(title) like $user.x)",
    ['Orders/ID', 'Orders/title']
  ],
  ['address.street = $user.x', ['Orders/address_street']],
  ['$self.title = $user.x', ['Orders/title']],
  ['site.ID = $user.x', SITE],
  ['site_ID = $user.x', ['Orders/site_ID']],
  ['site is null', SITE],
  ['site.plant = $user.x', [...SITE, 'Sites/plant']],
  ['site.region.name = $user.x', [...SITE, 'Regions/code', 'Regions/name', 'Sites/region_code']],
  ['above.title = $user.x', [...ABOVE, 'Orders/title']],
  ['exists below[title = $user.x]', [...ABOVE, 'Orders/title']],
  ['exists sameTitle', ['Orders/ID', 'Orders/title']],
  ['exists samePlant', ['Orders/plant', 'Sites/plant']],
  ['exists items[text = $user.x]', ['Orders.items/text', 'Orders.items/up__ID', 'Orders/ID']],
  [
    'exists site[region.name = $user.x]',
    [...SITE, 'Regions/code', 'Regions/name', 'Sites/region_code']
  ],
  ['$user.x = 1', []]
])('%s', (condition, expected) => {
  expect(of('db.Orders', condition)).toEqual(expected.sort())
})

test.each<[string, string[]]>([
  ['name = $user.x', ['Orders/title']],
  ['ID = $user.x', ['Orders/ID']]
])('in a projection, by its table: %s', (condition, expected) => {
  expect(of('S.Orders', condition)).toEqual(expected)
})

test.each([
  ['db.Orders', 'double = 1'],
  ['db.Orders', 'modified > 1'],
  ['db.Orders', 'nothing = 1'],
  ['db.Orders', '$now > 1'],
  ['db.Orders', 'address = 1'],
  ['db.Orders', 'exists within'],
  ['S.Orders', "loud = 'A'"]
])('what can not be told of %s: %s', (entity, condition) => {
  expect(of(entity, condition)).toBeUndefined()
})

test('a subquery can not be told', () => {
  const { xpr = [] } = cds.parse.expr('ID in (SELECT ID from db.Sites)') as { xpr?: never[] }
  expect(dependenciesOf(xpr, definitionIn(model, 'db.Orders'))).toBeUndefined()
})

describe('an association that was not compiled', () => {
  const keyed = { name: 'B', kind: 'entity', elements: { s_ID: {} } }
  const from = (association: object) =>
    dependenciesOf([{ ref: ['b', 's_ID'] }], {
      ...{ name: 'A', kind: 'entity' },
      elements: { b: { _target: keyed, ...association }, b_s_ID: {} }
    })

  test('has its foreign keys by their names', () => {
    expect(from({ keys: [{ ref: ['s', 'ID'] }] })).toEqual(new Set(['A/b_s_ID', 'B/s_ID']))
  })

  test('can not be told without keys and a condition', () => {
    expect(from({})).toBeUndefined()
  })
})
