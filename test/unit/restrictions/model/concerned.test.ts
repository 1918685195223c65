import cds from '@sap/cds'

import { concernedBy } from '../../../../src/restrictions/model/concerned.js'
import type { Model } from '../../../../src/restrictions/model/definition.js'

const CDL = `
service S {
  entity Orders {
    key ID : Integer;
    title : String;
    site : Association to Sites;
    delivery { place : Association to Sites; };
    items : Composition of many Items on items.order = $self;
    notes : Composition of many { key pos : Integer; text : String; author : Association to People; };
  } actions { action close(); };
  entity Items {
    key ID : Integer;
    order : Association to Orders;
    product : Association to Products;
    details : Composition of many { key pos : Integer; text : String; };
  }
  entity Sites { key ID : Integer; region : Association to Regions; }
  entity Regions { key ID : Integer; }
  entity Products { key ID : Integer; }
  entity People { key ID : Integer; }
  @odata.draft.enabled entity Drafted {
    key ID : Integer;
    lines : Composition of many { key pos : Integer; };
    site : Association to Sites;
  }
  action stop();
  function count() returns Integer;
}`

const model = cds.compile.for.nodejs(cds.compile(CDL) as never) as unknown as Model

interface Asked {
  event?: string
  target?: string
  ref?: never[]
  query?: object
}

const names = ({ event = 'READ', target, ref, query }: Asked) => {
  const found = concernedBy(
    {
      event,
      target: target === undefined ? undefined : model.definitions[`S.${target}`],
      subject: { ref: ref ?? [] },
      query: query
    },
    'S',
    model
  )
  return [...found].map(({ name }) => name.replace(/^S\./, '')).sort()
}

test('a READ concerns its target, and nothing that it does not name', () => {
  const query = SELECT.from('S.Orders').columns('ID', 'title').where({ title: 'site' })
  expect(names({ target: 'Orders', query })).toEqual(['Orders'])
  expect(names({ target: 'Orders' })).toEqual(['Orders'])
})

test.each<[string, object, string[]]>([
  [
    '$expand',
    SELECT.from('S.Orders').columns({
      ref: ['site'],
      expand: [{ ref: ['region'], expand: ['*'] }]
    } as never),
    ['Orders', 'Regions', 'Sites']
  ],
  ['$filter', SELECT.from('S.Orders').where('site.region.ID = 1'), ['Orders', 'Regions', 'Sites']],
  [
    'a filter in a path',
    SELECT.from('S.Orders').where('exists items[product.ID = 1]'),
    ['Items', 'Orders', 'Products']
  ],
  ['$orderby', SELECT.from('S.Orders').orderBy('site.ID'), ['Orders', 'Sites']],
  ['a function', SELECT.from('S.Orders').where('length(site.ID) = 1'), ['Orders', 'Sites']],
  [
    'a structure',
    SELECT.from('S.Orders').columns({ ref: ['delivery', 'place', 'ID'] } as never),
    ['Orders', 'Sites']
  ],
  [
    'a subquery',
    SELECT.from('S.Orders').where({ ID: { in: SELECT.from('S.People').columns('ID') } } as never),
    ['Orders', 'People']
  ],
  [
    'a SELECT from a SELECT',
    SELECT.from(SELECT.from('S.Orders').columns('site.ID as s') as never),
    ['Orders', 'Sites']
  ]
])('what a query leads to is concerned: %s', (_, query, expected) => {
  expect(names({ target: 'Orders', query })).toEqual(expected)
})

test('what a path goes through is concerned', () => {
  const ref = [{ id: 'S.Orders', where: [] }, 'items', 'product'] as never[]
  expect(names({ target: 'Products', ref })).toEqual(['Items', 'Orders', 'Products'])
})

test('a part concerns what it is a part of', () => {
  expect(names({ target: 'Orders.notes' })).toEqual(['Orders', 'Orders.notes'])
})

test.each(['CREATE', 'UPDATE', 'UPSERT', 'DELETE'])('%s concerns parts at any depth', (event) => {
  const expected = ['Items', 'Items.details', 'Orders', 'Orders.notes']
  expect(names({ event, target: 'Orders' })).toEqual(expected)
})

test('the condition of a write is looked at, its data is not', () => {
  const query = UPDATE('S.Sites').with({ product: 1 }).where('region.ID = 1')
  expect(names({ event: 'UPDATE', target: 'Sites', query })).toEqual(['Regions', 'Sites'])
  expect(names({ event: 'DELETE', target: 'Sites', query: DELETE.from('S.Sites') })).toEqual([
    'Sites'
  ])
})

test('actions concern themselves', () => {
  expect(names({ event: 'stop' })).toEqual(['stop'])
  expect(names({ event: 'close', target: 'Orders' })).toEqual(
    expect.arrayContaining(['Orders', 'close'])
  )
})

test('a draft concerns what it is a draft of, and its parts when it is activated', () => {
  const { drafts } = model.definitions['S.Drafted'] ?? {}
  const found = concernedBy({ event: 'draftActivate', target: drafts }, 'S', model)
  expect([...found]).toEqual(
    expect.arrayContaining([
      drafts,
      model.definitions['S.Drafted'],
      model.definitions['S.Drafted.lines']
    ])
  )
})
