import { compare, CONDITIONS, overHttp } from './compare-queries.js'
import { judge } from './judge.js'
import { queryWithSubqueries } from './queries.js'
import { serveOverHcql, type WorldOverHcql } from './served-over-hcql.js'

let world: WorldOverHcql
beforeAll(async () => {
  world = await serveOverHcql(CONDITIONS.slice(0, 20))
})
afterAll(() => world.stop())

test('a query that a client has written is answered as if there were nothing but what the user may read', async () => {
  await compare(overHttp(CONDITIONS.slice(0, 20)), queryWithSubqueries, 150, (reader, query) =>
    judge(world, reader, query)
  )
})
