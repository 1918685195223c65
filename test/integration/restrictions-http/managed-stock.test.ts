import cds from '@sap/cds'

import { type Caller, type ServedOverHttp, serveOverHttp, serveStock } from './served-over-http.js'

const MODEL = `
entity db.Notes { key ID : Integer; text : String; author : Association to db.Authors;
  @readonly createdBy : String @cds.on.insert: $user;
  @readonly modifiedBy : String @cds.on.insert: $user @cds.on.update: $user; }
entity db.Authors { key ID : Integer; }
@odata: '/s' @hcql: '/h'
service S {
  @restrict: [{ grant: '*', where: (createdBy = $user) }]
  entity Notes as projection on db.Notes;
  @cds.redirection.target: false
  @restrict: [{ grant: '*', where: (modifiedBy = $user or text = 'open') }]
  entity Latest as projection on db.Notes;
  @cds.redirection.target: false
  @odata.draft.enabled
  @restrict: [{ grant: '*', where: (createdBy = $user) }]
  entity Drafts as projection on db.Notes { ID, text, createdBy };
  @cds.redirection.target: false
  @restrict: [{ grant: '*', where: (author.ID = $user.author) }]
  entity Written as projection on db.Notes;
  entity Authors as projection on db.Authors;
}`

const ALICE: Caller = { id: 'alice', roles: [], attr: { author: '1' } }
const BOB: Caller = { id: 'bob', roles: [], attr: { author: '2' } }
const author = { ID: 1 }

const upsert = (name: string, ...entries: object[]) => ({
  UPSERT: { into: { ref: [`S.${name}`] }, entries }
})

// in this order: the plugin stays for the rest of the process
describe.each([
  ['stock', serveStock],
  ['with the plugin', serveOverHttp]
])('values that the database service sets: %s', (_, serve) => {
  let app: ServedOverHttp
  beforeAll(async () => {
    app = await serve(MODEL)
  })
  beforeEach(async () => {
    await cds.run(DELETE.from('db.Notes'))
    const notes = [
      { ID: 1, text: 'open', createdBy: 'alice', modifiedBy: 'bob' },
      { ID: 2, text: 'open', createdBy: 'bob', modifiedBy: 'bob' }
    ]
    await cds.run(INSERT.into('db.Notes').entries(notes))
  })
  afterAll(() => app.stop())

  test.each<[string, string, string, object, number]>([
    ['a new record', 'POST', 'Notes', { ID: 9, text: 'x' }, 201],
    ['a record', 'PATCH', 'Notes(1)', { text: 'x' }, 200],
    ['a record that is modified by it', 'PATCH', 'Latest(1)', { text: 'closed' }, 200],
    ['a new record, by UPSERT', 'POST', '../h', upsert('Notes', { ID: 9, text: 'x' }), 200],
    ['a record, by UPSERT', 'POST', '../h', upsert('Notes', { ID: 1, text: 'x' }), 200],
    ['a modified record, by UPSERT', 'POST', '../h', upsert('Latest', { ID: 1, text: 'x' }), 200],
    ['a record with an association', 'POST', 'Written', { ID: 9, author }, 201],
    ['the same, by UPSERT', 'POST', '../h', upsert('Written', { ID: 9, author }), 200]
  ])('%s is written', async (_, method, path, data, expected) => {
    expect((await app.send(ALICE, method, path, data)).status).toBe(expected)
  })

  test('a new draft is activated', async () => {
    expect((await app.send(ALICE, 'POST', 'Drafts', { ID: 9, text: 'x' })).status).toBe(201)
    const draft = 'Drafts(ID=9,IsActiveEntity=false)/S.draftActivate'
    expect((await app.send(ALICE, 'POST', draft, {})).status).toBe(201)
    expect(await cds.run(SELECT.one.from('db.Notes').where({ ID: 9 }))).toMatchObject({
      createdBy: 'alice'
    })
  })
})

describe('what the condition would hide is not written', () => {
  let app: ServedOverHttp
  beforeAll(async () => {
    app = await serveOverHttp(MODEL)
    const note = { ID: 2, text: 'open', createdBy: 'bob', modifiedBy: 'bob', author_ID: 2 }
    await cds.run(INSERT.into('db.Notes').entries(note))
  })
  afterAll(() => app.stop())

  test.each<[string, object]>([
    ['a new record of another user', upsert('Notes', { ID: 9, createdBy: 'bob' })],
    ['a record of another user', upsert('Notes', { ID: 2, text: 'x' })],
    ['a record of another author', upsert('Written', { ID: 9, author: { ID: 2 } })],
    ['a record with an author, and of another one', upsert('Written', { ID: 2, author })]
  ])('%s', async (_, query) => {
    const before = await cds.run(SELECT.from('db.Notes'))
    expect((await app.send(ALICE, 'POST', '../h', query)).status).toBe(403)
    expect(await cds.run(SELECT.from('db.Notes'))).toEqual(before)
    expect((await app.send(BOB, 'POST', '../h', upsert('Notes', { ID: 2 }))).status).toBe(200)
  })
})
