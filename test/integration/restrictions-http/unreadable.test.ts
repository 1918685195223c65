import cds from '@sap/cds'

import { type Caller, type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const MODEL = `
entity db.Orders { key ID : Integer; plant : String; title : String;
  lines : Composition of many { key pos : Integer; text : String };
  notes : Composition of many db.Notes on notes.order = $self; }
entity db.Notes { key ID : Integer; order : Association to db.Orders; text : String; plant : String; }
service S @(path: '/s') {
  @restrict: [
    { grant: ['READ', 'WRITE', 'close'], to: 'Technician', where: (plant = $user.plant) },
    { grant: 'READ', to: ['Reader', 'Clerk'] },
    { grant: ['WRITE', 'close'], to: 'Clerk', where: (plant = $user.plant) }
  ]
  entity Orders as projection on db.Orders actions { action close() returns String; };
  @restrict: [
    { grant: ['READ', 'WRITE'], to: 'Technician', where: (plant = $user.plant) },
    { grant: 'READ', to: ['Reader', 'Clerk'] },
    { grant: 'WRITE', to: 'Clerk', where: (plant = $user.plant) }
  ]
  entity Notes as projection on db.Notes;
  @odata.draft.enabled
  @odata.draft.bypass
  @cds.redirection.target: false
  @restrict: [
    { grant: ['READ', 'WRITE', 'close'], to: 'Technician', where: (plant = $user.plant) },
    { grant: 'READ', to: ['Reader', 'Clerk'] },
    { grant: ['WRITE', 'close'], to: 'Clerk', where: (plant = $user.plant) }
  ]
  entity Drafts as projection on db.Orders { ID, plant, title } actions { action close() returns String; };
}`

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveOverHttp(MODEL, function () {
    this.on('close', () => 'done')
  })
  const order = (ID: number, plant: string) => ({
    ID,
    plant,
    lines: [{ pos: 1 }],
    notes: [{ ID, plant }]
  })
  await cds.run(INSERT.into('db.Orders').entries(order(1, '1010'), order(2, '1710')))
})
afterAll(() => app.stop())

const as = (role: string): Caller => ({ id: role, roles: [role], attr: { plant: ['1010'] } })

/** Requests about a record that there is, and the same about one that there is not. */
const REQUESTS: [method: string, path: (ID: number) => string, data?: object][] = [
  ['PATCH', (ID) => `Orders(${ID})`, { title: 'x' }],
  ['DELETE', (ID) => `Orders(${ID})`],
  ['DELETE', (ID) => `Orders(${ID})/title`],
  ['POST', (ID) => `Orders(${ID})/S.close`, {}],
  ['POST', (ID) => `Orders(${ID})/lines`, { pos: 9 }],
  ['PATCH', (ID) => `Orders(${ID})/lines(up__ID=${ID},pos=1)`, { text: 'x' }],
  ['DELETE', (ID) => `Orders(${ID})/lines(up__ID=${ID},pos=1)`],
  ['PATCH', (ID) => `Orders(${ID})/notes(${ID})`, { text: 'x' }],
  ['DELETE', (ID) => `Orders(${ID})/notes(${ID})`],
  ['PATCH', (ID) => `Notes(${ID})`, { text: 'x' }],
  ['DELETE', (ID) => `Notes(${ID})`],
  ['POST', (ID) => `Drafts(ID=${ID},IsActiveEntity=true)/S.draftEdit`, {}],
  ['POST', (ID) => `Drafts(ID=${ID},IsActiveEntity=true)/S.close`, {}],
  ['PATCH', (ID) => `Drafts(ID=${ID},IsActiveEntity=true)`, { title: 'x' }],
  ['DELETE', (ID) => `Drafts(ID=${ID},IsActiveEntity=true)`]
]

describe.each(REQUESTS.map(([method, path, data]) => [method, path(2), path(99), data] as const))(
  '%s %s',
  (method, hidden, missing, data) => {
    test('is answered as if there were no record, by who can not read it', async () => {
      const answer = await app.send(as('Technician'), method, hidden, data)
      const other = await app.send(as('Technician'), method, missing, data)
      expect(answer).toEqual(other)
      expect(answer.status).toBe(404)
    })

    test('is refused to who can read it', async () => {
      expect((await app.send(as('Clerk'), method, hidden, data)).status).toBe(403)
      expect((await app.send(as('Reader'), method, hidden, data)).status).toBe(403)
    })

    test('is refused to who has no role at all', async () => {
      expect((await app.send(as('Nobody'), method, hidden, data)).status).toBe(403)
    })
  }
)

test('in a $batch as well', async () => {
  const requests = REQUESTS.map(([method, path, body = {}], index) => ({
    id: String(index),
    method,
    url: `/${path(2)}`,
    ...(method !== 'DELETE' && { body })
  }))
  const { body } = await app.send(as('Technician'), 'POST', '$batch', { requests })
  const { responses } = body as { responses: { status: number }[] }
  expect(responses.map(({ status }) => status)).toEqual(REQUESTS.map(() => 404))
})

test('a PUT, which creates what it does not find, is refused', async () => {
  const put = app.send(as('Technician'), 'PUT', 'Orders(2)', { plant: '1010', title: 'x' })
  expect((await put).status).toBe(403)
  const requests = [{ id: '1', method: 'PUT', url: '/Orders(2)', body: { plant: '1010' } }]
  const { body } = await app.send(as('Technician'), 'POST', '$batch', { requests })
  expect(body).toMatchObject({ responses: [{ status: 403 }] })
})

test('a PATCH is refused as well where it creates what it does not find', async () => {
  const { runtime } = cds.env as unknown as { runtime: { patch_as_upsert: boolean } }
  runtime.patch_as_upsert = true
  try {
    const patch = app.send(as('Technician'), 'PATCH', 'Orders(2)', { plant: '1010', title: 'x' })
    expect((await patch).status).toBe(403)
    const created = app.send(as('Technician'), 'PATCH', 'Orders(98)', { plant: '1010' })
    expect((await created).status).toBe(201)
  } finally {
    runtime.patch_as_upsert = false
  }
  const hidden = app.send(as('Technician'), 'PATCH', 'Orders(2)', { title: 'x' })
  expect((await hidden).status).toBe(404)
})
