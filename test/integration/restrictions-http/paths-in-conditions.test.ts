import cds from '@sap/cds'

import { type Caller, type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const MODEL = `
entity db.Orders { key ID : Integer; title : String; size { width : Integer; }; cat : Association to db.Cats;
  items : Composition of many db.Items on items.order = $self; }
entity db.Items { key ID : Integer; order : Association to db.Orders; cat : Association to db.Cats; text : String;
  subs : Composition of many db.Subs on subs.item = $self; }
entity db.Subs { key ID : Integer; item : Association to db.Items; cat : Association to db.Cats; }
entity db.Cats { key ID : Integer; region : String; parent : Association to db.Cats; }
entity db.Links { key ID : Integer; order : Association to db.Orders; item : Association to db.Items; }
service S @(path: '/s') {
  @odata.draft.enabled @odata.draft.bypass
  @restrict: [
    { grant: '*', to: 'Technician', where: (cat.region = $user.region) },
    { grant: 'READ', to: 'Constant', where: (cat.region = 'EU') },
    { grant: 'READ', to: 'Text', where: 'cat.region = $user.region' },
    { grant: 'READ', to: 'Structured', where: 'size.width >= $user.width' }
  ]
  entity Orders as projection on db.Orders actions { action close() returns String; };
  @restrict: [
    { grant: '*', to: 'Technician', where: (cat.region = $user.region) },
    { grant: 'READ', to: ['Constant', 'Text', 'Structured'], where: (cat.region = 'EU') }
  ]
  entity Items as projection on db.Items;
  @restrict: [{ grant: '*', to: 'Technician', where: (not (cat.parent.region = $user.region) or cat.parent is null) }]
  entity Subs as projection on db.Subs;
  entity Cats as projection on db.Cats;
  entity Links as projection on db.Links;
}`

const caller = (role: string): Caller => ({
  id: role,
  roles: [role],
  attr: { region: ['EU'], width: ['5'] }
})
const technician = caller('Technician')

/** The same for anybody for whom the categories of the region EU are the own ones. */
const READERS = ['Technician', 'Constant', 'Text', 'Structured']

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOverHttp(MODEL, function () {
    this.on('close', () => 'done')
  })
  const cats = [
    { ID: 1, region: 'EU' },
    { ID: 2, region: 'US', parent_ID: 2 }
  ]
  const orders = [
    { ID: 1, title: 'own', cat_ID: 1, size_width: 5 },
    { ID: 2, title: 'SECRET', cat_ID: 2, size_width: 1 },
    { ID: 3, title: 'SECRET', size_width: 2 }
  ]
  const items = orders.map(({ ID, cat_ID, title }) => ({ ID, cat_ID, order_ID: ID, text: title }))
  const links = orders.map(({ ID }) => ({ ID, order_ID: ID, item_ID: ID }))
  const all = { Cats: cats, Orders: orders, Items: items, Links: links }
  for (const [name, entries] of Object.entries(all))
    await cds.run(INSERT.into(`db.${name}`).entries(entries))
})
afterAll(() => app.stop())

const PATHS = [
  'Orders?$expand=items',
  'Orders',
  'Items',
  'Links?$expand=order,item',
  'Links?$orderby=order/title desc',
  "Links?$filter=order/title eq 'SECRET'",
  'Links?$filter=item/order/title ne null',
  'Links?$apply=groupby((order/title))',
  'Links?$apply=groupby((order/title,order/ID))',
  'Links?$apply=groupby((item/order/ID),aggregate($count as n))',
  'Links(1)/order',
  'Orders(ID=1,IsActiveEntity=true)/items'
]

describe('a condition on an element of another entity', () => {
  test.each(PATHS)('holds for %s', async (path) => {
    const answers = await Promise.all(
      READERS.map((reader) => app.send(caller(reader), 'GET', path))
    )
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(JSON.stringify(body)).not.toContain('SECRET')
      expect(body).toEqual(answers[0]?.body)
    }
  })

  test('keeps records that are hidden out of groups, but not their keys in own records', async () => {
    const grouped = async (path: string) => {
      const { body } = await app.send(technician, 'GET', `Links?$apply=groupby((${path}))`)
      return (body as { value: { order: object }[] }).value.map(({ order }) => order)
    }
    expect(await grouped('order/title')).toEqual([{ title: null }, { title: 'own' }])
    expect(await grouped('order/ID')).toEqual([{ ID: 1 }, { ID: 2 }, { ID: 3 }])
    expect(await grouped('order/ID,order/title')).toEqual([
      { ID: null, title: null },
      { ID: 1, title: 'own' }
    ])
  })

  test('lets an object with such items be edited and activated', async () => {
    const send = (ID: number, active: boolean, action: string) =>
      app.send(technician, 'POST', `Orders(ID=${ID},IsActiveEntity=${active})/S.${action}`, {})
    expect((await send(1, true, 'draftEdit')).status).toBe(201)
    expect((await send(1, false, 'draftActivate')).status).toBe(200)
    expect((await send(2, true, 'draftEdit')).status).toBe(404)
    expect((await send(1, true, 'close')).status).toBe(200)
  })

  test('is checked for what is written with and below a record', async () => {
    const create = (ID: number, cat_ID: number, subCat: number) =>
      app.send(technician, 'POST', 'Orders', {
        ...{ ID, cat_ID: 1, IsActiveEntity: true },
        items: [{ ID, cat_ID, subs: [{ ID, cat_ID: subCat }] }]
      })
    expect((await create(11, 1, 1)).status).toBe(201)
    expect((await create(12, 2, 1)).status).toBe(403)
    expect((await create(13, 1, 2)).status).toBe(201)
    const order = 'Orders(ID=11,IsActiveEntity=true)'
    const patch = (data: object) => app.send(technician, 'PATCH', order, data)
    expect((await patch({ title: 'x', cat_ID: 2 })).status).toBe(403)
    expect((await patch({ items: [{ ID: 11, text: 'x' }] })).status).toBe(200)
    expect((await app.send(technician, 'DELETE', order)).status).toBe(204)
  })
})
