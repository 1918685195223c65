import { compare, CONDITIONS, overHttp } from './compare-queries.js'
import { judgeUrl } from './judge-url.js'
import { serveOverOData, type WorldOverOData } from './served-over-odata.js'
import { url } from './urls.js'

let world: WorldOverOData
beforeAll(async () => {
  world = await serveOverOData(CONDITIONS.slice(0, 20))
})
afterAll(() => world.stop())

test('a URL of any shape is answered as if there were nothing but what the user may read', async () => {
  const readers = overHttp(CONDITIONS.slice(0, 20))
  await compare(readers, url, 200, (reader, url) => judgeUrl(world, reader, url))
})
