import {
  fetchShared,
  setSharedCache,
  type SharedCache
} from '../../../../src/lib/sharing/shared-cache.js'

const result = { kind: 'destinations', tenant: 't1', key: ['S4'] } as const
const fetched = () => Promise.resolve({ value: 'fetched', lifetime: 1000 })

afterEach(() => {
  setSharedCache(undefined)
})

test('without a shared cache, a result is fetched', async () => {
  expect(await fetchShared(result, fetched)).toEqual({ value: 'fetched', lifetime: 1000 })
})

test('with one, it decides, and knows what the result depends on', async () => {
  const asked: unknown[] = []
  const cache: SharedCache = {
    fetch: (wanted, fetch) => {
      asked.push(wanted)
      return fetch()
    }
  }
  setSharedCache(cache)
  expect(await fetchShared(result, fetched)).toEqual({ value: 'fetched', lifetime: 1000 })
  expect(asked).toEqual([result])
})
