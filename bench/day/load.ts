import { Random } from '../fleet/random.js'

/** A simulated application, and who uses it. */
export interface Population {
  readonly instances: number
  readonly tenants: number
  /** Users of each tenant. */
  readonly users: number
}

/** A user looks at a page, which sends some requests at once. */
export interface Visit {
  readonly kind: 'visit'
  /** Milliseconds since the begin of the day. */
  readonly at: number
  readonly tenant: number
  readonly user: number
  /** Instances that the platform's router chooses, one for each request. */
  readonly instances: readonly number[]
}

/** An instance is replaced by a new one. */
export interface Restart {
  readonly kind: 'restart'
  readonly at: number
  readonly instance: number
}

export type DayEvent = Visit | Restart

const HOUR = 3_600_000

/** Milliseconds between two times at which something happens: what comes within them comes at once. */
const STEP = 5_000

/** Visits of a user in the busiest hour. */
const BUSIEST = 20

/** Requests that a page sends at once. */
const AT_ONCE = 2

/** Part of {@link BUSIEST} in each hour of a tenant's own time. */
const CURVE = [
  ...[0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.15, 0.4, 0.8, 1, 1, 0.9],
  ...[0.6, 0.8, 1, 0.9, 0.7, 0.4, 0.2, 0.1, 0.05, 0.05, 0.02, 0.02]
]

/** Hours that tenants are ahead of the day's clock: three of five are where it is. */
const AHEAD = [0, 0, 0, 7, -7]

/** Begin of the rolling restart, and time between two instances. */
const RESTARTS_AT = 13 * HOUR
const RESTART_EVERY = 120_000

/** Returns everything that happens in a day, in the order of time. The same seed makes the same day. */
export function eventsOf({ instances, tenants, users }: Population, seed: number): DayEvent[] {
  const random = new Random(seed)
  const events: DayEvent[] = Array.from({ length: instances }, (_, instance) => ({
    kind: 'restart',
    at: RESTARTS_AT + instance * RESTART_EVERY,
    instance
  }))
  for (let tenant = 0; tenant < tenants; tenant++) {
    const ahead = AHEAD[tenant % AHEAD.length] ?? 0
    for (let user = 0; user < users; user++) {
      for (let hour = 0; hour < 24; hour++) {
        const part = CURVE[(hour + ahead + 24) % 24] ?? 0
        for (let visits = countFrom(random, BUSIEST * part); visits > 0; visits--) {
          const at = hour * HOUR + STEP * random.below(HOUR / STEP)
          const chosen = Array.from({ length: AT_ONCE }, () => random.below(instances))
          events.push({ kind: 'visit', at, tenant, user, instances: chosen })
        }
      }
    }
  }
  return events.sort((a, b) => a.at - b.at)
}

/** Returns a whole number whose mean is the expected one. */
function countFrom(random: Random, expected: number): number {
  let count = 0
  for (let i = 0; i < BUSIEST * 2; i++) if (random.chance(expected / (BUSIEST * 2))) count++
  return count
}
