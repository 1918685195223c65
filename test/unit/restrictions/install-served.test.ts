import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'
import { type Caller, type Refused, Served } from './support/served.js'

const explained: { error: unknown; event: string; service: string }[] = []
installRestrictions((error, { event }, { name }) => explained.push({ error, event, service: name }))

const MODEL = `
entity db.Sites { key ID : Integer; plant : String; }
entity db.Orders { key ID : Integer; site : Association to db.Sites; plant : String; }
@hcql: '/h' service S @(path: '/s') {
  @restrict: [{ grant: 'READ', to: 'Plant', where: (site.plant = plant and plant = $user.plant) }]
  entity Orders as projection on db.Orders;
  entity Sites as projection on db.Sites;
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL)
  await cds.run(INSERT.into('db.Sites').entries({ ID: 1, plant: '1010' }))
  const order = { ID: 1, site_ID: 1, plant: '1010' }
  await cds.run(INSERT.into('db.Orders').entries(order, { ...order, ID: 2, plant: '1710' }))
})
beforeEach(() => {
  explained.length = 0
})

const PLANT: Caller = { roles: ['Plant'], attr: { plant: ['1010'] } }
const query = (as: string, column: object = { ref: ['ID'] }) => ({
  SELECT: { from: { ref: ['S.Orders'], as }, columns: [column] }
})
const ask = (SELECT: object, caller = PLANT) => served.as(caller, (tx) => tx.run(SELECT))

test('a query that hides a name of a condition by its own is refused', async () => {
  expect(await ask(query('o'))).toEqual([{ ID: 1 }])
  expect(await ask(query('site'))).toMatchObject({ code: 'ERR_RESTRICTION_UNCHECKED' })
})

test('the error of a request is explained, with its service', async () => {
  const { message } = (await ask(query('o'), { roles: [] })) as Refused
  const error: unknown = expect.objectContaining({ message })
  expect(explained).toEqual([{ error, event: 'READ', service: 'S' }])
})

test('a query of a client with foreign words is refused', async () => {
  const foreign = query('o', { xpr: ['1 union select'], as: 'x' })
  const send = (caller: object) =>
    served.as(PLANT, (tx) => {
      const request = new cds.Request({ query: foreign, ...caller } as never)
      Object.defineProperty(request, '_', { value: { req: {}, res: {} } })
      return (tx as unknown as { dispatch(each: object): Promise<unknown> }).dispatch(request)
    })
  expect(await send({})).toMatchObject({
    ...{ code: 'ERR_RESTRICTION_UNCHECKED' },
    message: 'The query has a word that is none of CQN.'
  })
})

test('nothing is refused to a privileged user', async () => {
  const work = (tx: { run(each: object): Promise<unknown> }) => tx.run(query('site'))
  const service = (await cds.connect.to('S')) as unknown as {
    tx(context: object, each: typeof work): Promise<unknown>
  }
  const found = await service.tx({ user: cds.User.privileged }, work)
  expect(found).toEqual([{ ID: 1 }, { ID: 2 }])
})
