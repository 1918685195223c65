import { join } from 'node:path'

import cds from '@sap/cds'

import { configureTargets } from '../../../src/delegation/targets.js'
import { delegateQueuedWork } from '../../../src/delegation/queue/queue.js'
import type { DelegationRecord } from '../../../src/delegation/record.js'
import { addTokenWay } from '../../../src/delegation/ways.js'
import { TokenUser } from '../../../src/user/token-user.js'

/** Row of the queue. */
export interface Row {
  ID: string
  msg: string
  status?: string | null
  attempts?: number
}

/** Parts of CAP that its types leave out. */
interface Facade {
  deploy(model: unknown): { to(db: unknown): Promise<unknown> }
  connect: { to(name: string, options: object): Promise<cds.Service> }
  linked(model: unknown): unknown
  load(files: string[]): Promise<unknown>
  db: unknown
  model: unknown
  tx<T>(context: object, work: () => Promise<T>): Promise<T>
}
const facade = cds as unknown as Facade

export const TABLE = 'cds.outbox.Messages'
export const ENTRIES = 'cds_principal.Delegations'

/** Records that were issued. */
export const issued: DelegationRecord[] = []

/** Connects to a database in memory with CAP's queue, and the tables of more files. */
export async function openQueue(...files: string[]): Promise<cds.Service> {
  const root = join(__dirname, '../../..')
  const model = await facade.load([join(root, 'node_modules/@sap/cds/srv/outbox.cds'), ...files])
  facade.model = facade.linked(model)
  const options = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  const db = await facade.connect.to('db', options)
  facade.db = db
  await facade.deploy(facade.model).to(db)
  return db
}

/** Connects to a database in memory with CAP's queue, the list of delegations, and handlers for both. */
export async function openDatabase(): Promise<cds.Service> {
  const list = join(__dirname, '../../../model/delegations.cds')
  const db = await openQueue(list, join(__dirname, 'planning.cds'))
  const S4 = { onBehalfOf: 'namedUser', delegation: { validFor: '2h' } }
  configureTargets({ S4, OTHER: S4 })
  delegateQueuedWork(db, { issued: (record) => issued.push(record), refused: () => undefined })
  addTokenWay({
    name: 'test',
    isConfigured: () => true,
    tokenFor: ({ author }) =>
      Promise.resolve({ ...author, expiresAt: Date.now() / 1000 + 300, bearerToken: 'token' })
  })
  return db
}

/** User of a validated token, as this package makes them. */
export function userOf(
  userId: string,
  tenant: string,
  expiresAt = Date.now() / 1000 + 300,
  bearerToken = 'bearer'
) {
  const person = { userId, tenant, issuer: 'xsuaa', origin: 'sap.default', expiresAt }
  const identity = { kind: 'named', ...person, roles: {}, attributes: {} } as const
  const issuer = { securityContext: () => ({}) }
  return new TokenUser({ identity, issuer: issuer, bearerToken })
}

/** Runs work in the context of a user, in a transaction of its own. */
export function as<T>(user: object, tenant: string, work: () => Promise<T>): Promise<T> {
  return facade.tx({ user, tenant }, work)
}

/** Stored message of a piece of work. */
export function message(id: string, changes: object = {}): string {
  const own = { 'cds.internal.user': 'alice', service: 'S4', context: { tenant: 't1' } }
  return JSON.stringify({
    ...own,
    _fromSend: true,
    event: 'PATCH',
    data: { id, n: 1e21 },
    ...changes
  })
}

/** Queues a piece of work, as CAP does, and returns its row as it is stored. */
export async function queue(
  ID: string,
  text = message(ID),
  user = userOf('alice', 't1')
): Promise<Row> {
  const { tenant = 't1' } = JSON.parse(text) as { tenant?: string }
  await as(user, tenant, () => cds.run(UPSERT.into(TABLE).entries({ ID, msg: text, status: null })))
  return stored(ID)
}

/** Returns a row as it is stored. */
export async function stored(ID: string): Promise<Row> {
  return (await cds.run(SELECT.one.from(TABLE).where({ ID }))) as Row
}

/** Selects a row for processing, as CAP does. */
export async function select(ID: string): Promise<Row> {
  const rows = await as(cds.User.privileged, 't1', () =>
    cds.run(SELECT.from(TABLE).where({ ID }).forUpdate())
  )
  return (rows as Row[])[0] as Row
}

/** Writes to the database past CAP's handlers, as somebody does who has its password. */
export function execute(sql: string, values: unknown[] = []): Promise<unknown> {
  return cds.run(sql, values as never)
}
