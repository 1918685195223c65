import cds from '@sap/cds'

import { fillOrders, serveOrders, type Service, stored } from './local-service.js'

let service: Service
beforeAll(async () => {
  service = await serveOrders()
})
beforeEach(fillOrders)

const alice = () =>
  new cds.User({ id: 'alice', roles: ['Technician'], attr: { plant: ['1010'] } } as never)

const order = { ID: 'x', plant: '1710' }
const orderAtSite = { ID: 'x', site_ID: 2 }

describe('what is refused does not stay', () => {
  test.each<[string, string, object]>([
    ['a condition on the entity', 'S.Orders', order],
    ['a condition on an association', 'S.SiteOrders', orderAtSite]
  ])('without a transaction around it: %s', async (_, entity, data) => {
    const before = await stored()
    const work = service.tx({ user: alice() }).run(INSERT.into(entity).entries(data))
    await expect(work).rejects.toMatchObject({ status: 403, code: 'ERR_WRITE_RESTRICTED' })
    expect(await stored()).toEqual(before)
  })

  test('in a transaction that goes on after it', async () => {
    const before = await stored()
    await (cds.tx as unknown as Transaction)({ user: alice() }, async () => {
      const create = service.run(INSERT.into('S.Orders').entries(order))
      await expect(create).rejects.toMatchObject({ status: 403 })
      const change = service.run(UPDATE('S.Orders', 'own').with({ plant: '1710' }))
      await expect(change).rejects.toMatchObject({ code: expect.anything() as unknown })
    })
    expect(await stored()).toEqual(before)
  })
})

type Transaction = (context: object, work: () => Promise<void>) => Promise<void>
