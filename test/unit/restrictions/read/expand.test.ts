import { ask, serveShop } from '../support/shop.js'
import type { Served } from '../support/served.js'

let served: Served
beforeAll(async () => {
  served = await serveShop()
})

describe('what is expanded are records that the user may read', () => {
  test.each<[string, unknown]>([
    [
      'SELECT from S.Orders { ID, site { name } }',
      [
        { ID: 1, site: { name: 'own' } },
        { ID: 3, site: null }
      ]
    ],
    ['SELECT from S.Orders { ID, site { * } } where ID = 3', [{ ID: 3, site: null }]],
    [
      'SELECT from S.Orders { ID, notes { text } }',
      [
        { ID: 1, notes: [{ text: 'own' }] },
        { ID: 3, notes: [] }
      ]
    ],
    [
      'SELECT from S.Orders { ID, items { text } }',
      [
        { ID: 1, items: [{ text: 'own' }] },
        { ID: 3, items: [] }
      ]
    ],
    [
      'SELECT from S.Orders { ID, items { site { name } } } where ID = 1',
      [{ ID: 1, items: [{ site: null }] }]
    ],
    [
      'SELECT from S.Orders { ID, next { title } }',
      [
        { ID: 1, next: null },
        { ID: 3, next: null }
      ]
    ],
    [
      'SELECT from S.Orders { site { orders { title } } } where ID = 1',
      [{ site: { orders: [{ title: 'own' }] } }]
    ],
    [
      'SELECT from S.Sites { ID, orders { ID, notes { text } } }',
      [{ ID: 1, orders: [{ ID: 1, notes: [{ text: 'own' }] }] }]
    ],
    ['SELECT from S.Sites { region { name } }', [{ region: { name: 'north' } }]],
    [
      'SELECT from S.Open { ID, order { title } } order by ID',
      [
        { ID: 1, order: { title: 'own' } },
        { ID: 2, order: null },
        { ID: 3, order: null }
      ]
    ],
    ['SELECT from S.Items { text, up_ { title } }', [{ text: 'own', up_: { title: 'own' } }]],
    [
      "SELECT from S.Orders { ID, notes[text = 'SECRET'] { text } } where ID = 3",
      [{ ID: 3, notes: [] }]
    ],
    ['SELECT from S.Open { ID, order.{ title } } where ID = 2', [{ ID: 2, order_title: null }]],
    [
      'SELECT from S.Open { ID, order.{ title, site.{ name } } } where ID < 3 order by ID',
      [
        { ID: 1, order_title: 'own', order_site_name: 'own' },
        { ID: 2, order_title: null, order_site_name: null }
      ]
    ]
  ])('%s', async (query, expected) => {
    expect(await ask(served, query, 'Plant')).toEqual(expected)
  })

  test('with the names that they have without restrictions', async () => {
    const names = async (role: string) => {
      const rows = await ask(served, 'SELECT from S.Open { order.{ * } } where ID = 1', role)
      return Object.keys((rows as object[])[0] ?? {}).sort()
    }
    expect(await names('Plant')).toEqual(await names('Reader'))
    expect(await names('Plant')).toEqual([
      'order_ID',
      'order_next_ID',
      'order_plant',
      'order_site_ID',
      'order_title'
    ])
  })

  test.each([
    'SELECT from S.Open { ID, order { title } }',
    'SELECT from S.Open { ID, order.{ title } }',
    'SELECT from S.Open { ID, order { items { text } } }'
  ])('and refused without a role for them: %s', async (query) => {
    expect(await ask(served, query)).toBe('ERR_EXPAND_RESTRICTED')
  })

  test('also below what is open', async () => {
    expect(await ask(served, 'SELECT from S.Orders { ID, notes { text } }', 'Reader')).toBe(
      'ERR_EXPAND_RESTRICTED'
    )
    expect(
      await ask(served, 'SELECT from S.Orders { ID, items { text } } where ID = 2', 'Reader')
    ).toEqual([{ ID: 2, items: [{ text: 'SECRET' }] }])
  })

  test('and all for who may read all', async () => {
    expect(
      await ask(served, 'SELECT from S.Open { ID, order { title } } where ID = 2', 'Reader')
    ).toEqual([{ ID: 2, order: { title: 'SECRET' } }])
  })
})

test('groups are expanded from what they are grouped by', async () => {
  const path = (...ref: string[]) => ({ ref })
  const groupBy = [path('site', 'name'), path('site', 'region', 'name')]
  const region = { ...path('region'), expand: [path('name')] }
  const columns = [
    { ...path('site'), expand: [path('name'), region] },
    { func: 'count', args: ['*'], as: 'n' }
  ]
  const query = { SELECT: { from: { ref: ['S.Orders'] }, columns, groupBy } }
  const rows = (await ask(served, query, 'Plant')) as object[]
  expect(rows).toHaveLength(2)
  expect(rows).toEqual(
    expect.arrayContaining([
      { site: { name: 'own', region: { name: 'north' } }, n: 1 },
      { site: { name: null, region: { name: null } }, n: 1 }
    ])
  )
})
