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

test('every cache has its bound in the metrics, and every limit a line in the docs', () => {
  const making = filesIn('src', /\.ts$/).filter((file) => read(file).includes('new LRUCache'))
  expect(making).toEqual(['src/lib/telemetry/bounded-cache.ts'])
  const lines = [...read('docs/capacity.md').matchAll(/^\| `([a-z-]+)` +\|/gm)]
  const names = new Set(lines.map(([, name]) => name))
  expect(LIMITS.filter((name) => !names.has(name))).toEqual([])
  const used = filesIn('src', /\.ts$/).map(read).join('\n')
  expect(LIMITS.filter((name) => !new RegExp(`[(\\s]'${name}'[,)]`).test(used))).toEqual([])
})
