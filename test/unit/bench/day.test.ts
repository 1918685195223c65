import { DayClock } from '../../../bench/day/clock.js'
import { HourlyCounts } from '../../../bench/day/counts.js'
import { eventsOf } from '../../../bench/day/load.js'
import { withTable } from '../../../bench/marked-table.js'

const MIDNIGHT = Date.UTC(2035, 0, 8)
const HOUR = 3_600_000

describe('the clock of a simulated day', () => {
  let real: number
  let clock: DayClock
  beforeEach(() => {
    real = 500
    clock = new DayClock(MIDNIGHT, () => real)
  })

  test('goes on as fast as that of the machine', () => {
    expect(clock.now()).toBe(MIDNIGHT)
    real += 20
    expect(clock.now()).toBe(MIDNIGHT + 20)
  })

  test('is set forward, and never back', () => {
    clock.setForward(MIDNIGHT + HOUR)
    real += 5
    expect(clock.now()).toBe(MIDNIGHT + HOUR + 5)
    clock.setForward(MIDNIGHT + HOUR)
    expect(clock.now()).toBe(MIDNIGHT + HOUR + 5)
  })

  test('is that of Date and performance, until the process has its own again', () => {
    const [own, ownDate, age] = [Date.now(), Date, performance.now()]
    const uninstall = clock.install()
    try {
      const start = performance.now()
      expect([Date.now(), new Date().getTime()]).toEqual([MIDNIGHT, MIDNIGHT])
      clock.setForward(MIDNIGHT + HOUR)
      real += 0.75
      expect([Date.now(), +new Date()]).toEqual([MIDNIGHT + HOUR, MIDNIGHT + HOUR])
      expect(performance.now() - start).toBeCloseTo(HOUR + 0.75)
      expect(new Date(2000, 1, 2)).toEqual(new ownDate(2000, 1, 2))
      expect(new ownDate(0)).toBeInstanceOf(Date)
      expect(new Date(0)).toBeInstanceOf(ownDate)
    } finally {
      uninstall()
    }
    expect(Date).toBe(ownDate)
    expect(Date.now() - own).toBeLessThan(HOUR)
    expect(performance.now() - age).toBeLessThan(HOUR)
  })
})

describe('requests of a simulated day', () => {
  test('are counted by hour and kind', () => {
    const counts = new HourlyCounts(MIDNIGHT)
    counts.add('key-set', MIDNIGHT)
    counts.add('key-set', MIDNIGHT + HOUR - 1)
    counts.add('destination', MIDNIGHT + HOUR - 1)
    counts.add('destination', MIDNIGHT + HOUR)
    expect([counts.ofHour(0), counts.ofHour(1), counts.ofHour(2)]).toEqual([3, 1, 0])
    expect([counts.ofHour(0, 'destination'), counts.ofHour(1, 'key-set')]).toEqual([1, 0])
    expect([counts.total(), counts.total('key-set'), counts.total('user-token')]).toEqual([4, 2, 0])
    expect([counts.peak(), counts.peak('destination'), counts.peak('user-token')]).toEqual([
      ...[3, 1, 0]
    ])
  })
})

describe('the load of a simulated day', () => {
  const population = { instances: 3, tenants: 5, users: 2 }
  const events = eventsOf(population, 7)
  const visits = events.filter((event) => event.kind === 'visit')

  test('is the same for the same seed', () => {
    expect(eventsOf(population, 7)).toEqual(events)
    expect(eventsOf(population, 8)).not.toEqual(events)
  })

  test('is in the order of time, and within the day', () => {
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => a - b))
    expect(events[0]?.at).toBeGreaterThanOrEqual(0)
    expect(events.at(-1)?.at).toBeLessThan(24 * HOUR)
  })

  test('has each instance replaced once, all users, and all instances', () => {
    const restarts = events.filter((event) => event.kind === 'restart')
    expect(restarts.map(({ instance }) => instance)).toEqual([0, 1, 2])
    expect(new Set(visits.map(({ tenant, user }) => `${tenant} ${user}`)).size).toBe(10)
    expect(new Set(visits.flatMap(({ instances }) => instances))).toEqual(new Set([0, 1, 2]))
  })

  test('is that of working hours, in the time zone of each tenant', () => {
    const from = (tenant: number, begin: number, end: number) =>
      visits.filter(
        (each) => each.tenant === tenant && each.at >= begin * HOUR && each.at < end * HOUR
      ).length
    expect(from(0, 8, 12)).toBeGreaterThan(10 * from(0, 0, 4))
    expect(from(3, 1, 5)).toBeGreaterThan(10 * from(3, 17, 21)) // 7 hours ahead
    expect(from(4, 15, 19)).toBeGreaterThan(10 * from(4, 7, 11)) // 7 hours behind
  })
})

describe('a table in a page', () => {
  const page = 'before\n\n<!-- day -->\n\nold\n\n<!-- end of day -->\n\nafter\n'

  test('replaces the one between its marks', () => {
    expect(withTable(page, 'day', ['| a |', '| - |'])).toBe(
      'before\n\n<!-- day -->\n\n| a |\n| - |\n\n<!-- end of day -->\n\nafter\n'
    )
  })

  test('has to have a place', () => {
    expect(() => withTable(page, 'other', [])).toThrow('the page has no marks "other"')
  })
})
