import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'
import express from 'express'

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  middlewares: { before: unknown[]; context(): unknown }
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

/** A service for the parent process to measure. */
export interface Served {
  /** CDS source with a service `S`. */
  readonly model: string
  readonly rows: Record<string, object[]>
  /** In the place of CAP's own. */
  readonly auth: unknown
}

/**
 * Serves a model from SQLite in memory; tells the parent the port, and the CPU used so far whenever it is asked. Ends with
 * the parent.
 */
export async function serve({ model, rows, auth }: Served): Promise<void> {
  cds.log('odata', { level: 'warn' } as never)
  const cap = cds as unknown as Cap
  const { requires } = cap
  const database = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  requires['auth'] = { kind: 'dummy' } // `auth` takes its place
  requires['db'] = { ...database, silent: true }
  const csn = cds.compile(model)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  for (const [entity, entries] of Object.entries(rows)) {
    await cds.run(INSERT.into(entity).entries(entries))
  }
  const { middlewares } = cap
  middlewares.before.splice(0, Infinity, middlewares.context(), auth)
  const app = express()
  await cds
    .serve('S')
    .from(csn as never)
    .in(app as never)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
  process.on('disconnect', () => process.exit())
  process.send?.({ port: (server.address() as AddressInfo).port })
}
