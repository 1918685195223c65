import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'
import express from 'express'

import { installRestrictions } from '../src/restrictions/install.js'

/*
 * A process that serves an entity with a condition, from SQLite in memory, with CAP's own authorization. `ours` as the
 * argument adds the plugin's restrictions. It tells its port, and then the CPU it has used whenever it is asked.
 */

const MODEL = `
entity db.Equipment { key ID : Integer; plant : String(4); name : String; category : String; weight : Decimal; }
service S @(path: '/s') {
  @restrict: [
    { grant: 'READ', to: 'Viewer', where: (plant = $user.plant) },
    { grant: ['READ', 'WRITE'], to: 'Planner', where: (plant = $user.plant) }
  ]
  entity Equipment as projection on db.Equipment;
}`

/** As many of them in each of two plants. */
const ROWS = 50

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  middlewares: { before: unknown[]; context(): unknown }
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

async function serve(ours: boolean): Promise<number> {
  cds.log('odata', { level: 'warn' } as never)
  if (ours) installRestrictions()
  const cap = cds as unknown as Cap
  const { requires } = cap
  const database = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  requires.db = { ...database, silent: true }
  requires.auth = { kind: 'dummy' } // replaced below
  const csn = cds.compile(MODEL)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  await cds.run(INSERT.into('db.Equipment').entries(Array.from({ length: 2 * ROWS }, row)))
  const { middlewares } = cap
  middlewares.before.splice(0, Infinity, middlewares.context(), authenticate)
  const app = express()
  await cds
    .serve('S')
    .from(csn as never)
    .in(app as never)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function row(_: unknown, ID: number) {
  const plant = ID % 2 ? '1010' : '1710'
  return { ID, plant, name: `Equipment ${String(ID)}`, category: 'M', weight: ID }
}

/** A user of its own for each request, as from a token. */
function authenticate(_req: unknown, _res: unknown, next: () => void): void {
  const attr = { plant: ['1010'], email: ['alice@example.com'], costCenter: ['C1', 'C2'] }
  const user = new cds.User({ id: 'alice', roles: ['Viewer'], attr } as never)
  Object.assign(cds.context as object, { user })
  next()
}

void serve(process.argv[2] === 'ours').then((port) => {
  process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
  process.on('disconnect', () => process.exit())
  process.send?.({ port })
})
