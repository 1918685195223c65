import { type Bypass, SingleFlight } from '../../../src/lib/single-flight.js'

/** What a test lets come, one after the other: fetches end when it says so. */
class Fetches {
  readonly results = new SingleFlight<string>('destinations', 10)
  readonly #open: PromiseWithResolvers<{ value: string; lifetime: number }>[] = []

  get count(): number {
    return this.#open.length
  }

  async get(fresh?: Bypass<string>): Promise<string> {
    const fetch = () => {
      const one = Promise.withResolvers<{ value: string; lifetime: number }>()
      this.#open.push(one)
      return one.promise
    }
    return this.results.get(['key'], fetch, fresh)
  }

  /** @param number - of the fetch, from 1 on */
  succeed(number: number, value: string, lifetime = 60_000): void {
    this.#open[number - 1]!.resolve({ value, lifetime })
  }

  fail(number: number): void {
    this.#open[number - 1]!.reject(new Error('no'))
  }

  /** Keeps a value. */
  async keep(value: string): Promise<void> {
    const got = this.get()
    this.succeed(this.count, value)
    await got
  }
}

const isBad = (kept: string) => kept === 'bad'

let fetches: Fetches
beforeEach(() => {
  fetches = new Fetches()
})

describe('fresh', () => {
  test('what is kept stays for others until the new one is there', async () => {
    await fetches.keep('old')
    const fresh = fetches.get(true)
    expect(await fetches.get()).toBe('old')
    fetches.succeed(2, 'new')
    expect(await fresh).toBe('new')
    expect(await fetches.get()).toBe('new')
    expect(fetches.count).toBe(2)
  })

  test('a renewal that fails throws away nothing', async () => {
    await fetches.keep('old')
    const fresh = fetches.get(true)
    fetches.fail(2)
    await expect(fresh).rejects.toThrow('no')
    expect(await fetches.get()).toBe('old')
    expect(fetches.count).toBe(2)
  })

  test('a new one that does not last takes the place of the old one, too', async () => {
    await fetches.keep('old')
    const fresh = fetches.get(true)
    fetches.succeed(2, 'gone', 0)
    await fresh
    void fetches.get()
    expect(fetches.count).toBe(3)
  })

  test('a fetch that began for want of a result is not waited for, and does not count when it ends late', async () => {
    const first = fetches.get()
    const fresh = fetches.get(true)
    expect(fetches.count).toBe(2)
    fetches.succeed(2, 'new')
    expect(await fresh).toBe('new')
    fetches.succeed(1, 'old')
    expect(await first).toBe('old')
    expect(await fetches.get()).toBe('new')
  })

  test('100 at once: one fetch', async () => {
    await fetches.keep('old')
    const all = Array.from({ length: 100 }, () => fetches.get(true))
    fetches.succeed(2, 'new')
    expect(new Set(await Promise.all(all))).toEqual(new Set(['new']))
    expect(fetches.count).toBe(2)
  })
})

describe('what was refused', () => {
  test('is never handed out again, also when the renewal fails', async () => {
    await fetches.keep('bad')
    const renewed = fetches.get(isBad)
    const other = fetches.get()
    fetches.fail(2)
    await expect(renewed).rejects.toThrow('no')
    await expect(other).rejects.toThrow('no')
    const next = fetches.get()
    fetches.succeed(3, 'good')
    expect(await next).toBe('good')
  })

  test('100 at once, and 100 who hear of it late: one fetch', async () => {
    await fetches.keep('bad')
    const all = Array.from({ length: 100 }, () => fetches.get(isBad))
    fetches.succeed(2, 'good')
    expect(new Set(await Promise.all(all))).toEqual(new Set(['good']))
    const late = Array.from({ length: 100 }, () => fetches.get(isBad))
    expect(new Set(await Promise.all(late))).toEqual(new Set(['good']))
    expect(fetches.count).toBe(2)
  })

  test.each([undefined, true] as const)(
    'no fetch that began before the refusal is waited for (fresh: %s)',
    async (fresh) => {
      const before = fetches.get(fresh)
      const renewed = fetches.get(isBad)
      const another = fetches.get(isBad)
      expect(fetches.count).toBe(2)
      fetches.succeed(1, 'bad')
      fetches.succeed(2, 'good')
      expect(await before).toBe('bad')
      expect([await renewed, await another, await fetches.get()]).toEqual(['good', 'good', 'good'])
      expect(fetches.count).toBe(2)
    }
  )

  test('others wait for the renewal that is under way', async () => {
    await fetches.keep('bad')
    const all = [fetches.get(isBad), fetches.get(), fetches.get(true)]
    fetches.succeed(2, 'good')
    expect(await Promise.all(all)).toEqual(['good', 'good', 'good'])
  })
})
