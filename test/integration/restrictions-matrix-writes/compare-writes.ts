import cds from '@sap/cds'

import type { Row, Subject } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { placeOf } from '../restrictions-matrix/model.js'
import { type Service, statusOf, stored } from '../restrictions-matrix/served-rows.js'
import { pairs, type WriteKind } from './write-cases.js'

/** A request that was answered, or has written, something else than it should. */
export type Difference = object

/**
 * Sends one kind of request under the conditions as one user, and compares the answer and the rows with the reference.
 * Nothing of it stays.
 *
 * @param isTurn - which of the conditions
 */
export async function writeDifferences(
  service: Service,
  subject: Subject,
  conditions: Condition[],
  write: WriteKind,
  isTurn: (index: number) => boolean
): Promise<Difference[]> {
  const wrong: Difference[] = []
  for (const [index, condition] of conditions.entries()) {
    if (!isTurn(index)) continue
    const { entity, folders, role } = placeOf(index)
    for (const [from, to] of pairs(condition, subject, index)) {
      const { request, before, after, named } = write(from, to)
      const holds = (row: Row) => condition.holds(row, subject) === true
      const permitted = [...before, ...after].every(holds)
      const refused = { status: named && !holds(named) ? 404 : 403 }
      const expected = permitted ? { status: 200, rows: after.map(stored) } : refused
      const actual = await attempt(service, subject, role, request(entity, folders), after)
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        wrong.push({ condition: condition.cds, from, to, expected, actual })
    }
  }
  return wrong
}

/** The answer, and the rows as they are in the database before it is rolled back. */
async function attempt(
  service: Service,
  { id, tenant, attr }: Subject,
  role: string,
  request: object,
  after: Row[]
): Promise<object> {
  const user = new cds.User({ id, roles: [role], attr } as never)
  let answer: object = {}
  const work = (service.tx as unknown as Transaction)({ user, tenant }, async (tx) => {
    const status = await statusOf(tx.send(request))
    answer = status === 200 ? { status, rows: await storedRows(after) } : { status }
    throw new RolledBack()
  })
  await work.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error
  })
  return answer
}

type Transaction = (context: object, work: (tx: Service) => Promise<void>) => Promise<void>

class RolledBack extends Error {}

async function storedRows(rows: Row[]): Promise<object[]> {
  const columns = Object.keys(rows[0] ? stored(rows[0]) : {})
  const found = rows.map(({ ID }) =>
    cds.run(
      SELECT.one
        .from('db.Rows')
        .columns(columns as never)
        .where({ ID })
    )
  )
  const values = (await Promise.all(found)) as object[]
  return values.map((row) =>
    Object.fromEntries(columns.map((name) => [name, (row as Record<string, unknown>)[name]]))
  )
}
