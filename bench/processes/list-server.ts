import cds from '@sap/cds'

import { installRestrictions } from '../../src/restrictions/install.js'
import { serveWork } from '../support/workers.js'

/*
 * A process that reads records by conditions with lists of a user. `ours` as the argument adds the plugin's restrictions; the
 * environment says where the records are.
 */

const RECORDS = 5000

const model = `
entity db.Materials { key ID : Integer; name : String(40); plant : String(40); owner : String(40); }
service S {
  @restrict: [ { grant: 'READ', to: 'Viewer', where: (name in $user.x) } ]
  entity One as projection on db.Materials;
  @restrict: [
    { grant: 'READ', to: 'Viewer', where: (name in $user.x and plant in $user.y and owner in $user.z) }
  ]
  entity Three as projection on db.Materials;
}`

/** A READ as a user with lists. */
export interface ListRead {
  readonly entity: 'One' | 'Three'
  /** In each list. */
  readonly values: number
}

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  tx(context: object, work: () => Promise<unknown>): Promise<unknown>
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

const cap = cds as unknown as Cap

async function prepare(): Promise<(read: ListRead) => Promise<void>> {
  const database = JSON.parse(process.env['BENCH_DATABASE'] ?? '') as { kind: string }
  const { kind } = database
  cap.requires['db'] = { ...database, impl: `@cap-js/${kind}`, dialect: kind, silent: true }
  const csn = cds.compile(model)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  await cds.run(DELETE.from('db.Materials')) // both processes have one database on a server
  await cds.run(INSERT.into('db.Materials').entries(Array.from({ length: RECORDS }, material)))
  const service = await (cds.serve('S').from(csn as never) as unknown as Promise<cds.Service>)
  return (read) => run(service, read)
}

/** A user has every second one's value. */
function material(_: unknown, ID: number): object {
  const [name, plant, owner] = LISTS.map((list) => value(list, 2 * ID))
  return { ID, name, plant, owner }
}

const LISTS = ['x', 'y', 'z']
const value = (list: string, i: number) => `value ${String(i)} of ${list}`
const valuesOf = (list: string, length: number) => Array.from({ length }, (_, i) => value(list, i))

const MOST = 10_000
const values = new Map(LISTS.map((list) => [list, valuesOf(list, MOST)]))

/** Lists of their own for each request, as users of tokens have them. */
async function run(service: cds.Service, { entity, values: length }: ListRead): Promise<void> {
  const attr = Object.fromEntries([...values].map(([list, all]) => [list, all.slice(0, length)]))
  const user = new cds.User({ id: 'alice', roles: ['Viewer'], attr } as never)
  const query = SELECT.from(`S.${entity}`).columns('ID', 'name').orderBy('ID').limit(TOP)
  const rows = await cap.tx({ user }, () => service.run(query as never) as Promise<unknown>)
  const expected = Math.min(TOP, Math.ceil(length / 2))
  if ((rows as object[]).length !== expected) throw new Error('these are other records')
}

const TOP = 50

if (process.argv[2] === 'ours') installRestrictions()
serveWork(prepare())
