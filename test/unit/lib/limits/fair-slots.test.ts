import fc from 'fast-check'

import { FairSlots, NoSlotError, type Release } from '../../../../src/lib/limits/fair-slots.js'

const LIMITS = { max: 10, maxWaiting: 1000 }

/** Asks for slots, and notes in which order they are given. */
class Askers {
  readonly started: string[] = []
  readonly refused: string[] = []
  readonly releases: Release[] = []
  readonly slots: FairSlots

  constructor(limits = LIMITS) {
    this.slots = new FairSlots(limits)
  }

  /** @param name - tenant, and after a dot the member */
  ask(name: string, limit?: number): void {
    const [tenant, member = ''] = name.split('.')
    const turn = this.slots.enter({ tenant, member, ...(limit !== undefined && { limit }) })
    const start = (release: Release) => {
      this.started.push(name)
      this.releases.push(release)
    }
    if (turn instanceof Promise) {
      turn.then(start, (error: unknown) => {
        expect(error).toBeInstanceOf(NoSlotError)
        this.refused.push(name)
      })
    } else start(turn)
  }

  async release(index = 0): Promise<void> {
    this.releases.splice(index, 1)[0]?.()
    await new Promise((done) => setImmediate(done))
  }
}

test('a slot that is free is there at once, and without a promise', () => {
  const slots = new FairSlots(LIMITS)
  expect(slots.enter({ tenant: 'a', member: '' })).toBeInstanceOf(Function)
  expect(slots.used).toBe(1)
})

test('a slot is given back once', () => {
  const slots = new FairSlots(LIMITS)
  const release = slots.enter({ tenant: 'a', member: '' }) as Release
  release()
  release()
  expect(slots.used).toBe(0)
})

test('one tenant with many askers leaves slots to others, who do not wait', () => {
  const askers = new Askers()
  for (let i = 0; i < 100; i++) askers.ask('a')
  expect(askers.started).toHaveLength(8)
  askers.ask('b')
  expect(askers.started.at(-1)).toBe('b')
})

test('several tenants with many askers leave a part of the rest each, or the next slot', async () => {
  const askers = new Askers({ max: 100, maxWaiting: 10_000 })
  const share = (name: string) => askers.started.filter((each) => each === name).length
  for (const tenant of ['a', 'b', 'c']) for (let i = 0; i < 500; i++) askers.ask(tenant)
  expect(['a', 'b', 'c'].map(share)).toEqual([80, 16, 4])
  askers.ask('d')
  await askers.release()
  expect(askers.started.at(-1)).toBe('d')
})

test('where all are in use, the tenant with the fewest has the next one', async () => {
  const askers = new Askers({ max: 2, maxWaiting: 100 })
  for (let i = 0; i < 5; i++) askers.ask('a')
  askers.ask('b')
  askers.ask('b')
  expect(askers.started).toEqual(['a', 'a'])
  await askers.release()
  await askers.release()
  await askers.release()
  expect(askers.started).toEqual(['a', 'a', 'b', 'a', 'b'])
})

test('of one tenant, members take turns, and each has its own limit', async () => {
  const askers = new Askers({ max: 3, maxWaiting: 100 })
  for (let i = 0; i < 4; i++) askers.ask('a.1', 2)
  for (let i = 0; i < 3; i++) askers.ask('a.2', 2)
  askers.ask('a.3', 2)
  expect(askers.started).toEqual(['a.1', 'a.1', 'a.2'])
  for (let i = 0; i < 5; i++) await askers.release()
  expect(askers.started.slice(3).join(' ')).toBe('a.1 a.2 a.3 a.1 a.2')
})

test('of too many that wait, those of the tenant with most of them are refused', async () => {
  const askers = new Askers({ max: 1, maxWaiting: 5 })
  for (let i = 0; i < 10; i++) askers.ask('a')
  askers.ask('b')
  await new Promise((done) => setImmediate(done))
  expect(askers.refused).toEqual(['a', 'a', 'a', 'a', 'a'])
  expect(askers.slots.waiting).toBe(5)
  await askers.release()
  expect(askers.started).toEqual(['a', 'b'])
})

test('who does not wait any more gets no slot', async () => {
  const slots = new FairSlots({ max: 1, maxWaiting: 5 })
  const release = slots.enter({ tenant: 'a', member: '' }) as Release
  let stop = () => {}
  const waiting = slots.enter({ tenant: 'a', member: '' }, (stopWaiting) => (stop = stopWaiting))
  stop()
  stop()
  await expect(waiting).rejects.toThrow(NoSlotError)
  release()
  expect([slots.used, slots.waiting]).toEqual([0, 0])
})

test('whatever the order: never more than there are, everybody has a turn, nothing is left', async () => {
  const name = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3'))
  const step = fc.oneof(
    name.map(([tenant, member]) => ({ ask: `${tenant}.${member}` })),
    fc.nat(20).map((release) => ({ release }))
  )
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 80 }),
    fc.integer({ min: 1, max: 8 }),
    async (steps, max) => {
      const askers = new Askers({ max, maxWaiting: 1000 })
      let asked = 0
      for (const each of steps) {
        if ('ask' in each) {
          asked++
          askers.ask(each.ask, 2)
        } else if (askers.releases.length) {
          await askers.release(each.release % askers.releases.length)
        }
        expect(askers.releases.length).toBe(askers.slots.used)
        expect(askers.slots.used).toBeLessThanOrEqual(max)
      }
      while (askers.releases.length) await askers.release()
      expect(askers.started).toHaveLength(asked)
      expect([askers.slots.used, askers.slots.waiting]).toEqual([0, 0])
    }
  )
  await fc.assert(property, { seed: 20, numRuns: 200 })
})
