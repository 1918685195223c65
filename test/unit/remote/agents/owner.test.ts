import { ownerOf, sessionKeyOf } from '../../../../src/remote/agents/owner.js'
import type { ReadyDestination } from '../../../../src/remote/outbound.js'
import { internet, user } from '../support/backend.js'

const outbound = (changes: object = {}, token = 'a'): ReadyDestination => ({
  destination: internet('https://a.example', { headers: { authorization: `Bearer ${token}` } }),
  ...{ user: undefined, tenant: 't1', userBound: false, forwardsToken: false, minTokenLifetime: 5 },
  renew: () => Promise.reject(new Error('not renewed')),
  ...changes
})

const alice = { user: user('alice') }

test('the owner of a session is one principal at one destination', () => {
  const all = [
    outbound(),
    outbound({ tenant: 't2' }),
    outbound({ tenant: undefined }),
    outbound(alice),
    outbound({ user: user('bob') }),
    outbound({ user: user('alice', 'x', 't2') }),
    outbound({ ...alice, destination: internet('https://b.example') }),
    outbound({ ...alice, destination: internet('https://a.example', { name: 'OTHER' }) })
  ]
  expect(new Set(all.map(ownerOf)).size).toBe(all.length)
})

test('a technical user is the owner of no session of a named user, whatever the names', () => {
  const empty = { issuer: undefined, tenant: undefined, origin: undefined, userId: undefined }
  const nobody = { ...user(''), ...empty, subject: undefined }
  const names = [outbound({ tenant: undefined }), outbound({ user: nobody })].map(
    (each) => JSON.parse(ownerOf(each)) as unknown[]
  )
  expect(names.map(([, , kind]) => kind)).toEqual(['technical', 'user'])
})

test('the owner is the same with another token, and the session is not', async () => {
  const [first, next] = [outbound(alice, 'a'), outbound({ user: user('alice', 'other') }, 'b')]
  expect(ownerOf(first)).toBe(ownerOf(next))
  const keys = await Promise.all([first, next, outbound(alice, 'a')].map(sessionKeyOf))
  expect(keys[0]).not.toBe(keys[1])
  expect(keys[0]).toBe(keys[2])
})

test('no session of one owner is another one, also with the same credentials', async () => {
  const all = [outbound(), outbound(alice), outbound({ user: user('bob') })]
  const keys = await Promise.all(all.map(sessionKeyOf))
  expect(new Set(keys).size).toBe(all.length)
  expect(keys.join()).not.toContain('Bearer')
})
