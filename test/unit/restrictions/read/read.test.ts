import { ask, serveShop } from '../support/shop.js'
import type { Served } from '../support/served.js'

let served: Served
beforeAll(async () => {
  served = await serveShop()
})

const key = (entity: string, ID: number) => ({
  id: entity,
  where: [{ ref: ['ID'] }, '=', { val: ID }]
})
/** Selects what a path leads to. */
const select = (ref: unknown[], ...columns: string[]) => ({
  SELECT: { from: { ref }, columns: columns.map((name) => ({ ref: [name] })) }
})
const items = (order: number) => select([key('S.Orders', order), 'items'], 'text')
const orderOf = (pos: number, ID: number) => {
  const where = [{ ref: ['up__ID'] }, '=', { val: ID }, 'and', { ref: ['pos'] }, '=', { val: pos }]
  return { id: 'S.Items', where }
}

describe('parts are read under the restrictions of what they belong to', () => {
  test('by themselves', async () => {
    expect(await ask(served, 'SELECT from S.Items { text }', 'Plant')).toEqual([{ text: 'own' }])
    expect(
      await ask(served, "SELECT from S.Items { text } where text <> 'x' or pos > 0", 'Plant')
    ).toEqual([{ text: 'own' }])
    expect(await ask(served, 'SELECT from S.Items { text } order by text', 'Reader')).toEqual([
      { text: 'SECRET' },
      { text: 'own' }
    ])
    expect(await ask(served, 'SELECT from S.Items { text }')).toBe(403)
  })

  test('within other queries', async () => {
    const query = 'SELECT from (SELECT from S.Items { text, pos }) as i { i.text }'
    expect(await ask(served, query, 'Plant')).toEqual([{ text: 'own' }])
    expect(await ask(served, 'SELECT from S.Items { count(*) as n }', 'Plant')).toEqual([{ n: 1 }])
  })

  test('by a path', async () => {
    expect(await ask(served, items(1), 'Plant')).toEqual([{ text: 'own' }])
    expect(await ask(served, items(2), 'Plant')).toBe(404)
    expect(await ask(served, items(2), 'Reader')).toEqual([{ text: 'SECRET' }])
  })
})

describe('a path goes through records that the user may read', () => {
  test.each<[string, object, unknown, unknown]>([
    ['to one of his', select([key('S.Orders', 1), 'site'], 'name'), [{ name: 'own' }], 403],
    ['to a hidden one', select([key('S.Orders', 3), 'site'], 'name'), [], 403],
    ['through a hidden one', select([key('S.Orders', 2), 'notes'], 'text'), 404, 403],
    ['through a part', select([orderOf(1, 2), 'up_'], 'title'), 404, [{ title: 'SECRET' }]],
    [
      'through his part',
      select([orderOf(1, 1), 'up_'], 'title'),
      [{ title: 'own' }],
      [{ title: 'own' }]
    ],
    ['through a part, to something else', select([orderOf(1, 2), 'site'], 'name'), 404, 403],
    ['from a hidden site to his orders', select([key('S.Sites', 2), 'orders'], 'title'), 404, 403],
    [
      'through several',
      select([key('S.Open', 2), 'order', 'items'], 'text'),
      404,
      [{ text: 'SECRET' }]
    ],
    [
      'through several of his',
      select([key('S.Open', 1), 'order', 'items'], 'text'),
      [{ text: 'own' }],
      [{ text: 'own' }]
    ],
    ['to what is open', select([key('S.Sites', 2), 'region'], 'name'), 404, 403],
    [
      'to what is open, through his',
      select([key('S.Sites', 1), 'region'], 'name'),
      [{ name: 'north' }],
      403
    ]
  ])('%s', async (_, query, own, all) => {
    expect(await ask(served, structuredClone(query), 'Plant')).toEqual(own)
    const answer = await ask(served, query, 'Reader')
    expect(answer === 'ERR_EXPAND_RESTRICTED' ? 403 : answer).toEqual(all)
  })

  test('and without a role through none', async () => {
    expect(await ask(served, items(1))).toBe(403)
    expect(await ask(served, select([key('S.Open', 1), 'order', 'items'], 'text'))).toBe(403)
  })
})

describe('a hierarchy', () => {
  const recurse = { ref: ['next'], where: [] }

  test('of restricted records is refused, and of others not by restrictions', async () => {
    const query = { SELECT: { from: { ref: ['S.Orders'] }, columns: [{ ref: ['ID'] }], recurse } }
    expect(await ask(served, query, 'Plant')).toBe('ERR_RESTRICTION_UNCHECKED')
    const within = { SELECT: { from: query, columns: [{ ref: ['ID'] }] } }
    expect(await ask(served, within, 'Plant')).toBe('ERR_RESTRICTION_UNCHECKED')
    expect(await ask(served, query, 'Reader')).not.toBe('ERR_RESTRICTION_UNCHECKED')
  })
})
