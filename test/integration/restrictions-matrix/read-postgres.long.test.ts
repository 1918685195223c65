import cds from '@sap/cds'

import { sampled } from '../../support/generated-inputs.js'
import { type Cluster, postgresPrograms, startPostgres } from '../../support/postgres.js'
import { NESTED, SINGLE } from './conditions.js'
import { LONG } from './fixture.js'
import { differences } from './read.js'
import { type Service, serveRows, SUBJECTS } from './served-rows.js'

/** Most of the comparisons, and a part of their combinations. */
const CONDITIONS = [...sampled(SINGLE, 0.4), ...sampled(NESTED, 0.07)]

const first = (rows: unknown) => (rows as { version?: string }[])[0]

const programs = postgresPrograms()

if (programs) {
  describe('READ from PostgreSQL gives the rows for which the condition is true', () => {
    let cluster: Cluster
    let service: Service
    beforeAll(async () => {
      cluster = await startPostgres(programs)
      service = await serveRows(CONDITIONS, { kind: 'postgres', credentials: cluster.credentials })
    }, 120_000)
    afterAll(async () => {
      await (cds.db as { disconnect?(): Promise<void> } | undefined)?.disconnect?.()
      await cluster.stop()
    })

    test('the rows are in PostgreSQL', async () => {
      const { version } = (await cds.run('SELECT version() AS version').then(first)) ?? {}
      expect(version).toMatch(/^PostgreSQL /)
    })

    test.each(SUBJECTS)('where $user.x is %s', async (_, subject) => {
      expect((await differences(service, subject, CONDITIONS)).slice(0, 5)).toEqual([])
    })

    test('where $user.x has 10 000 values', async () => {
      const subject = { id: 'alice', tenant: 't1', attr: LONG }
      const turns = new Set(sampled(CONDITIONS, 0.04))
      expect(await differences(service, subject, CONDITIONS, turns)).toEqual([])
    })
  })
} else {
  test.skip('READ from PostgreSQL: no server in /usr/lib/postgresql that could be started', () =>
    undefined)
}
