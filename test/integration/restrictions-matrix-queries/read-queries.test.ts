import { compare, CONDITIONS, reader } from './compare-queries.js'
import { judge } from './judge.js'
import { query } from './queries.js'
import { serveWorld, type World } from './served-world.js'

let world: World
beforeAll(async () => {
  world = await serveWorld(CONDITIONS)
})

test('a query of any shape is answered as if there were nothing but what the user may read', async () => {
  await compare(reader, query, 250, (reader, query) => judge(world, reader, query))
})
