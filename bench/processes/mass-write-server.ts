import cds from '@sap/cds'

import { installRestrictions } from '../../src/restrictions/install.js'
import { serveWork } from '../support/workers.js'

/*
 * A process that updates 1000 records of an entity with a condition by one `UPDATE … where`. `ours` as the argument adds the
 * plugin's restrictions.
 */

const RECORDS = 1000

const model = `
entity db.Sites { key ID : Integer; plant : String(4); }
entity db.Orders {
  key ID : UUID;
  plant : String(4);
  site : Association to db.Sites;
  title : String;
  category : String;
  weight : Decimal;
}
service S {
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Planner', where: (plant = $user.plant) } ]
  entity Orders as projection on db.Orders;
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Planner', where: (site.plant = $user.plant) } ]
  entity SiteOrders as projection on db.Orders;
}`

/** What an update of all records sets. */
export type MassWrite = 'another element' | 'the element of the condition' | 'by an association'

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  tx(context: object, work: () => Promise<void>): Promise<void>
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

const cap = cds as unknown as Cap

/** Serves the records from SQLite in memory, and returns what updates all of them. */
async function prepare(): Promise<(write: MassWrite, i: number) => Promise<void>> {
  const database = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  cap.requires['db'] = { ...database, silent: true }
  const csn = cds.compile(model)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  const orders = Array.from({ length: RECORDS }, (_, weight) => ({
    ID: cds.utils.uuid(),
    plant: '1010',
    site_ID: 1,
    title: `Order ${String(weight)}`,
    category: 'M',
    weight
  }))
  await cds.run(INSERT.into('db.Sites').entries({ ID: 1, plant: '1010' }))
  await cds.run(INSERT.into('db.Orders').entries(orders))
  const service = await (cds.serve('S').from(csn as never) as unknown as Promise<cds.Service>)
  return async (write, i) => {
    await update(service, write, `Title ${String(i)}`)
    if (!i) await assertUpdated('Title 0')
  }
}

async function assertUpdated(title: string): Promise<void> {
  const updated: unknown = await cds.run(SELECT.from('db.Orders').where({ title }))
  if ((updated as unknown[]).length !== RECORDS) throw new Error('not all records were updated')
}

async function update(service: cds.Service, write: MassWrite, title: string): Promise<void> {
  const attr = { plant: ['1010'] }
  const user = new cds.User({ id: 'alice', roles: ['Planner'], attr } as never)
  const entity = write === 'by an association' ? 'S.SiteOrders' : 'S.Orders'
  const data = write === 'the element of the condition' ? { title, plant: '1010' } : { title }
  await cap.tx({ user }, async () => {
    await service.run(UPDATE.entity(entity).with(data).where({ category: 'M' }))
  })
}

if (process.argv[2] === 'ours') installRestrictions()
serveWork(prepare())
