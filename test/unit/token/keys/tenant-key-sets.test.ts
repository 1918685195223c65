import { TokenError } from '../../../../src/errors.js'
import { KeySet, type VerificationKey } from '../../../../src/token/keys/key-set.js'
import { noteSubscribed } from '../../../../src/token/keys/subscribed-tenants.js'
import { TenantKeySets } from '../../../../src/token/keys/tenant-key-sets.js'
import { keys } from '../../../integration/inbound/support/keys.js'

const KID = keys.good.jwk.kid
const LATENCY = 150

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }))
afterEach(() => jest.useRealTimers())

const settled = () => new Promise((done) => setImmediate(done))

async function pass(milliseconds: number): Promise<void> {
  for (let i = 0; i < milliseconds; i += 10) {
    jest.advanceTimersByTime(10)
    for (let turn = 0; turn < 3; turn++) await settled()
  }
}

/** An issuer that answers after some time, and tokens that are genuine or not. */
function setUp({ shared = true, answer = () => ({ keys: [keys.good.jwk] }) } = {}) {
  const calls: string[] = []
  const create = (id: string) =>
    new KeySet({
      alias: 'xsuaa',
      algorithms: ['RS256'],
      load: async () => {
        calls.push(id)
        await new Promise((done) => setTimeout(done, LATENCY))
        return answer()
      }
    })
  const sets = new TenantKeySets(create, ['own'])
  const use = (tenant: string, genuine = true, sender = ['somebody']) =>
    sets.use({
      ...{ id: tenant, tenant, kid: KID, alg: 'RS256', sender },
      isSignedBy: () => Promise.resolve(shared && genuine),
      verify: async (keySet: KeySet): Promise<VerificationKey> => {
        const key = await keySet.key(KID, 'RS256')
        if (genuine) return key
        throw new TokenError('ERR_TOKEN_SIGNATURE', 'forged')
      }
    })
  const outcome = (tenant: string, genuine?: boolean, sender?: string[]) =>
    use(tenant, genuine, sender).then(
      () => 'verified',
      (error: unknown) => (error as TokenError).code
    )
  return { calls, sets, use, outcome }
}

/** 200 forged tokens a second, each of another tenant, while something else happens. */
async function flooded(
  { outcome }: ReturnType<typeof setUp>,
  seconds: number,
  meanwhile: (ms: number) => void
) {
  const forged: Promise<string>[] = []
  for (let ms = 0; ms < seconds * 1000; ms += 10) {
    for (const half of ['a', 'b'])
      forged.push(outcome(`forged-${String(ms)}${half}`, false, ['attacker']))
    meanwhile(ms)
    await pass(10)
  }
  return forged
}

test('a flood of invented tenants: bounded calls, genuine new tenants come through, nothing is kept', async () => {
  const landscape = setUp()
  const { calls, sets, outcome } = landscape
  const times: number[] = []
  const genuine: Promise<string>[] = []
  const forged = await flooded(landscape, 5, (ms) => {
    if (ms % 200 || ms < 1000) return
    const begin = Date.now()
    genuine.push(
      outcome(`new-${String(ms)}`, true, ['attacker']).then((result) => {
        times.push(Date.now() - begin)
        return result
      })
    )
  })
  expect(calls.length).toBeLessThanOrEqual(5 * 60)
  await pass(4000)
  expect(genuine).toHaveLength(20)
  expect(new Set(await Promise.all(genuine))).toEqual(new Set(['verified']))
  expect(Math.max(...times)).toBeLessThan(2000)
  const outcomes = await Promise.all(forged)
  expect(new Set(outcomes)).toEqual(new Set(['ERR_TOKEN_SIGNATURE', 'ERR_ISSUER_UNAVAILABLE']))
  await pass(35_000)
  expect(sets.pending).toEqual({ tried: 0, refused: 0, waiting: 0 })
  expect(sets.holder('forged-0a', { kid: KID } as never)()).toBe(false)
})

test('where each tenant has keys of its own: whoever invents addresses keeps nobody else out', async () => {
  const landscape = setUp({ shared: false })
  const genuine: Promise<string>[] = []
  const times: number[] = []
  let invented = 0
  const spoofed = {
    ...landscape,
    outcome: (tenant: string, good?: boolean) =>
      landscape.outcome(tenant, good, ['router', 'attacker', String(invented++)])
  }
  const forged = await flooded(spoofed, 5, (ms) => {
    if (ms % 200 || ms < 1000) return
    const begin = Date.now()
    const outcome = landscape.outcome(`new-${String(ms)}`, true, ['router', String(ms)])
    genuine.push(outcome.finally(() => times.push(Date.now() - begin)))
  })
  await pass(4000)
  await Promise.all(forged)
  expect(genuine).toHaveLength(20)
  expect(new Set(await Promise.all(genuine))).toEqual(new Set(['verified']))
  expect(Math.max(...times)).toBeLessThan(2000)
})

test('where each tenant has keys of its own: who had no turn and comes again when told to, has one', async () => {
  const landscape = setUp({ shared: false })
  const { use } = landscape
  const tries: number[] = []
  const client = async (tenant: string) => {
    for (let attempt = 1; ; attempt++) {
      try {
        await use(tenant)
        return tries.push(attempt)
      } catch (error) {
        const { code, retryAfter = 0 } = error as TokenError
        expect(code).toBe('ERR_ISSUER_UNAVAILABLE')
        expect(retryAfter).toBeGreaterThanOrEqual(1)
        await new Promise((done) => setTimeout(done, retryAfter * 1000))
      }
    }
  }
  const forged = await flooded(landscape, 20, (ms) => {
    if (ms % 250 === 0 && ms < 5000) void client(`new-${String(ms)}`)
  })
  await pass(4000)
  await Promise.all(forged)
  expect(tries).toHaveLength(20)
  expect(Math.max(...tries)).toBeLessThanOrEqual(2)
})

test('the flood does not concern tenants that are known: the own, one that was seen, one that has subscribed', async () => {
  const landscape = setUp({ shared: false })
  const { outcome, calls } = landscape
  const seen = outcome('seen')
  await pass(400)
  expect(await seen).toBe('verified')
  const results: Promise<[string, number]>[] = []
  noteSubscribed('subscribed')
  const forged = await flooded(landscape, 3, (ms) => {
    if (ms !== 1000) return
    for (const tenant of ['own', 'seen', 'subscribed']) {
      const begin = Date.now()
      results.push(outcome(tenant).then((result) => [result, Date.now() - begin]))
    }
  })
  const all = await Promise.all(results)
  expect(all.map(([result]) => result)).toEqual(['verified', 'verified', 'verified'])
  for (const [, duration] of all) expect(duration).toBeLessThan(500)
  expect(calls.filter((tenant) => tenant === 'seen')).toHaveLength(1)
  await pass(4000)
  await Promise.all(forged)
})

test('100 first requests of a new tenant are one call', async () => {
  const { outcome, calls } = setUp()
  const results = Array.from({ length: 100 }, () => outcome('new'))
  await pass(800)
  expect(new Set(await Promise.all(results))).toEqual(new Set(['verified']))
  expect(calls.filter((tenant) => tenant === 'new')).toHaveLength(1)
})

test('a tenant whose keys can not be had is one call in five seconds, and holds up nobody', async () => {
  let isDown = true
  const answer = () => {
    if (isDown) throw new Error('down')
    return { keys: [keys.good.jwk] }
  }
  const { use, outcome, calls } = setUp({ answer, shared: false })
  const first = use('down').catch((error: unknown) => error as TokenError)
  await pass(800)
  expect(await first).toMatchObject({ code: 'ERR_ISSUER_UNAVAILABLE', status: 503, retryAfter: 5 })
  for (let i = 0; i < 30; i++) {
    const again = outcome('down')
    await pass(100)
    expect(await again).toBe('ERR_ISSUER_UNAVAILABLE')
  }
  expect(calls.filter((tenant) => tenant === 'down')).toHaveLength(1)
  isDown = false
  const other = outcome('other')
  await pass(400)
  expect(await other).toBe('verified')
  await pass(3000)
  const back = outcome('down')
  await pass(400)
  expect(await back).toBe('verified')
})

test('forged tokens of a tenant that is real and not yet seen do not keep its first good one out', async () => {
  const { outcome, calls } = setUp({ shared: false })
  const forged = Array.from({ length: 50 }, () => outcome('real', false))
  const good = outcome('real')
  await pass(800)
  expect(await good).toBe('verified')
  expect(new Set(await Promise.all(forged))).toEqual(new Set(['ERR_TOKEN_SIGNATURE']))
  expect(calls.filter((tenant) => tenant === 'real')).toHaveLength(1)
})
