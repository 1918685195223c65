import { ask, serveShop } from '../support/shop.js'
import type { Served } from '../support/served.js'

const key = (entity: string, ID: number) => ({
  id: entity,
  where: [{ ref: ['ID'] }, '=', { val: ID }]
})

let open: Served
beforeAll(async () => {
  open = await serveShop("@hcql: '/h'")
})

test.each([
  'SELECT from S.Open { ID } where ID in (SELECT ID from S.Orders)',
  'SELECT from S.Open { ID, (SELECT title from S.Orders where ID = 2) as t }',
  'SELECT from S.Open { ID } where exists (SELECT ID from S.Items)',
  'SELECT from S.Open { ID } where ID in (SELECT ID from db.Orders)',
  'SELECT from S.Open { ID } where ID in (SELECT ID from S.Open:order)'
])('a subquery on what is restricted is refused: %s', async (query) => {
  expect(await ask(open, query, 'Plant')).toBe('ERR_EXPAND_RESTRICTED')
})

test('one on what is open is not, and asks about what the user may read', async () => {
  const sub = (where: string) =>
    `SELECT from S.Open { ID } where ID in (SELECT ID from S.Open ${where})`
  expect(await ask(open, sub('where ID = 2'), 'Plant')).toEqual([{ ID: 2 }])
  expect(await ask(open, sub("where order.title = 'SECRET'"), 'Plant')).toEqual([])
  expect(await ask(open, sub("where order.title = 'SECRET'"), 'Reader')).toEqual([{ ID: 2 }])
})

test('filters of a path ask about what the user may read', async () => {
  const filtered = (title: string) => {
    const where = [{ ref: ['order', 'title'] }, '=', { val: title }]
    return { SELECT: { from: { ref: [{ id: 'S.Open', where }] }, columns: [{ ref: ['ID'] }] } }
  }
  expect(await ask(open, filtered('SECRET'), 'Plant')).toEqual([])
  expect(await ask(open, filtered('own'), 'Plant')).toEqual([{ ID: 1 }])
})

test('conditions of groups that are expanded ask about what the user may read', async () => {
  const grouped = (...having: unknown[]) => {
    const [groupBy, expand] = [[{ ref: ['pos'] }], [{ ref: ['pos'] }]]
    const columns = [{ ref: ['ID'] }, { ref: ['items'], expand, groupBy, having }]
    const where = [{ ref: ['ID'] }, '=', { val: 1 }]
    return { SELECT: { from: { ref: ['S.Orders'] }, columns, where } }
  }
  const bySite = grouped({ ref: ['site', 'name'] }, '=', { val: 'SECRET' })
  expect(await ask(open, bySite, 'Plant')).toEqual([{ ID: 1, items: [] }])
  const own = grouped({ ref: ['pos'] }, '=', { val: 1 })
  expect(await ask(open, own, 'Plant')).toEqual([{ ID: 1, items: [{ pos: 1 }] }])
})

test('what is written does not depend on other records', async () => {
  const title = {
    SELECT: { one: true, from: { ref: ['db.Orders'] }, columns: [{ ref: ['title'] }] }
  }
  const open1 = key('S.Open', 1)
  const byTitle = { id: 'S.Open', where: [{ ref: ['order', 'title'] }, '=', { val: 'x' }] }
  const order = (...where: unknown[]) => ({ ref: [{ id: 'order', where }] })
  const exists = ['exists', order({ ref: ['title'] }, '=', { val: 'SECRET' })]
  const orders = { id: 'S.Orders', where: [{ ref: ['title'] }, '=', { val: 'SECRET' }] }
  const refused = [
    { DELETE: { from: { ref: ['S.Open'] }, where: exists } },
    { UPDATE: { entity: { ref: ['S.Open'] }, data: {}, where: exists } },
    { UPDATE: { entity: { ref: [open1] }, with: { name: { xpr: ['case', 'when', ...exists] } } } },
    { DELETE: { from: { ref: [{ id: 'S.Open', where: exists }] } } },
    { UPDATE: { entity: { ref: [orders, 'site'] }, data: { name: 'x' } } },
    { DELETE: { from: { ref: [orders, 'items'] } } },
    { UPDATE: { entity: { ref: [open1] }, with: { name: title } } },
    { UPDATE: { entity: { ref: [open1] }, with: { name: { ref: ['order', 'title'] } } } },
    {
      UPDATE: {
        entity: { ref: ['S.Open'] },
        data: {},
        where: [{ ref: ['order', 'title'] }, '=', { val: 'x' }]
      }
    },
    {
      DELETE: {
        from: { ref: ['S.Open'] },
        where: [{ ref: ['order', 'title'] }, '=', { val: 'x' }]
      }
    },
    { UPDATE: { entity: { ref: [byTitle] }, data: { name: 'x' } } },
    { DELETE: { from: { ref: [byTitle] } } },
    { INSERT: { into: { ref: ['S.Open'] }, as: title } },
    { UPSERT: { into: { ref: ['S.Open'] }, as: title } },
    { INSERT: { into: { ref: ['S.Open'] }, from: title } },
    { UPSERT: { into: { ref: ['S.Open'] }, from: title } }
  ]
  for (const query of refused)
    expect([query, await ask(open, query, 'Plant')]).toEqual([query, 'ERR_RESTRICTION_UNCHECKED'])
  const name = { xpr: [{ ref: ['name'] }, '||', { val: 'x' }] }
  expect(
    await ask(open, { UPDATE: { entity: { ref: [open1] }, with: { name } } }, 'Plant')
  ).not.toBe('ERR_RESTRICTION_UNCHECKED')
})
