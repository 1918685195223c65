import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'
import { attributes, OWNERS, ROWS, STATES, type Subject } from './fixture.js'
import type { Condition } from './leaves.js'
import { modelOf } from './model.js'

/** What the tests use of a service, which the types have with overloads. */
export interface Service {
  tx(context: object): Service
  run(query: unknown): Promise<unknown>
  send(request: object): Promise<unknown>
}

/** Where the rows are. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  readonly credentials: object
}

const IN_MEMORY: Database = { kind: 'sqlite', credentials: { url: ':memory:' } }

/** Serves rows with CAP's own authorization and the plugin. Actions and writes do nothing. */
export async function serveRows(
  conditions: Condition[],
  database: Database = IN_MEMORY
): Promise<Service> {
  installRestrictions()
  const csn = cds.compile(modelOf(conditions)) as unknown as string
  cds.model = cds.compile.for.nodejs(csn as never)
  const { requires } = cds as unknown as { requires: Record<string, object> }
  const { kind } = database
  requires.db = { ...database, impl: `@cap-js/${kind}`, dialect: kind, silent: true }
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  const { deploy } = cds as unknown as {
    deploy: (csn: string) => { to(db: string, o: object): Promise<void> }
  }
  await deploy(csn).to('db', { silent: true })
  await fill()
  const service: unknown = await cds
    .serve('S')
    .from(csn)
    .with(handlers as never)
  return service as Service
}

async function fill(): Promise<void> {
  const items = ROWS.flatMap(({ ID, items }) => items.map((item) => ({ ...item, row_ID: ID })))
  const rows = ROWS.map(({ items: _, owner, ...row }) => ({
    ...row,
    owner_ID: OWNERS.find(({ country }) => country === owner?.country)?.ID
  }))
  await cds.run(INSERT.into('db.Owners').entries(OWNERS))
  await cds.run(INSERT.into('db.Items').entries(items.map((item, ID) => ({ ...item, ID }))))
  await cds.run(INSERT.into('db.Rows').entries(rows))
}

function handlers(this: cds.ApplicationService): void {
  for (const event of ['UPDATE', 'DELETE', 'touch', 'reset', 'CREATE', 'start'])
    this.on(event, () => 'done')
}

/** The service as a user with one role, and so with one condition. */
export function as(service: Service, { id, tenant, attr }: Subject, role: string): Service {
  const user = new cds.User({ id, roles: [role], attr } as never)
  return service.tx({ user, tenant })
}

/** A user for every state of the attribute. */
export const SUBJECTS = Object.entries(STATES).map(([name, state], index): [string, Subject] => [
  name,
  { id: index % 2 ? 'alice' : 'bob', tenant: index % 3 ? 't1' : undefined, attr: attributes(state) }
])

/** HTTP status that a request would be answered with. */
export async function statusOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return 200
  } catch (error) {
    const { status, code, message } = error as { status?: unknown; code?: unknown; message: string }
    return status ?? code ?? message
  }
}
