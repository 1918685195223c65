import cds from '@sap/cds'

import { fillOrders, serveOrders, type Service } from './local-service.js'

let service: Service
beforeAll(async () => {
  service = await serveOrders()
  await fillOrders()
})

test('conditions of a model that is loaded for a tenant at run time', async () => {
  const own = cds.compile(`
    entity db.Orders { key ID : String; plant : String; title : String; }
    service S {
      @restrict: [{ grant: 'READ', to: 'Tenant', where: (title = $user.title) }]
      entity Orders as projection on db.Orders;
    }`) as never
  const user = new cds.User({
    id: 'alice',
    roles: ['Tenant'],
    attr: { title: ['b', 'x'] }
  } as never)
  const context = { user, model: cds.compile.for.nodejs(own) } as never
  const rows = await (cds.tx as unknown as Transaction)(context, () =>
    service.run(SELECT.from('S.Orders').columns('ID'))
  )
  expect(rows).toEqual([{ ID: 'foreign' }])
})

type Transaction = (context: object, work: () => Promise<unknown>) => Promise<unknown>
