import { randomBytes } from 'node:crypto'

import { FleetCache } from '../../../src/fleet/fleet-cache.js'
import type { Found, RedisStore } from '../../../src/fleet/redis-store.js'
import { Sealing } from '../../../src/fleet/sealing.js'
import type { SharedResult } from '../../../src/lib/sharing/shared-cache.js'

const secret = () => randomBytes(32).toString('base64')
const [CURRENT, FORMER] = [secret(), secret()]
const MINUTE = 60_000

/** A Redis in memory, in which nothing ends. */
class Store {
  readonly entries = new Map<string, string>()
  isUp = true

  readOrLock(place: string): Promise<Found> {
    const entry = this.entries.get(place)
    return Promise.resolve(entry === undefined ? 'locked' : { entry })
  }

  read(place: string): Promise<string | undefined> {
    return Promise.resolve(this.entries.get(place))
  }

  write(place: string, entry: string): Promise<void> {
    this.entries.set(place, entry)
    return Promise.resolve()
  }

  remove(place: string): Promise<void> {
    this.entries.delete(place)
    return Promise.resolve()
  }

  unlock(): Promise<void> {
    return Promise.resolve()
  }

  /** Changes every entry. */
  change(change: (entry: string) => string): void {
    for (const [place, entry] of this.entries) this.entries.set(place, change(entry))
  }
}

const RESULT: SharedResult<string> = { kind: 'destinations', tenant: 't1', key: ['S4'] }
const written = () => Promise.resolve({ value: 'written', lifetime: 5 * MINUTE })
const own = () => Promise.resolve({ value: 'own', lifetime: 5 * MINUTE })

describe('shared cache', () => {
  let store: Store
  let warnings: jest.SpyInstance
  let infos: jest.SpyInstance

  const cache = (...secrets: [string, ...string[]]) =>
    new FleetCache(store as unknown as RedisStore, new Sealing(secrets), false)

  /** Calls a function with a clock that is ahead. */
  async function at<T>(ahead: number, work: () => Promise<T>): Promise<T> {
    const now = Date.now()
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + ahead)
    return work().finally(() => {
      clock.mockRestore()
    })
  }

  beforeEach(() => {
    store = new Store()
    warnings = jest.spyOn(console, 'warn').mockImplementation()
    infos = jest.spyOn(console, 'info').mockImplementation()
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  test('an entry of an instance whose clock is ahead has its own lifetime, and not an hour more', async () => {
    await at(60 * MINUTE, () => cache(CURRENT).fetch(RESULT, written))
    const { value, lifetime } = await cache(CURRENT).fetch(RESULT, own)
    expect([value, lifetime]).toEqual(['written', 5 * MINUTE])
  })

  test('an entry is over when it is over by the own clock', async () => {
    await cache(CURRENT).fetch(RESULT, written)
    const { lifetime } = await at(4 * MINUTE, () => cache(CURRENT).fetch(RESULT, own))
    expect(lifetime).toBeLessThanOrEqual(MINUTE)
    const late = await at(5 * MINUTE + 1, () => cache(CURRENT).fetch(RESULT, own))
    expect(late.value).toBe('own')
  })

  test('a value without JSON is not written', async () => {
    const { value } = await cache(CURRENT).fetch({ ...RESULT, toJson: () => undefined }, written)
    expect([value, store.entries.size]).toEqual(['written', 0])
  })

  test('an entry of a secret that was removed is no alarm: it is fetched again', async () => {
    await cache(FORMER).fetch(RESULT, written)
    const rotated = cache(CURRENT)
    expect((await rotated.fetch(RESULT, own)).value).toBe('own')
    await cache(FORMER).fetch({ ...RESULT, key: ['other'] }, written)
    expect((await rotated.fetch({ ...RESULT, key: ['other'] }, own)).value).toBe('own')
    expect(warnings).not.toHaveBeenCalled()
    expect(infos).toHaveBeenCalledTimes(1)
    expect(infos.mock.calls.join(' ')).toContain('another secret')
  })

  test('an entry of another version is no alarm either', async () => {
    await cache(CURRENT).fetch(RESULT, written)
    store.change((entry) => entry.replace(/^v1/, 'v2'))
    expect((await cache(CURRENT).fetch(RESULT, own)).value).toBe('own')
    expect(warnings).not.toHaveBeenCalled()
  })

  test.each([
    ['changed', (entry: string) => entry.slice(0, -4) + 'AAAA'],
    ['invented', () => JSON.stringify({ value: 'token' })],
    ['empty after its key', (entry: string) => entry.split('.').slice(0, 2).join('.')]
  ])('an entry that was %s is one', async (_, change) => {
    await cache(CURRENT).fetch(RESULT, written)
    store.change(change)
    expect((await cache(CURRENT).fetch(RESULT, own)).value).toBe('own')
    expect(warnings.mock.calls.join(' ')).toContain('did not write there')
  })
})
