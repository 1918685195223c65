import {
  askedNames,
  grantsOf,
  ownServices,
  partsOf,
  requiredRolesOf
} from '../../../src/restrictions/describe.js'
import { definitionIn, modelOf } from './support/model.js'

const compiled = modelOf(`
service Shop @(requires: ['Buyer', 'Seller']) {
  @restrict: [
    { grant: 'READ', to: 'Buyer' },
    { grant: ['CREATE', 'UPDATE'], to: ['Seller', 'Buyer'], where: (country = $user.country and owner = $user) },
    { where: 'owner = $user.address.name' }, { grant: 'DELETE', to: 'cds.Operator', where: (owner = 'x') }
  ]
  entity Orders { key ID : Integer; country : String; owner : String } actions {
    @requires: 'Packer' action pack(); @restrict: [{ to: 'Buyer' }] function price() returns Integer; };
  entity Open { key ID : Integer; country : String = $user.country };
  type Name : String;
  @requires: 'Packer' action packAll();
  function best() returns String;
}
@requires: 'any' service Shop2 { entity Others { key ID : Integer }; action act(); }
@cds.external @requires: 'Remote' service Outside {
  @restrict: [{ to: 'Remote', where: (a = $user.remote) }]
  entity Things { key ID : Integer; a : String } actions { @requires: 'Remote' action act(); };
  @requires: 'Remote' action actAll();
}
entity db.Plain { key ID : Integer; mine : String = $user.own };
`)

const tool = { name: 'cds.tool', kind: 'service', '@requires': 'cds.Subscriber' }
const model = { definitions: { ...compiled.definitions, 'cds.tool': tool } }

const definition = (name: string) => definitionIn(model, name)
const FACTS = {
  ...{ id: 'alice', tenant: 't1' },
  attr: { country: ['DE', 'FR'], address: { name: 'A' }, secret: ['x'] }
}

describe('the names that a model asks for', () => {
  test('are roles, without those of CAP and of services elsewhere', () => {
    expect(askedNames(model, 'role')).toEqual([
      { name: 'Buyer', places: ['Shop', 'Shop.Orders', 'Shop.Orders.price'] },
      { name: 'Seller', places: ['Shop', 'Shop.Orders'] },
      { name: 'Packer', places: ['Shop.packAll', 'Shop.Orders.pack'] },
      { name: 'any', places: ['Shop2'] }
    ])
  })

  test('are attributes, without those of services elsewhere', () => {
    expect(askedNames(model, 'attribute')).toEqual([
      { name: 'country', places: ['Shop.Orders', 'Shop.Open'] },
      { name: 'address', places: ['Shop.Orders'] },
      { name: 'own', places: ['db.Plain'] }
    ])
  })

  test('are attributes of any name: those of CAP are roles', () => {
    const named = modelOf('entity E { key ID : Integer; a : String = $user.![cds.x] };')
    expect(askedNames(named, 'attribute')).toEqual([{ name: 'cds.x', places: ['E'] }])
  })
})

describe('grants', () => {
  test('have events, roles, condition, and the values of attributes that it asks for', () => {
    expect(grantsOf(definition('Shop.Orders'), FACTS)).toEqual([
      { events: ['READ'], roles: ['Buyer'], where: undefined, attributes: [] },
      {
        events: ['CREATE', 'UPDATE'],
        roles: ['Seller', 'Buyer'],
        where: 'country = $user.country and owner = $user.id',
        attributes: [
          { name: 'country', values: ['DE', 'FR'] },
          { name: 'id', values: ['alice'] }
        ]
      },
      {
        ...{ events: ['*'], roles: ['any'], where: 'owner = $user.address.name' },
        attributes: [{ name: 'address.name', values: ['A'] }]
      },
      { events: ['DELETE'], roles: ['cds.Operator'], where: "owner = 'x'", attributes: [] }
    ])
  })

  test('have attributes without values if the user has none', () => {
    const [, second] = grantsOf(definition('Shop.Orders'), { id: '', tenant: 't1', attr: {} })
    expect(second?.attributes).toEqual([
      { name: 'country', values: [] },
      { name: 'id', values: [] }
    ])
  })

  test('are none without restrictions', () => {
    expect(grantsOf(definition('Shop.Open'), FACTS)).toEqual([])
  })
})

describe('the services of a project', () => {
  test('are neither those of CAP nor those elsewhere', () => {
    const own = ownServices(model)
    expect(own.map(({ name }) => name)).toEqual(['Shop', 'Shop2'])
    expect(own.map((each) => each.definition)).toEqual([definition('Shop'), definition('Shop2')])
  })

  test('have entities, their actions, and operations', () => {
    const parts = partsOf(model, 'Shop')
    const names = ['Orders', 'Orders.pack', 'Orders.price', 'Open', 'packAll', 'best']
    expect(parts.map(({ name }) => name)).toEqual(names.map((name) => `Shop.${name}`))
    const { pack, price } = definition('Shop.Orders').actions ?? {}
    expect(parts.slice(0, 4).map((part) => part.definition)).toEqual([
      definition('Shop.Orders'),
      pack,
      price,
      definition('Shop.Open')
    ])
    expect(partsOf(model, 'Shop2').map(({ name }) => name)).toEqual(['Shop2.Others', 'Shop2.act'])
    expect(partsOf(model, 'None')).toEqual([])
  })

  test('have roles that they require', () => {
    expect(requiredRolesOf(definition('Shop'))).toEqual(['Buyer', 'Seller'])
    expect(requiredRolesOf(definition('Shop.packAll'))).toEqual(['Packer'])
    expect(requiredRolesOf(definition('Shop.Orders'))).toEqual([])
    const odd = { name: 'S', kind: 'service', '@requires': ['A', 1, null, { '=': 'B' }] }
    expect(requiredRolesOf(odd)).toEqual(['A'])
  })
})
