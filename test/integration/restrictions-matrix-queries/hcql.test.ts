import { compareQueries, CONDITIONS, overHttp } from './compare-queries.js'
import { queryWithSubqueries } from './queries.js'
import { serveOverHcql, type WorldOverHcql } from './served-over-hcql.js'

let world: WorldOverHcql
beforeAll(async () => {
  world = await serveOverHcql(CONDITIONS.slice(0, 20))
})
afterAll(() => world.stop())

test('a query that a client has written is answered as if there were nothing but what the user may read', async () => {
  await compareQueries(world, queryWithSubqueries, 150, overHttp(CONDITIONS.slice(0, 20)))
})
