import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'
import { attributes, OWNERS, REGIONS, type Row, ROWS, STATES, type Subject } from './fixture.js'
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

/** Serves rows with CAP's own authorization and the plugin. Actions and CREATE do nothing. */
export function serveRows(conditions: Condition[], database?: Database): Promise<Service> {
  return serveFilled(modelOf(conditions), 'S', handlers, database)
}

/** Serves one service of a model that has the rows, from a database with all of them. */
export async function serveFilled(
  model: string,
  name: string,
  impl: (this: cds.ApplicationService) => void,
  database?: Database
): Promise<Service> {
  const csn = await deployed(model, database)
  await fill()
  const service: unknown = await cds
    .serve(name)
    .from(csn)
    .with(impl as never)
  return service as Service
}

/** Compiles a model with the plugin, and makes its tables in a database. */
export async function deployed(model: string, database: Database = IN_MEMORY): Promise<string> {
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  installRestrictions()
  const csn = cds.compile(model) as unknown as string
  cds.model = cds.compile.for.nodejs(csn as never)
  const { requires } = cds as unknown as { requires: Record<string, object> }
  const { kind } = database
  requires.db = { ...database, impl: `@cap-js/${kind}`, dialect: kind, silent: true }
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  const { deploy } = cds as unknown as {
    deploy: (csn: string) => { to(db: string, o: object): Promise<void> }
  }
  await deploy(csn).to('db', { silent: true })
  return csn
}

async function fill(): Promise<void> {
  const items = ROWS.flatMap(({ ID, items }) => items.map((item) => ({ ...item, row_ID: ID })))
  await cds.run(INSERT.into('db.Regions').entries(REGIONS))
  await cds.run(INSERT.into('db.Owners').entries(OWNERS))
  await cds.run(INSERT.into('db.Items').entries(items.map((item, ID) => ({ ...item, ID }))))
  await cds.run(
    INSERT.into('db.Rows').entries(ROWS.map((row) => ({ ...stored(row), folder: row.ID })))
  )
  await cds.run(INSERT.into('db.Folders').entries(ROWS.map(({ ID }) => ({ ID }))))
}

/** A row as the database has it. */
export function stored({ items: _, owner, ...row }: Row): object {
  return { ...row, owner_ID: OWNERS.find(({ country }) => country === owner?.country)?.ID ?? null }
}

function handlers(this: cds.ApplicationService): void {
  for (const event of ['reset', 'CREATE', 'start']) this.on(event, () => 'done')
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
