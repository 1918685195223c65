import { ask, serveShop } from '../support/shop.js'
import type { Served } from '../support/served.js'

let served: Served
beforeAll(async () => {
  served = await serveShop()
})

const asPlant = (query: string) => ask(served, query, 'Plant')

describe('a query asks about records that the user may read only', () => {
  test.each<[string, unknown]>([
    // elements of other entities
    [
      'SELECT from S.Orders { ID, site.name }',
      [
        { ID: 1, site_name: 'own' },
        { ID: 3, site_name: null }
      ]
    ],
    [
      'SELECT from S.Orders { ID, site.ID as s }',
      [
        { ID: 1, s: 1 },
        { ID: 3, s: 2 }
      ]
    ],
    [
      'SELECT from S.Orders { ID, site.region.name as r }',
      [
        { ID: 1, r: 'north' },
        { ID: 3, r: null }
      ]
    ],
    [
      'SELECT from S.Orders { ID, next.title as t }',
      [
        { ID: 1, t: null },
        { ID: 3, t: null }
      ]
    ],
    [
      'SELECT from S.Orders { ID, next.ID as n }',
      [
        { ID: 1, n: 2 },
        { ID: 3, n: null }
      ]
    ],
    [
      'SELECT from S.Orders { ID, next.next.title as t }',
      [
        { ID: 1, t: null },
        { ID: 3, t: null }
      ]
    ],
    [
      'SELECT from S.Open { ID, order.title as t } order by ID',
      [
        { ID: 1, t: 'own' },
        { ID: 2, t: null },
        { ID: 3, t: null }
      ]
    ],
    [
      'SELECT from S.Open { ID, order.site.name as s } order by ID',
      [
        { ID: 1, s: 'own' },
        { ID: 2, s: null },
        { ID: 3, s: null }
      ]
    ],
    [
      'SELECT from S.Open { ID, toupper(order.title) as t } order by ID',
      [
        { ID: 1, t: 'OWN' },
        { ID: 2, t: null },
        { ID: 3, t: null }
      ]
    ],
    [
      "SELECT from S.Open { ID, order.title || 'x' as t } where order.title is not null",
      [{ ID: 1, t: 'ownx' }]
    ],
    ['SELECT from S.Open { ID, (order.title) as t } where ID = 2', [{ ID: 2, t: null }]],
    // filters
    ["SELECT from S.Open { ID } where order.title = 'SECRET'", []],
    ["SELECT from S.Open { ID } where not order.title = 'SECRET'", [{ ID: 1 }]],
    ['SELECT from S.Open { ID } where order.title is null order by ID', [{ ID: 2 }, { ID: 3 }]],
    ["SELECT from S.Open { ID } where order.title in ('own', 'SECRET')", [{ ID: 1 }]],
    ["SELECT from S.Open { ID } where (order.title = 'x' or startswith(order.title, 'S'))", []],
    ["SELECT from S.Open { ID } where exists order[title = 'SECRET']", []],
    ['SELECT from S.Open { ID } where exists order', [{ ID: 1 }]],
    ['SELECT from S.Open { ID } where order.ID = 2', [{ ID: 2 }]],
    ["SELECT from S.Open { ID } where exists order.items[text = 'SECRET']", []],
    ["SELECT from S.Open { ID } where exists order[exists items[text = 'own']]", [{ ID: 1 }]],
    ['SELECT from S.Orders { ID } where exists notes', [{ ID: 1 }]],
    ["SELECT from S.Orders { ID } where exists notes[text = 'SECRET']", []],
    ["SELECT from S.Orders { ID } where exists items[text = 'own']", [{ ID: 1 }]],
    ["SELECT from S.Orders { ID } where exists items[site.name = 'SECRET']", []],
    ["SELECT from S.Orders { ID } where exists site[exists orders[title = 'SECRET']]", []],
    ["SELECT from S.Orders { ID } where exists site.orders[title = 'mixed']", []],
    // order and groups
    ['SELECT from S.Open { ID } order by order.title desc', [{ ID: 1 }, { ID: 2 }, { ID: 3 }]],
    [
      'SELECT from S.Open { order.title as t, count(*) as n } group by order.title order by n',
      [
        { t: 'own', n: 1 },
        { t: null, n: 2 }
      ]
    ],
    ['SELECT from S.Open { max(order.title) as t }', [{ t: 'own' }]],
    [
      "SELECT from S.Open { order.title as t } group by order.title having max(order.title) = 'SECRET'",
      []
    ]
  ])('%s', async (query, expected) => {
    expect(await asPlant(query)).toEqual(expected)
  })

  test('and about all of them, who may read all', async () => {
    expect(
      await ask(served, "SELECT from S.Open { ID } where order.title = 'SECRET'", 'Reader')
    ).toEqual([{ ID: 2 }])
    expect(
      await ask(served, 'SELECT from S.Open { ID, order.title as t } where ID = 2', 'Reader')
    ).toEqual([{ ID: 2, t: 'SECRET' }])
  })

  test.each([
    'SELECT from S.Open { ID, order.title as t }',
    "SELECT from S.Open { ID } where order.title = 'x'",
    'SELECT from S.Open { ID } where exists order',
    'SELECT from S.Open { ID } order by order.title',
    'SELECT from S.Open { count(*) as n } group by order.title'
  ])('and about none without a role: %s', async (query) => {
    expect(await ask(served, query)).toBe('ERR_EXPAND_RESTRICTED')
  })

  test('but what a record says about the other one is its own', async () => {
    expect(
      await ask(served, 'SELECT from S.Open { ID, order.ID as o } where order.ID = 2')
    ).toEqual([{ ID: 2, o: 2 }])
    expect(await ask(served, 'SELECT from S.Open { ID, order_ID as o } where ID = 2')).toEqual([
      { ID: 2, o: 2 }
    ])
  })
})

test('a query on several entities is refused', async () => {
  const select = { SELECT: { from: { ref: ['S.Open'] }, columns: [{ ref: ['ID'] }] } }
  const union = { SET: { op: 'union', all: true, args: [select, select] } }
  expect(await ask(served, { SELECT: { from: union } }, 'Plant')).toBe('ERR_RESTRICTION_UNCHECKED')
  const join = {
    join: 'cross',
    args: [
      { ref: ['S.Open'], as: 'a' },
      { ref: ['S.Orders'], as: 'b' }
    ]
  }
  expect(
    await ask(served, { SELECT: { from: join, columns: [{ ref: ['a', 'ID'] }] } }, 'Plant')
  ).toBe('ERR_RESTRICTION_UNCHECKED')
})

test('a query stays as it is for those who send it', async () => {
  const where = [{ ref: ['order', 'title'] }, '=', { val: 'SECRET' }]
  const query = { SELECT: { from: { ref: ['S.Open'] }, columns: [{ ref: ['ID'] }], where } }
  const before = JSON.stringify(query)
  expect(await ask(served, query, 'Plant')).toEqual([])
  expect(JSON.stringify(query)).toBe(before)
  expect(await ask(served, query, 'Reader')).toEqual([{ ID: 2 }])
})
