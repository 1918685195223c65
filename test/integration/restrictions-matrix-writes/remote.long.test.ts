import cds from '@sap/cds'

import { statusOf } from '../restrictions-matrix/served-rows.js'
import type { Service } from './local-service.js'
import { type Equipment, REMOTE_CONDITIONS, REMOTE_STATES } from './remote-conditions.js'
import { serveEquipment } from './remote-service.js'
import { type S4Proxy, startS4 } from './s4-proxy.js'

cds.log('remote', { level: 'silent' } as never)

let s4: S4Proxy
let service: Service
let rows: Equipment[]

const all = () => SELECT.from('R.Equipment').orderBy('id').limit(500)

beforeAll(async () => {
  s4 = await startS4()
  service = await serveEquipment(s4)
  rows = (await service.tx({ user: cds.User.privileged }).run(all())) as Equipment[]
  expect(rows.length).toBeGreaterThan(20)
})
afterAll(() => s4.stop())

const userOf = (roles: string[], attr: object) => ({
  user: new cds.User({ id: 'alice', roles, attr } as never)
})

describe('READ gives the rows for which the condition is true', () => {
  test.each(REMOTE_STATES)('where $user.plant is %s', async (_, attr) => {
    const wrong: object[] = []
    for (const [index, { cds, holds }] of REMOTE_CONDITIONS.entries()) {
      const expected = rows.filter((row) => holds(row, attr) === true).map(({ id }) => id)
      const actual = await service
        .tx(userOf([`c${index}`], attr))
        .run(all())
        .then(
          (found) => (found as Equipment[]).map(({ id }) => id),
          (error: unknown) => (error as Error).message
        )
      if (JSON.stringify(actual) !== JSON.stringify(expected)) wrong.push({ cds, actual, expected })
    }
    expect(wrong.slice(0, 3)).toEqual([])
  })
})

const where = (id: string) => [
  { ref: ['id'] },
  '=',
  { val: id },
  'and',
  { ref: ['validTo'] },
  '=',
  { val: '9999-12-31' }
]
const at = (id: string) => ({ ref: [{ id: 'R.Equipment', where: where(id) }] }) as never
const update = (id: string, data: object) => ({ query: UPDATE.entity(at(id)).with(data) })
const remove = (id: string) => ({ query: DELETE.from(at(id)) })
const act = (event: string, id: string) => ({ event, query: SELECT.one.from(at(id)) })
const create = (data: object) => ({ query: INSERT.into('R.Equipment').entries(data) })

const OWN = '10000000'
const OF_STORE = '10000003'
const FOREIGN = '217100001'
const technician = userOf(['Technician'], { plant: ['1010'] })
const without = userOf(['Technician'], { plant: [] })
const half = userOf(['Half'], { plant: '1010' })
const reader = userOf(['Reader'], { plant: '1010' })

describe('records of S/4 are checked before anything is written', () => {
  test.each<[string, object, object, number]>([
    ['a technician changes a foreign one', technician, update(FOREIGN, { name: 'x' }), 404],
    ['a technician changes none', technician, update('nothing', { name: 'x' }), 404],
    ['a technician moves his away', technician, update(OWN, { plant: '1710' }), 403],
    ['a technician takes the plant away', technician, update(OWN, { plant: null }), 403],
    ['a technician deletes a foreign one', technician, remove(FOREIGN), 404],
    ['a technician creates elsewhere', technician, create({ id: 'X', plant: '1710' }), 403],
    ['a technician creates nowhere', technician, create({ id: 'X' }), 403],
    ['a technician acts on a foreign one', technician, act('dismantle', FOREIGN), 404],
    ['without a plant, changing', without, update(OWN, { name: 'x' }), 404],
    ['without a plant, creating', without, create({ id: 'X', plant: null }), 403],
    ['without a plant, acting', without, act('dismantle', OWN), 404],
    ['a visible one of another plant', half, update(FOREIGN, { name: 'x' }), 403],
    ['one that is not installed', half, act('dismantle', OF_STORE), 403],
    ['a reader changes', reader, update(OWN, { name: 'x' }), 403],
    ['an action with a condition of its own', reader, act('retire', OWN), 403],
    ['all of them', technician, { query: UPDATE('R.Equipment').with({ name: 'x' }) }, 403]
  ])('%s: refused', async (_, user, request, status) => {
    const before = await s4.changes()
    expect(await statusOf(service.tx(user).send(request))).toBe(status)
    expect(await s4.changes()).toBe(before)
  })

  test.each<[string, object, object]>([
    ['a technician changes his', technician, update(OWN, { name: 'by the matrix' })],
    ['a technician acts on his', technician, act('dismantle', OWN)],
    ['an installed one', half, act('dismantle', OWN)],
    ['a reader, of another plant', reader, act('retire', FOREIGN)]
  ])('%s: done', async (_, user, request) => {
    await service.tx(user).send(request)
  })

  test('the change has arrived', async () => {
    const [row] = (await service.tx(technician).run(all().where({ id: OWN }))) as object[]
    expect(row).toMatchObject({ name: 'by the matrix' })
  })
})
