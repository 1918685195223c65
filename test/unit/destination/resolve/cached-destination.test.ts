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

test('at most 5000 of all principals and configurations; those in use stay', () => {
  const [one, other] = [configured(), configured()]
  const first = compose(one, 'first', [])
  const used = compose(other, 'used', [])
  for (let i = 0; i < 5000; i++) {
    compose(i % 2 ? one : other, String(i), [])
    expect(compose(other, 'used', [])).toBe(used)
  }
  expect(compose(one, 'first', [])).not.toBe(first)
})

test('what replaces another one for a user does not go with it', () => {
  const base = configured()
  compose(base, 'a', ['p'])
  const next = compose(base, 'a', ['q'])
  expect(compose(base, 'a', ['q'])).toBe(next)
})
