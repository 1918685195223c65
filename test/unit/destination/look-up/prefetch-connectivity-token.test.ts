import { prefetchConnectivityToken } from '../../../../src/destination/look-up/proxy.js'

const before = process.env['VCAP_SERVICES']
afterEach(() => {
  if (before === undefined) delete process.env['VCAP_SERVICES']
  else process.env['VCAP_SERVICES'] = before
})

test.each<[string, unknown]>([
  ['a binding without credentials', [{ name: 'c', label: 'connectivity', tags: [] }]],
  ['credentials that are null', [{ name: 'c', label: 'connectivity', tags: [], credentials: null }]]
])('nobody waits for it, so %s may not end the process', async (_, connectivity) => {
  process.env['VCAP_SERVICES'] = JSON.stringify({ connectivity })
  await new Promise((done) => setTimeout(done, 2)) // bindings are looked at once in a millisecond
  await expect(prefetchConnectivityToken('t1')).resolves.toBeUndefined()
})

test('the same for bindings that can not be read', async () => {
  process.env['VCAP_SERVICES'] = '{'
  await new Promise((done) => setTimeout(done, 2))
  await expect(prefetchConnectivityToken('t1')).resolves.toBeUndefined()
})
