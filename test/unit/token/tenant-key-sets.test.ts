import { TokenError } from '../../../src/errors.js'
import type { KeySet } from '../../../src/token/key-set.js'
import { TenantKeySets } from '../../../src/token/tenant-key-sets.js'

const GOOD = 'good tenant'

/** Key sets that count how often one was made, and a verification that only the good tenant passes. */
function setUp() {
  const made: string[] = []
  const create = (tenant: string) => {
    made.push(tenant)
    return { holds: () => true, tenant } as unknown as KeySet
  }
  const verify = (tenant: string) =>
    tenant === GOOD
      ? Promise.resolve('verified')
      : Promise.reject(new TokenError('ERR_TOKEN_SIGNATURE', 'forged'))
  const sets = new TenantKeySets(create, ['own tenant'])
  return { made, sets, use: (tenant: string) => sets.use(tenant, () => verify(tenant)) }
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }))
afterEach(() => jest.useRealTimers())

const forged = Array.from({ length: 3000 }, (_, i) => `forged ${String(i)}`)

test('R84: 3000 forged tenants cause one look-up each cool-down, and leave nothing', async () => {
  const { made, sets, use } = setUp()
  const results = await Promise.allSettled(forged.map(use))
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  expect(made).toEqual(['own tenant', 'forged 0'])
  expect(sets.holder('forged 0', { kid: 'k' } as never)()).toBe(false)
  jest.advanceTimersByTime(1001)
  await Promise.allSettled(forged.map(use))
  expect(made).toHaveLength(3)
})

test('the flood does not concern tenants that are known', async () => {
  const { made, sets, use } = setUp()
  await use(GOOD)
  await Promise.allSettled(forged.map(use))
  await expect(use(GOOD)).resolves.toBe('verified')
  await expect(sets.use('own tenant', () => Promise.resolve(1))).resolves.toBe(1)
  expect(made.filter((tenant) => tenant === GOOD)).toHaveLength(1)
})

test('a new tenant is told to come back, and then let in', async () => {
  const { use } = setUp()
  await expect(use('forged')).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' })
  await expect(use(GOOD)).rejects.toMatchObject({ code: 'ERR_ISSUER_UNAVAILABLE', status: 503 })
  jest.advanceTimersByTime(1001)
  await expect(use(GOOD)).resolves.toBe('verified')
})

test('100 first requests of a new tenant share its key set', async () => {
  const { made, use } = setUp()
  await Promise.all(Array.from({ length: 100 }, () => use(GOOD)))
  expect(made).toEqual(['own tenant', GOOD])
})
