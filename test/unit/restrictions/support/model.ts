import cds from '@sap/cds'

import type { Model, RestrictedDefinition } from '../../../../src/restrictions/model/definition.js'

/** A runtime model, as CAP compiles it. */
export function modelOf(cdl: string): Model {
  return cds.compile.for.nodejs(cds.compile(cdl) as never) as unknown as Model
}

/** A definition of a model, which is there. */
export function definitionIn({ definitions }: Model, name: string): RestrictedDefinition {
  const definition = definitions[name]
  if (!definition) throw new Error(`no ${name}`)
  return definition
}

/** Connects to SQLite in memory, with the tables of a model. */
export async function deployInMemory(csn: object): Promise<void> {
  cds.model = cds.compile.for.nodejs(csn)
  const options = { kind: 'sqlite', credentials: { url: ':memory:' }, silent: true }
  const connect = cds.connect.to as (...args: unknown[]) => Promise<cds.DatabaseService>
  cds.db = await connect('db', options)
  await (cds as unknown as Deploying).deploy(csn).to('db', { silent: true })
}

interface Deploying {
  deploy(csn: object): { to(db: string, options: object): Promise<void> }
}
