import cds from '@sap/cds'

import { type Refused, Served } from '../support/served.js'

const MODEL = `
entity db.Orders { key ID : Integer; plant : String; title : String; site : Association to db.Sites;
  items : Composition of many { key pos : Integer; text : String; site : Association to db.Sites }; }
entity db.Sites { key ID : Integer; plant : String; name : String; orders : Association to many db.Orders on orders.site = $self; }
@odata: '/s' @hcql: '/h'
service S {
  @odata.draft.enabled
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Plant', where: (plant = $user.plant) }, { grant: 'READ', to: 'Reader' },
    { grant: 'UPDATE', to: 'Editor', where: (title = $user.title) } ]
  entity Orders as projection on db.Orders;
  @restrict: [ { grant: 'READ', to: 'Plant', where: (plant = $user.plant) } ]
  entity Sites as projection on db.Sites;
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL)
  const sites = [
    { ID: 1, plant: '1010', name: 'own' },
    { ID: 2, plant: '1710', name: 'SECRET' }
  ]
  await cds.run(INSERT.into('db.Sites').entries(sites))
  const orders = [
    { ID: 1, plant: '1010', title: 'own', site_ID: 1 },
    { ID: 2, plant: '1710', title: 'SECRET', site_ID: 2 },
    { ID: 3, plant: '1010', title: 'own', site_ID: 1 }
  ]
  await cds.run(INSERT.into('db.Orders').entries(orders))
  // alice edits 1 and makes 9, bob edits 2 and 3
  const editors = { 1: 'alice', 9: 'alice', 2: 'bob', 3: 'bob' }
  for (const [ID, user] of Object.entries(editors)) {
    const DraftUUID = `draft-${ID}`
    const administrative = { DraftUUID, InProcessByUser: user, CreatedByUser: user }
    await cds.run(INSERT.into('DRAFT.DraftAdministrativeData').entries(administrative))
    const draft = { DraftAdministrativeData_DraftUUID: DraftUUID, IsActiveEntity: false }
    const [plant, title] = [user === 'bob' ? '1710' : '1010', `draft of ${user}`]
    const order = {
      ID: Number(ID),
      plant,
      title,
      site_ID: 2,
      HasActiveEntity: ID !== '9',
      ...draft
    }
    await cds.run(INSERT.into('S.Orders.drafts').entries(order))
    const item = { up__ID: Number(ID), pos: 1, text: `item of ${user}`, site_ID: 2, ...draft }
    await cds.run(INSERT.into('S.Orders.items.drafts').entries(item))
  }
})

/** Rows, or the status of the refusal, for alice of plant 1010. */
async function ask(query: object, role = 'Plant'): Promise<unknown> {
  const caller = { id: 'alice', roles: [role], attr: { plant: ['1010'] } }
  const result = await served.as(caller, (tx) => tx.run(query))
  const { status, code } = (result ?? {}) as Partial<Refused>
  return status === undefined && code === undefined ? without(result) : Number(status ?? code)
}
/** What CAP adds to drafts depends on its version. */
function without(result: unknown): unknown {
  const drop = (name: string, value: unknown) =>
    name === 'IsActiveEntity' || name === 'DraftMessages' ? undefined : value
  return JSON.parse(JSON.stringify(result ?? null, drop))
}
const ref = (...path: string[]) => ({ ref: path })
const select = (from: unknown[], ...columns: object[]) => ({
  SELECT: { from: { ref: from }, columns, orderBy: [{ ...ref('ID'), sort: 'asc' }] }
})
const draft = (ID: number) => ({ id: 'S.Orders.drafts', where: [ref('ID'), '=', { val: ID }] })
const through = (ID: number, name: string, ...columns: string[]) => ({
  SELECT: { from: { ref: [draft(ID), name] }, columns: columns.map((column) => ref(column)) }
})

describe('a draft belongs to who edits it', () => {
  test('whatever it says', async () => {
    expect(await ask(select(['S.Orders.drafts'], ref('ID'), ref('title')))).toEqual([
      { ID: 1, title: 'draft of alice' },
      { ID: 9, title: 'draft of alice' }
    ])
  })

  test.each<[string, object, unknown]>([
    ['to items of his', through(1, 'items', 'text'), [{ text: 'item of alice' }]],
    ['to items of another', through(2, 'items', 'text'), 404],
    ['to items of one that is readable as it is', through(3, 'items', 'text'), 404],
    ['to items of none', through(99, 'items', 'text'), 404],
    [
      'to who edits one of his',
      through(1, 'DraftAdministrativeData', 'InProcessByUser'),
      [{ InProcessByUser: 'alice' }]
    ],
    [
      'to who edits one that he may read',
      through(3, 'DraftAdministrativeData', 'InProcessByUser'),
      [{ InProcessByUser: 'bob' }]
    ],
    [
      'to who edits one that he may not read',
      through(2, 'DraftAdministrativeData', 'InProcessByUser'),
      404
    ],
    ['to a hidden site of his', through(1, 'site', 'name'), []]
  ])('also by a path %s', async (_, query, expected) => {
    expect(await ask(query)).toEqual(expected)
  })
})

describe('drafts of others are not among', () => {
  const path = (first: unknown, name: string, column: string) => ({
    SELECT: { from: { ref: [first, name] }, columns: [ref(column)] }
  })
  const isDraft = [ref('title'), 'like', { val: 'draft%' }]
  const filtered = { id: 'S.Orders.drafts', where: isDraft }

  test.each([
    ['all', 'S.Orders.drafts'],
    ['those of a filter', filtered]
  ])('%s that a path begins with', async (_, first) => {
    const own = { text: 'item of alice' }
    expect(await ask(path(first, 'items', 'text'))).toEqual([own, own])
    const admin = await ask(path(first, 'DraftAdministrativeData', 'InProcessByUser'))
    expect(admin).toEqual([{ InProcessByUser: 'alice' }, { InProcessByUser: 'alice' }])
  })

  test('those that nothing but a filter names', async () => {
    const where = [ref('title'), '=', { val: 'draft of bob' }]
    const first = { id: 'S.Orders.drafts', where }
    expect(await ask(path(first, 'items', 'text'))).toBe(404)
    expect(await ask(path(first, 'DraftAdministrativeData', 'InProcessByUser'))).toBe(404)
  })

  test.each(['S.Orders.drafts', 'S.Orders.items.drafts', 'S.DraftAdministrativeData'])(
    'those that a subquery asks about: %s',
    async (name) => {
      const subquery = { SELECT: { from: ref(name), columns: [{ val: 1, as: 'one' }] } }
      const query = select(['S.Orders'], ref('ID'))
      const where = ['exists', subquery]
      expect(await ask({ SELECT: { ...query.SELECT, where } }, 'Reader')).toBe(403)
    }
  )
})

describe('what a draft leads to is for those who may read it', () => {
  test('in what is expanded', async () => {
    const site = { ...ref('site'), expand: [ref('name')] }
    const items = { ...ref('items'), expand: [ref('text'), site] }
    const all = (await ask(select(['S.Orders.drafts'], ref('ID'), site, items))) as object[]
    expect(all).toEqual(
      [1, 9].map((ID) => ({ ID, site: null, items: [{ text: 'item of alice', site: null }] }))
    )
  })

  test('in what is asked about', async () => {
    const where = [ref('site', 'name'), '=', { val: 'SECRET' }]
    const query = { SELECT: { from: ref('S.Orders.drafts'), columns: [ref('ID')], where } }
    expect(await ask(query)).toEqual([])
    expect(await ask(query, 'Reader')).toBe(403)
  })
})

test('the draft of an active record is shown to who edits it', async () => {
  const columns = [
    ref('ID'),
    { ...ref('DraftAdministrativeData'), expand: [ref('InProcessByUser')] }
  ]
  expect(await ask(select(['S.Orders'], ...columns))).toEqual([
    expect.objectContaining({ ID: 1 }),
    expect.objectContaining({ ID: 3 })
  ])
})

test('a draft is activated by the condition of its record, also where the application does it', async () => {
  const save = (...title: string[]) =>
    served.as({ id: 'alice', roles: ['Editor'], attr: { title } }, (tx) =>
      (tx as unknown as Saving).save('S.Orders.drafts', { ID: 1 })
    )
  expect(await save('own', 'draft of alice')).toMatchObject({ IsActiveEntity: true })
  expect(await save('own')).toMatchObject({ message: expect.stringContaining('what you write') })
  expect(await save('draft of alice')).toMatchObject({ message: expect.anything() })
})

interface Saving {
  save(drafts: string, key: object): Promise<unknown>
}
