import cds from '@sap/cds'

import { at, type Refused, Served, type Service } from '../support/served.js'

const GRANTS = `
    { grant: ['READ', 'WRITE', 'act'], to: 'Plant', where: (plant = $user.plant) },
    { grant: 'READ', to: ['Reader', 'Clerk'] },
    { grant: ['WRITE', 'act'], to: 'Clerk', where: (plant = $user.plant) }`
const MODEL = `
entity db.Orders { key ID : Integer; plant : String; title : String; items : Composition of many { key pos : Integer; text : String }; }
service S {
  @restrict: [ ${GRANTS} ]
  entity Orders as projection on db.Orders actions { action act() returns String; };
  @odata.draft.enabled @cds.redirection.target: false
  @restrict: [ ${GRANTS} ]
  entity Drafts as projection on db.Orders { ID, plant, title };
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL, function (this: cds.ApplicationService) {
    this.on('act', () => 'done')
    this.before('UPDATE', 'Orders', ({ data }: { data: { title?: string } }) => {
      if (data.title === 'forbidden')
        throw Object.assign(new Error('by the application'), { code: 403 })
      if (data.title === 'broken')
        throw Object.assign(new Error('by the application'), { code: 409 })
    })
  })
  const order = (ID: number, plant: string) => ({ ID, plant, items: [{ pos: 1 }] })
  await cds.run(INSERT.into('db.Orders').entries(order(1, '1010'), order(2, '1710')))
})

type Write = (tx: Service) => Promise<unknown>
async function status(role: string, write: Write): Promise<number> {
  const result = await served.as({ roles: [role], attr: { plant: ['1010'] } }, write)
  const { status, code } = (result ?? {}) as Refused
  return Number(status ?? code ?? 200)
}

const order = (ID: number) => ({ id: 'S.Orders', where: [{ ref: ['ID'] }, '=', { val: ID }] })
const path = (ID: number, ...names: unknown[]): never => ({ ref: [order(ID), ...names] }) as never
const active = (ID: number, isActive = true, first = false): never => {
  const key = [{ ref: ['ID'] }, '=', { val: ID }]
  const draft = [{ ref: ['IsActiveEntity'] }, '=', { val: isActive }]
  return {
    ref: [{ id: 'S.Drafts', where: first ? [...draft, 'and', ...key] : [...key, 'and', ...draft] }]
  } as never
}
const pos = { id: 'items', where: [{ ref: ['pos'] }, '=', { val: 1 }] }

/** Requests about an order. */
const WRITES: Record<string, (ID: number) => Write> = {
  UPDATE: (ID) => (tx) => tx.run(UPDATE.entity(at('S.Orders', ID)).with({ title: 'x' })),
  DELETE: (ID) => (tx) => tx.run(DELETE.from(at('S.Orders', ID))),
  act: (ID) => (tx) => tx.send({ event: 'act', query: SELECT.one.from(at('S.Orders', ID)) }),
  'UPDATE of a part': (ID) => (tx) => tx.run(UPDATE.entity(path(ID, pos)).with({ text: 'x' })),
  'DELETE of a part': (ID) => (tx) => tx.run(DELETE.from(path(ID, pos))),
  'CREATE of a part': (ID) => (tx) =>
    tx.run({ INSERT: { into: { ref: [order(ID), 'items'] }, entries: [{ up__ID: ID, pos: 9 }] } })
}

describe.each(Object.entries(WRITES))('%s', (_, write) => {
  test('of a record that can not be read is as if there were none', async () => {
    expect(await status('Plant', write(2))).toBe(404)
    expect(await status('Plant', write(99))).toBe(404)
  })

  test('is refused to who can read it', async () => {
    expect(await status('Reader', write(1))).toBe(403)
    expect(await status('Clerk', write(2))).toBe(403)
  })

  test('is refused without any role', async () => {
    expect(await status('Nobody', write(1))).toBe(403)
  })

  test('is done for who may do it', async () => {
    expect(await status('Plant', write(1))).toBe(200)
    expect(await status('Clerk', write(1))).toBe(200)
  })
})

test('what the application refuses, it has refused', async () => {
  const update =
    (title: string): Write =>
    (tx) =>
      tx.run(UPDATE.entity(at('S.Orders', 1)).with({ title }))
  expect(await status('Plant', update('forbidden'))).toBe(403)
  expect(await status('Plant', update('broken'))).toBe(409)
})

test('what is refused for what it would become is not as if there were none', async () => {
  const move: Write = (tx) => tx.run(UPDATE.entity(at('S.Orders', 1)).with({ plant: '1710' }))
  expect(await status('Plant', move)).toBe(403)
})

test('the condition of an active record, beside its drafts, does not matter', async () => {
  for (const first of [true, false]) {
    const remove =
      (ID: number): Write =>
      (tx) =>
        tx.run(DELETE.from(active(ID, true, first)))
    expect(await status('Plant', remove(2))).toBe(404)
    expect(await status('Clerk', remove(2))).toBe(403)
  }
})
