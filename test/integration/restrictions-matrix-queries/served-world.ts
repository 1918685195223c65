import cds from '@sap/cds'

import { OWNERS, ROWS, type Subject } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { grouped, placeOf, restrictions } from '../restrictions-matrix/model.js'
import { type Database, deployed, type Service } from '../restrictions-matrix/served-rows.js'
import { OWNER_RESTRICTIONS, visibleOwners } from './owners.js'
import { type Stored, TABLES, tablesWith } from './world.js'

/** Somebody who may read rows by one condition, and owners by another one, or not at all. */
export interface Reader {
  readonly subject: Subject
  readonly condition: Condition
  readonly ownerRole: string
}

/** Services with rows, one for every few conditions. */
export interface World {
  /** Runs a query in whose names `@` stands for the service, as somebody. */
  run(reader: Reader, query: object): Promise<unknown>
  /** Runs the same where there is nothing but what that one may read. */
  expected(reader: Reader, query: object): Promise<unknown>
}

/** Tables of their own for what somebody may read, and the same service as those that are looked at, without any condition. */
export const SEEN = `
${TABLES.replaceAll('db.', 'seen.')}
service T @(path: '/t') {
  entity Rows as projection on seen.Rows;
  entity Owners as projection on seen.Owners;
  entity Regions as projection on seen.Regions;
  entity Lines as projection on seen.Rows.lines;
  entity Links as projection on seen.Links;
}`

/** The entities of a service, with conditions for roles `c0`, `c1`, … */
export function entities(conditions: readonly Condition[]): string {
  return `
  @restrict: [ ${restrictions([...conditions], ['READ'])} ]
  entity Rows as projection on db.Rows;
  @restrict: [ ${OWNER_RESTRICTIONS} ]
  entity Owners as projection on db.Owners;
  entity Regions as projection on db.Regions;
  entity Lines as projection on db.Rows.lines;
  entity Links as projection on db.Links;`
}

/** Serves the world to be queried in this process. */
export async function serveWorld(conditions: Condition[], database?: Database): Promise<World> {
  const groups = grouped(conditions)
  const model = groups.map((each, group) => `service S${String(group)} { ${entities(each)} }`)
  const csn = await deployed([TABLES, SEEN, ...model].join('\n'), database)
  await fillAll()
  const services: Service[] = []
  for (const group of groups.keys()) services.push(await serve(`S${String(group)}`, csn))
  const expected = await serveSeen(csn)
  return {
    run: (reader, query) => {
      const index = conditions.indexOf(reader.condition)
      const { service, role } = placeIn(index)
      const { id, tenant, attr } = reader.subject
      const user = new cds.User({ id, roles: [role, reader.ownerRole], attr } as never)
      return services[service]!.tx({ user, tenant }).run(named(query, `S${String(service)}`))
    },
    expected
  }
}

/** Fills the tables that the services are about. */
export function fillAll(): Promise<void> {
  return fill('db', tablesWith(ROWS, OWNERS))
}

/** Serves what somebody may read, without any condition. */
export async function serveSeen(csn: string): Promise<World['expected']> {
  const service = await serve('T', csn)
  return async (reader, query) => {
    await showOnly(reader)
    const user = new cds.User.Privileged()
    return service.tx({ user }).run(named(query, 'T'))
  }
}

async function serve(name: string, csn: string): Promise<Service> {
  const served: unknown = await cds
    .serve(name)
    .from(csn)
    .with((() => undefined) as never)
  return served as Service
}

function placeIn(index: number) {
  const { entity, role } = placeOf(index)
  return { service: Number(/\d+/.exec(entity)?.[0]), role }
}

/** The query to a service. */
export function named(query: object, namespace: string): object {
  return JSON.parse(JSON.stringify(query).replaceAll('"@', `"${namespace}.`)) as object
}

let shown = ''

/** Fills the tables of what somebody may read. */
export async function showOnly({ condition, subject, ownerRole }: Reader): Promise<void> {
  const rows = ROWS.filter((row) => condition.holds(row, subject) === true)
  const owners = visibleOwners(ownerRole, subject)
  const ids = JSON.stringify([rows, owners].map((records) => records.map(({ ID }) => ID)))
  if (ids === shown) return
  await fill('seen', tablesWith(rows, owners))
  shown = ids
}

async function fill(namespace: string, tables: Record<string, Stored[]>): Promise<void> {
  for (const [name, records] of Object.entries(tables)) {
    const entity = `${namespace}.${name}`
    await cds.run(DELETE.from(entity))
    if (records.length) await cds.run(INSERT.into(entity).entries(records))
  }
}
