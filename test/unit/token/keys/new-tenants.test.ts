import { TokenError } from '../../../../src/errors.js'
import { KeySet } from '../../../../src/token/keys/key-set.js'
import { TenantKeySets } from '../../../../src/token/keys/tenant-key-sets.js'
import { type NoTurnError, type Rank, RANKS, Turns } from '../../../../src/token/keys/turns.js'
import { keys } from '../../../integration/inbound/support/keys.js'

const { kid } = keys.good.jwk

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }))
afterEach(() => jest.useRealTimers())

const settled = () => new Promise((done) => setImmediate(done))

/** Key sets of an issuer that has a good key for every tenant. */
function setUp(own: (string | undefined)[] = [], turns = { perSecond: 100, burst: 100 }) {
  const calls: string[] = []
  const create = (id: string) => {
    const load = () => {
      calls.push(id)
      return Promise.resolve({ keys: [keys.good.jwk] })
    }
    return new KeySet({ alias: 'xsuaa', algorithms: ['RS256'], load })
  }
  const sets = new TenantKeySets(create, own, turns)
  const use = (id: string, good = true) =>
    sets.use({
      ...{ id, tenant: id, kid, alg: 'RS256', sender: ['somebody'] },
      isSignedBy: () => Promise.resolve(false),
      verify: (set) => {
        if (!good) throw new TokenError('ERR_TOKEN_SIGNATURE', 'forged')
        return set.key(kid, 'RS256')
      }
    })
  return { calls, sets, use }
}

test('who has no turn in time is told what to do and when to come again', async () => {
  const { use } = setUp([], { perSecond: 0.1, burst: 1 })
  await use('first')
  const refused = use('second').catch((error: unknown) => error)
  await settled()
  jest.advanceTimersByTime(3000)
  expect(await refused).toMatchObject({
    ...{ code: 'ERR_ISSUER_UNAVAILABLE', status: 503, retryAfter: 1 },
    message:
      'the keys of a tenant that is not known yet could not be looked up in time: there are tokens of too many others. Let the caller try again after "Retry-After"; if there are no such tenants, look for who sends forged tokens.'
  })
})

test('the keys that need no proof are fetched once, whatever is named twice or not at all', async () => {
  const { calls, sets } = setUp(['own', undefined, 'own', ''])
  await sets.load()
  expect(calls).toEqual(['own'])
})

test('a result is kept as long as its key is in the set of its tenant', async () => {
  const { sets, use } = setUp()
  const key = await use('a')
  expect(sets.holder('a', key)()).toBe(true)
  expect(sets.holder('b', key)()).toBe(false)
  jest.setSystemTime(Date.now() + 15 * 60_000)
  expect(sets.holder('a', key)()).toBe(false)
})

test('a tenant with a forged token only is remembered for 5 seconds, one with a good token for longer', async () => {
  const { calls, sets, use } = setUp()
  const forged = () => use('a', false).catch((error: unknown) => error)
  await forged()
  await forged()
  expect(calls).toEqual(['a'])
  expect(sets.pending).toEqual({ tried: 1, refused: 0, waiting: 0 })
  jest.advanceTimersByTime(5001)
  expect(sets.pending.tried).toBe(0)
  await use('a')
  expect(calls).toEqual(['a', 'a'])
  expect(sets.pending.tried).toBe(0)
  jest.advanceTimersByTime(60_000)
  await use('a')
  expect(calls).toEqual(['a', 'a'])
})

test('the more come again and wait, the later another try is worth it', async () => {
  const turns = new Turns({ perSecond: 0.1, burst: 1 })
  const ask = (rank: Rank) =>
    turns.run(rank, [], () => Promise.resolve('a turn')).catch((error: unknown) => error)
  await expect(ask(RANKS.new)).resolves.toBe('a turn')
  const { new: first, again } = RANKS
  const refused = Promise.all([first, again, again, again].map(ask))
  jest.advanceTimersByTime(3000)
  const errors = (await refused) as NoTurnError[]
  expect(errors.map(({ message }) => message)).toEqual(Array(4).fill('no turn in time'))
  expect(errors.map(({ retryAfter }) => retryAfter)).toEqual([30, 20, 10, 1])
})
