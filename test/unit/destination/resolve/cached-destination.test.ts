import type { Destination } from '@sap-cloud-sdk/connectivity'

import { cachedDestination } from '../../../../src/destination/resolve/cached-destination.js'

const configured = (): Destination => ({ name: 'D', url: 'https://d.example' })

function compose(base: Destination, token: string, parts: unknown[]) {
  return cachedDestination(base, token, parts, () => ({ ...base, username: token }))
}

test('the same parts make the same object, which nobody can change', () => {
  const base = configured()
  const first = compose(base, 'a', ['p'])
  expect(compose(base, 'a', ['p'])).toBe(first)
  expect(first).toMatchObject({ name: 'D', username: 'a' })
  expect(Object.isFrozen(first)).toBe(true)
})

test.each<[string, string, unknown[]]>([
  ['another token', 'b', ['p']],
  ['another part', 'a', ['q']],
  ['a part more', 'a', ['p', 'q']],
  ['a part less', 'a', []]
])('%s makes another one', (_, token, parts) => {
  const base = configured()
  expect(compose(base, token, parts)).not.toBe(compose(base, 'a', ['p']))
})

test('a configuration that was looked up again has nothing to do with the one before', () => {
  expect(compose(configured(), 'a', ['p'])).not.toBe(compose(configured(), 'a', ['p']))
})

test('at most 1000 principals for each configuration', () => {
  const base = configured()
  const first = compose(base, '0', [])
  for (let i = 1; i <= 1000; i++) compose(base, String(i), [])
  expect(compose(base, '0', [])).not.toBe(first)
})
