import cds from '@sap/cds'

import { fillOrders, serveOrders, type Service, stored } from './local-service.js'

let service: Service
beforeAll(async () => {
  service = await serveOrders()
})
beforeEach(fillOrders)

const USERS: Record<string, object> = {
  alice: { roles: ['Technician'], attr: { plant: ['1010'] } },
  bob: { roles: ['Technician'], attr: { plant: ['1010', '1710'] } },
  nobody: { roles: ['Technician'], attr: { plant: [] } },
  carol: { roles: ['Supervisor'] },
  dave: { roles: ['Closer'], attr: { plant: ['1710'] } },
  everywhere: { roles: ['Closer'] }
}

/** 200, or the error that the request is refused with; and then nothing may have changed. */
async function as(id: string, work: (service: Service) => Promise<unknown>): Promise<unknown> {
  const before = await stored()
  try {
    await (service.tx as unknown as Transaction)(
      { user: new cds.User({ id, ...USERS[id] } as never) },
      work
    )
    return 200
  } catch (error) {
    expect(await stored()).toEqual(before)
    const { status, code, message } = error as { status?: number; code?: unknown; message: string }
    return status ?? code ?? message
  }
}
type Transaction = (context: object, work: (tx: Service) => Promise<unknown>) => Promise<unknown>

const Orders = 'S.Orders'
const at = (id: string, entity = Orders) =>
  ({ ref: [{ id: entity, where: [{ ref: ['ID'] }, '=', { val: id }] }] }) as never
const create =
  (data: object, entity = Orders) =>
  (tx: Service) =>
    tx.run(INSERT.into(entity).entries(data))
const update =
  (id: string, data: object, entity = Orders) =>
  (tx: Service) =>
    tx.run(UPDATE.entity(at(id, entity)).with(data))
const upsert = (data: object) => (tx: Service) => tx.run(UPSERT.into(Orders).entries(data))

describe('what the condition would hide from the user, is not written', () => {
  test.each<[string, string, (tx: Service) => Promise<unknown>, number]>([
    ['alice', 'creates in her plant', create({ ID: 'x', plant: '1010' }), 200],
    ['alice', 'creates elsewhere', create({ ID: 'x', plant: '1710' }), 403],
    ['alice', 'creates nowhere', create({ ID: 'x' }), 403],
    [
      'alice',
      'creates two',
      create([
        { ID: 'x', plant: '1010' },
        { ID: 'y', plant: '1710' }
      ]),
      403
    ],
    [
      'alice',
      'creates where the service says',
      create({ ID: 'x', title: 'of 1010, set by the service' }),
      200
    ],
    ['bob', 'creates elsewhere', create({ ID: 'x', plant: '1710' }), 200],
    ['nobody', 'creates', create({ ID: 'x', plant: '1010' }), 403],
    ['nobody', 'creates without plant', create({ ID: 'x', plant: null }), 403],
    ['carol', 'creates anywhere', create({ ID: 'x', plant: '9999' }), 200],
    ['alice', 'changes hers', update('own', { title: 'z' }), 200],
    ['alice', 'changes a foreign one', update('foreign', { title: 'z' }), 404],
    ['alice', 'moves hers away', update('own', { plant: '1710' }), 403],
    ['alice', 'takes the plant away', update('own', { plant: null }), 403],
    ['alice', 'moves a foreign one here', update('foreign', { plant: '1010' }), 404],
    ['bob', 'moves it', update('own', { plant: '1710' }), 200],
    ['bob', 'moves it out of sight', update('own', { plant: '9999' }), 403],
    ['carol', 'moves it anywhere', update('own', { plant: '9999' }), 200],
    ['alice', 'upserts a new one', upsert({ ID: 'x', plant: '1010' }), 200],
    ['alice', 'upserts a new one elsewhere', upsert({ ID: 'x', plant: '1710' }), 403],
    ['alice', 'upserts a foreign one', upsert({ ID: 'foreign', plant: '1010' }), 403],
    ['alice', 'upserts hers away', upsert({ ID: 'own', plant: '1710' }), 403]
  ])('%s %s', async (user, _, work, status) => {
    expect(await as(user, work)).toBe(status)
  })
})

describe('conditions on associations count for what is written', () => {
  const entity = 'S.SiteOrders'
  test.each<[string, string, (tx: Service) => Promise<unknown>, number]>([
    ['alice', 'creates at her site', create({ ID: 'x', site_ID: 1 }, entity), 200],
    ['alice', 'creates elsewhere', create({ ID: 'x', site_ID: 2 }, entity), 403],
    ['alice', 'changes hers', update('own', { title: 'z' }, entity), 200],
    ['alice', 'moves hers', update('own', { site_ID: 2 }, entity), 403],
    ['nobody', 'creates', create({ ID: 'x', site_ID: 1 }, entity), 403]
  ])('%s %s', async (user, _, work, status) => {
    expect(await as(user, work)).toBe(status)
  })
})

describe('deep writes', () => {
  const note = (ID: string, plant: string) => ({ ID, plant })
  const lines = [{ pos: 7, text: 'x' }]
  const line = (up__ID: string) => create({ up__ID, pos: 8 }, 'S.Lines')

  test.each<[string, string, (tx: Service) => Promise<unknown>, number]>([
    ['alice', 'creates with lines', create({ ID: 'x', plant: '1010', lines }), 200],
    [
      'alice',
      'creates with her note',
      create({ ID: 'x', plant: '1010', notes: [note('a', '1010')] }),
      200
    ],
    [
      'alice',
      'creates with a foreign note',
      create({ ID: 'x', plant: '1010', notes: [note('a', '1710')] }),
      403
    ],
    ['alice', 'changes lines', update('own', { lines }), 200],
    [
      'alice',
      'replaces a note that she does not see',
      update('own', { notes: [note('n1', '1010')] }),
      403
    ],
    ['bob', 'replaces notes', update('own', { notes: [note('n1', '1710')] }), 200],
    ['bob', 'replaces notes out of sight', update('own', { notes: [note('n1', '9999')] }), 403],
    ['carol', 'replaces notes', update('own', { notes: [note('n1', '9999')] }), 200],
    ['alice', 'adds a line to hers', line('own'), 200],
    ['alice', 'adds a line to a foreign one', line('foreign'), 403],
    ['bob', 'adds a line to either', line('foreign'), 200]
  ])('%s %s', async (user, _, work, status) => {
    expect(await as(user, work)).toBe(status)
  })
})

describe('actions', () => {
  const reopen = (id: string) => (tx: Service) =>
    tx.send({ event: 'reopen', query: SELECT.one.from(at(id)) })
  const all = (tx: Service) => tx.send({ event: 'sweep', query: SELECT.from(Orders) })

  test.each<[string, string, (tx: Service) => Promise<unknown>, number]>([
    ['dave', 'reopens his', reopen('foreign'), 200],
    ['dave', 'reopens another', reopen('own'), 403],
    ['dave', 'reopens none', reopen('none'), 404],
    ['everywhere', 'reopens any', reopen('own'), 200],
    ['alice', 'has no role for it', reopen('own'), 403],
    ['carol', 'may do everything', reopen('own'), 200],
    ['alice', 'acts on all', all, 200],
    ['nobody', 'acts on all, with no plant', all, 403]
  ])('%s %s', async (user, _, work, status) => {
    expect(await as(user, work)).toBe(status)
  })
})

describe('$expand', () => {
  async function expanded(id: string, entity: string, element: string): Promise<unknown> {
    let rows: unknown
    const columns = [{ ref: ['ID'] }, { ref: [element], expand: ['*'] }] as never
    const status = await as(id, async (tx) => {
      rows = await tx.run(SELECT.from(entity).columns(columns).orderBy('ID desc'))
    })
    const count = (value: unknown) => (Array.isArray(value) ? value.length : value ? 1 : 0)
    return rows ? (rows as Record<string, unknown>[]).map((row) => count(row[element])) : status
  }

  test.each<[string, string, string, unknown]>([
    ['alice', Orders, 'notes', [1]],
    ['bob', Orders, 'notes', [2, 0]],
    ['carol', Orders, 'notes', [2, 0]],
    ['dave', Orders, 'notes', 403],
    ['alice', Orders, 'lines', [1]],
    ['dave', Orders, 'site', [0, 1]],
    ['everywhere', Orders, 'site', [0, 0]],
    ['carol', Orders, 'site', [1, 1]],
    ['alice', 'S.Sites', 'orders', [1]],
    ['alice', 'S.Notes', 'order', [1]]
  ])('%s, from %s to %s', async (user, entity, element, expected) => {
    expect(await expanded(user, entity, element)).toEqual(expected)
  })
})
