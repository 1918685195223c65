import cds from '@sap/cds'

import { installRestrictions } from '../src/restrictions/install.js'

/*
 * A process that updates 1000 records of an entity with a condition, by one `UPDATE … where`, as often as its parent says,
 * and tells it the CPU that they have cost, µs. `ours` as the argument adds the plugin's restrictions.
 */

const RECORDS = 1000

const model = `
entity db.Orders { key ID : UUID; plant : String(4); title : String; category : String; weight : Decimal; }
service S {
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Planner', where: (plant = $user.plant) } ]
  entity Orders as projection on db.Orders;
}`

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  tx(context: object, work: () => Promise<void>): Promise<void>
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

/** Serves the records from SQLite in memory, and returns what updates all of them. */
async function prepare(): Promise<(title: string) => Promise<void>> {
  const cap = cds as unknown as Cap
  const database = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  cap.requires['db'] = { ...database, silent: true }
  const csn = cds.compile(model)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  const orders = Array.from({ length: RECORDS }, (_, weight) => ({
    ID: cds.utils.uuid(),
    plant: '1010',
    title: `Order ${String(weight)}`,
    category: 'M',
    weight
  }))
  await cds.run(INSERT.into('db.Orders').entries(orders))
  const service = await (cds.serve('S').from(csn as never) as unknown as Promise<cds.Service>)
  const attr = { plant: ['1010'] }
  const user = new cds.User({ id: 'alice', roles: ['Planner'], attr } as never)
  return (title) =>
    cap.tx({ user }, async () => {
      await service.run(UPDATE.entity('S.Orders').with({ title }).where({ category: 'M' }))
    })
}

if (process.argv[2] === 'ours') installRestrictions()
const prepared = prepare()
process.on('message', (times: number) => {
  void prepared.then(async (update) => {
    const before = process.cpuUsage()
    for (let i = 0; i < times; i++) await update(String(i))
    const { user, system } = process.cpuUsage(before)
    process.send?.(user + system)
  })
})
