import { setFlagsFromString } from 'node:v8'
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'

import { boundedCache } from '../../../../src/lib/telemetry/bounded-cache.js'
import { LIMITS, limitsInUse } from '../../../../src/lib/telemetry/limits.js'
import { filesIn, read } from '../../project/repository.js'

test('what is used of a cache can be seen, also of several with one name', () => {
  const before = limitsInUse().find(({ name }) => name === 'subdomains') ?? { used: 0, max: 0 }
  const one = boundedCache<string, string>('subdomains', { max: 3 })
  const size = { maxSize: 100, sizeCalculation: (text: string) => text.length }
  const other = boundedCache<string, string>('subdomains', size)
  for (const key of ['a', 'b', 'c', 'd']) one.set(key, key)
  other.set('x', 'twelve bytes')
  expect(limitsInUse()).toContainEqual({
    name: 'subdomains',
    used: before.used + 3 + 12,
    max: before.max + 3 + 100
  })
})

test('a cache that nobody uses any more is not kept for the metrics', async () => {
  const limit = () => limitsInUse().find(({ name }) => name === 'clients')
  const make = () => boundedCache<string, string>('clients', { max: 7 }).set('a', 'a')
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  make()
  expect(limit()).toMatchObject({ used: 1, max: 7 })
  await turnOfEventLoop() // what was asked for by a weak reference stays until its turn has ended
  collectGarbage()
  expect(limit()).toMatchObject({ used: 0, max: 0 })
})

test('every cache has its bound in the metrics, and every limit a line in the docs', () => {
  const making = filesIn('src', /\.ts$/).filter((file) => read(file).includes('new LRUCache'))
  expect(making).toEqual(['src/lib/telemetry/bounded-cache.ts'])
  const lines = [...read('docs/capacity.md').matchAll(/^\| `([a-z-]+)` +\|/gm)]
  const names = new Set(lines.map(([, name]) => name))
  expect(LIMITS.filter((name) => !names.has(name))).toEqual([])
  const used = filesIn('src', /\.ts$/).map(read).join('\n')
  expect(LIMITS.filter((name) => !new RegExp(`[(\\s]'${name}'[,)]`).test(used))).toEqual([])
})
