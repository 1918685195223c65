import cds from '@sap/cds'

import { part } from '../../support/generated-inputs.js'
import { type Cluster, postgresPrograms, startPostgres } from '../../support/postgres.js'
import { type Service } from '../restrictions-matrix/served-rows.js'
import { writeDifferences } from './compare-writes.js'
import { WRITES } from './write-cases.js'
import { CONDITIONS, USERS } from './write-conditions.js'
import { serveWritable } from './written-rows.js'

/** Each kind of request has another part of the conditions, and all of them together have all. */
const PART = part(12)

const programs = postgresPrograms()

if (programs) {
  let cluster: Cluster
  let service: Service
  beforeAll(async () => {
    cluster = await startPostgres(programs)
    const { credentials } = cluster
    service = await serveWritable(CONDITIONS, { kind: 'postgres', credentials })
  }, 120_000)
  afterAll(async () => {
    await (cds.db as { disconnect?(): Promise<void> } | undefined)?.disconnect?.()
    await cluster.stop()
  })

  describe.each(Object.entries(WRITES).map(([name, write], turn) => [name, write, turn] as const))(
    '%s in PostgreSQL is for rows for which the condition is true, before and after it',
    (_, write, turn) => {
      const isTurn = (index: number) => (index + turn) % PART === 0
      test.each(USERS)('where $user.x is %s', async (_, subject) => {
        const wrong = await writeDifferences(service, subject, CONDITIONS, write, isTurn)
        expect(wrong.slice(0, 3)).toEqual([])
      })
    }
  )
} else {
  test.skip('writes to PostgreSQL: no server in /usr/lib/postgresql that could be started', () =>
    undefined)
}
