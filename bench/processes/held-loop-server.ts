import cds from '@sap/cds'

import { installRestrictions } from '../../src/restrictions/install.js'

/*
 * A process that reads and writes 5000 records as users with many patterns, and tells its parent, for a case that
 * it names, how long nothing else got a turn each time, at worst, ms of CPU.
 */

const RECORDS = 5000
const VALUES = 10_000

const model = `
entity db.Rows { key ID : Integer; name : String(60); }
service S {
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Like', where: (name like $user.x) } ]
  entity Liked as projection on db.Rows;
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Like', where: (startswith(name, $user.x)) } ]
  entity Prefixed as projection on db.Rows;
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Like', where: ($user.x like $user.y) } ]
  entity Compared as projection on db.Rows;
  @restrict: [ { grant: ['READ', 'WRITE'], to: 'Like', where: (name in $user.x) } ]
  entity Listed as projection on db.Rows;
}`

const name = (i: number) => `Material ${String(i)} habib ${String(i * 7919)}`
const many = (text: (i: number) => string) => Array.from({ length: VALUES }, (_, i) => text(i))

/** A query, and the attributes of its user. */
interface Case {
  readonly entity: string
  readonly x: readonly string[]
  readonly y?: readonly string[]
  readonly write?: boolean
}

const wildcards = many((i) => `%a%i%b%_${String(i)}x`)
const prefixes = many((i) => `Material ${String(i)}`)

/** By name; those of one pattern are what the others are compared with. */
const CASES: Record<string, Case> = {
  'READ by one pattern': { entity: 'Liked', x: ['%a%'] },
  'READ by wildcards': { entity: 'Liked', x: wildcards },
  'READ by prefixes': { entity: 'Prefixed', x: prefixes },
  'READ by values and patterns of the user': { entity: 'Compared', x: many(name), y: wildcards },
  'CREATE by one pattern': { entity: 'Liked', x: ['%a%'], write: true },
  'CREATE by wildcards': { entity: 'Liked', x: ['Material%', ...wildcards], write: true },
  'CREATE by prefixes': { entity: 'Prefixed', x: prefixes, write: true }
}

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  tx(context: object, work: () => Promise<unknown>): Promise<unknown>
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

async function prepare() {
  const cap = cds as unknown as Cap
  const database = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  cap.requires['db'] = { ...database, silent: true }
  const csn = cds.compile(model)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  const rows = Array.from({ length: RECORDS }, (_, ID) => ({ ID, name: name(ID) }))
  await cds.run(INSERT.into('db.Rows').entries(rows))
  const service = await (cds.serve('S').from(csn as never) as unknown as Promise<cds.Service>)
  return async ({ entity, x, y, write }: Case, times: number) => {
    const attr = { x: [...x, String(times)], y }
    const user = new cds.User({ id: 'alice', roles: ['Like'], attr } as never)
    const copies = rows.map((row) => ({ ...row, ID: row.ID + RECORDS }))
    const query = write
      ? INSERT.into(`S.${entity}`).entries(copies)
      : SELECT.from(`S.${entity}`).columns('ID')
    await cap.tx({ user }, () => service.run(query as never) as Promise<unknown>)
    if (write) await cds.run(DELETE.from('db.Rows').where({ ID: { '>=': RECORDS } } as never))
  }
}

/** The longest time that this thread has worked between two turns of everything else, ms. */
async function heldBy(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, isDone] = [0, process.threadCpuUsage(), false]
  const sample = () => {
    const { user, system } = process.threadCpuUsage(last)
    longest = Math.max(longest, (user + system) / 1000)
    last = process.threadCpuUsage()
    if (!isDone) setImmediate(sample)
  }
  setImmediate(sample)
  await work()
  await new Promise(setImmediate)
  isDone = true
  return longest
}

installRestrictions()
const prepared = prepare()
process.on('message', (name: string) => {
  void prepared.then(async (run) => {
    const each = CASES[name]
    const held: number[] = []
    for (let i = 0; each && i < 5; i++) held.push(await heldBy(() => run(each, i)))
    process.send?.(held)
  })
})
