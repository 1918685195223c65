import cds from '@sap/cds'

import { fillOrders, serveOrders, type Service } from './local-service.js'

let service: Service
let queries = 0
beforeAll(async () => {
  service = await serveOrders()
  cds.db.before('*', ({ query }) => {
    if (query) queries++
  })
})
beforeEach(fillOrders)

const alice = () =>
  new cds.User({ id: 'alice', roles: ['Technician'], attr: { plant: ['1010'] } } as never)

type Transaction = (context: object, work: () => Promise<unknown>) => Promise<unknown>

/** Queries for a write by somebody with a condition, when there are so many records of hers. */
async function queriesFor(records: number, write: (ids: string[]) => object): Promise<number> {
  await cds.run(DELETE.from('db.Orders'))
  const ids = Array.from({ length: records }, (_, index) => `order ${index}`)
  const orders = ids.map((ID) => ({ ID, plant: '1010', title: 'mass', site_ID: 1 }))
  await cds.run(INSERT.into('db.Orders').entries(orders))
  const lines = ids.map((up__ID) => ({ up__ID, pos: 1, text: 'mass' }))
  await cds.run(INSERT.into('db.Orders.lines').entries(lines))
  const query = write(ids)
  queries = 0
  await (cds.tx as unknown as Transaction)({ user: alice() }, () => service.run(query))
  return queries
}

const rows = (ids: string[], values: object) => ids.map((ID) => ({ ID, ...values }))
const own = { plant: '1010', title: 'x' }

test.each<[string, (ids: string[]) => object]>([
  ['UPDATE', () => UPDATE('S.Orders').with({ title: 'x' }).where({ title: 'mass' })],
  ['UPDATE of the plant', () => UPDATE('S.Orders').with(own).where({ title: 'mass' })],
  [
    'UPDATE by a condition on an association',
    () => UPDATE('S.SiteOrders').with({ title: 'x' }).where({ title: 'mass' })
  ],
  ['UPDATE of parts', () => UPDATE('S.Lines').with({ text: 'x' }).where({ text: 'mass' })],
  [
    'CREATE of parts',
    (ids) => INSERT.into('S.Lines').entries(ids.map((up__ID) => ({ up__ID, pos: 2 })))
  ],
  ['UPSERT', (ids) => UPSERT.into('S.Orders').entries(rows(ids, own))],
  [
    'CREATE',
    (ids) =>
      INSERT.into('S.Orders').entries(
        rows(
          ids.map((ID) => `new ${ID}`),
          own
        )
      )
  ],
  [
    'CREATE by a condition on an association',
    (ids) =>
      INSERT.into('S.SiteOrders').entries(
        rows(
          ids.map((ID) => `new ${ID}`),
          { site_ID: 1 }
        )
      )
  ],
  ['DELETE', () => DELETE.from('S.Orders').where({ title: 'mass' })]
])('%s is as many queries for 1200 records as for three', async (_, write) => {
  const few = await queriesFor(3, write)
  expect(few).toBeGreaterThan(0)
  expect(await queriesFor(1200, write)).toBe(few)
})
