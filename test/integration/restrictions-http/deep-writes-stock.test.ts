import cds from '@sap/cds'

import { isCap9 } from '../../support/cap-version.js'
import { type Caller, type ServedOverHttp, serveOverHttp, serveStock } from './served-over-http.js'

const MODEL = `
entity db.Orders { key ID : Integer; items : Composition of many db.Items on items.order = $self; }
entity db.Items { key ID : Integer; order : Association to db.Orders; text : String;
  subs : Composition of many db.Subs on subs.item = $self; }
entity db.Subs { key ID : Integer; item : Association to db.Items; text : String; }
service S @(path: '/s') {
  @odata.draft.enabled
  @odata.draft.bypass
  @restrict: [ { grant: '*', to: 'any' } ]
  entity Orders as projection on db.Orders;
}`

const ALICE: Caller = { id: 'alice', roles: [] }
const ACTIVE = 'Orders(ID=1,IsActiveEntity=true)'
const DRAFT = 'Orders(ID=1,IsActiveEntity=false)'

/** A CAP 9 that does not end with 500 any more has to be taken out of docs/compatibility.md. */
const onlyOnCap10 = isCap9 ? 500 : 200

// in this order: the plugin stays for the rest of the process
describe.each([
  ['stock', serveStock],
  ['with the plugin', serveOverHttp]
])('deep writes of drafts and their active records: %s', (_, serve) => {
  let app: ServedOverHttp
  beforeAll(async () => {
    app = await serve(MODEL)
    for (const name of ['db.Subs', 'db.Items', 'db.Orders']) await cds.run(DELETE.from(name))
    const items = [{ ID: 1, subs: [{ ID: 11, text: 'x' }] }]
    await cds.run(INSERT.into('db.Orders').entries({ ID: 1, items }))
  })
  afterAll(() => app.stop())

  test.each([
    ['an active record, two levels deep', ACTIVE, [{ ID: 1, subs: [{ ID: 11 }] }], onlyOnCap10],
    ['an active record, one level deep', ACTIVE, [{ ID: 1, text: 'y' }], 200]
  ])('PATCH of %s', async (_, path, items, expected) => {
    expect((await app.send(ALICE, 'PATCH', path, { items })).status).toBe(expected)
  })

  test('PATCH of a draft with a new part', async () => {
    await app.send(ALICE, 'POST', `${ACTIVE}/S.draftEdit`, {})
    const items = [{ ID: 1 }, { ID: 2 }]
    expect((await app.send(ALICE, 'PATCH', DRAFT, { items })).status).toBe(onlyOnCap10)
    expect((await app.send(ALICE, 'POST', `${DRAFT}/items`, { ID: 3 })).status).toBe(201)
  })
})
