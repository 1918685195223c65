import cds from '@sap/cds'

import { type Cluster, postgresPrograms, startPostgres } from '../../support/postgres.js'
import { compare, CONDITIONS, reader } from './compare-queries.js'
import { judge } from './judge.js'
import { query } from './queries.js'
import { serveWorld, type World } from './served-world.js'

const programs = postgresPrograms()

if (programs) {
  describe('in PostgreSQL', () => {
    let cluster: Cluster
    let world: World
    beforeAll(async () => {
      cluster = await startPostgres(programs)
      const { credentials } = cluster
      world = await serveWorld(CONDITIONS, { kind: 'postgres', credentials })
    }, 120_000)
    afterAll(async () => {
      await (cds.db as { disconnect?(): Promise<void> } | undefined)?.disconnect?.()
      await cluster.stop()
    })

    test('a query of any shape is answered as if there were nothing but what the user may read', async () => {
      await compare(reader, query, 60, (reader, query) => judge(world, reader, query))
    })
  })
} else {
  test.skip('queries of PostgreSQL: no server in /usr/lib/postgresql that could be started', () =>
    undefined)
}
