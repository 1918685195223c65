import { setTimeout as pause } from 'node:timers/promises'

import type { Emulator } from '../../../emulator/src/index.js'
import type { Cluster } from '../../../test/support/postgres.js'
import { type Redis, startRedis } from '../../../test/support/redis.js'
import type { Leaks } from '../checks/leaks.js'
import type { Instances } from '../servers/instances.js'
import { DRAIN_DELAY } from '../servers/landscape.js'
import type { Proxy } from '../servers/proxy.js'
import type { Random } from '../random.js'
import { AWAY, type Endpoint, ENDPOINTS, EndpointState } from './platform.js'
import { poison, swap } from './poison.js'
import type { Recovery } from './recovery.js'
import type { Troubles } from './troubles.js'

/**
 * Milliseconds between two rotations of signing keys, and for which a key set does not ask again for an unknown key. What has got to know the
 * former key late, as key sets for authors do, does not know the next one at once.
 */
const BETWEEN_KEYS = 35_000
const COOL_DOWN = 30_000

/** Milliseconds for nginx to load its configuration. */
const RELOAD = 1_000

/** Everything that can break. */
export interface Breakable {
  readonly emulator: Emulator
  readonly instances: Instances
  readonly proxy: Proxy
  readonly database: Cluster
  readonly redis: { program: string; password: string; server: Redis }
  readonly random: Random
  readonly troubles: Troubles
  readonly recovery: Recovery
  readonly leaks: Leaks
  readonly say: (text: string) => void
  /** Factor for the pauses between faults. */
  readonly pace: number
}

/** State of each endpoint that can be away. */
type Endpoints = Readonly<Record<Endpoint, EndpointState>>

interface Parts extends Breakable {
  readonly endpoints: Endpoints
}

interface Fault {
  readonly weight: number
  readonly break: (parts: Parts) => Promise<string>
}

/** Faults of the instances: one at a time, as a platform restarts them. */
const OF_INSTANCES: readonly Fault[] = [
  {
    weight: 2,
    break: async ({ instances, random, redis }) => {
      const i = random.below(instances.ports.length)
      const change = random.chance(0.5) ? poison : swap
      // the next process knows nothing yet, so it reads what is in Redis; a Redis that is away has nothing
      await instances.crash(i, () => change(redis.server.uri, random).catch(() => undefined))
      return `instance ${String(i)} was killed, and is back`
    }
  },
  {
    weight: 1,
    break: async ({ instances, proxy, troubles, random }) => {
      const i = random.below(instances.ports.length)
      const port = instances.ports[i] ?? 0
      let [from, outAt] = [0, Infinity]
      await instances.restart(i, () => {
        from = Date.now()
        void proxy.untilOut(port).then(() => (outAt = Date.now()))
      })
      if (outAt - from < DRAIN_DELAY - RELOAD) return `instance ${String(i)} was restarted`
      // it has closed its port before nginx knew
      const [closed, known] = [from + DRAIN_DELAY - RELOAD, Math.min(outAt, Date.now()) + RELOAD]
      troubles.note('killed', closed, known)
      return `instance ${String(i)} was restarted, and nginx was late to know it`
    }
  }
]

let rotatedAt = Date.now()
let rotations = 0

/** Faults of all else. */
const OF_SURROUNDINGS: readonly Fault[] = [
  {
    weight: 2,
    break: async ({ redis, random }) => {
      const { port } = redis.server
      await redis.server.stop(random.pick(['SIGKILL', 'SIGTERM']))
      await pause(random.between(100, 4_000))
      redis.server = await startRedis(redis.program, redis.password, [], port)
      return 'Redis was restarted, and is empty'
    }
  },
  {
    weight: 2,
    break: async ({ database, troubles, recovery, random }) => {
      const time = random.between(100, 3_000)
      const restart = () => troubles.losing(() => database.restart(time))
      await troubles.during('database', restart, () => recovery.database())
      return `PostgreSQL was away for ${String(time)} ms`
    }
  },
  {
    weight: 3,
    break: async ({ endpoints, troubles, recovery, random }) => {
      const endpoint = random.pick(ENDPOINTS)
      const time = random.between(300, 3_000)
      const answer = random.pick(AWAY)
      const outage = () => endpoints[endpoint].outage(answer, () => pause(time))
      // an answer of S/4 comes through the proxy, and through no other service
      const away = endpoint === 'connectivity' ? () => troubles.losing(outage) : outage
      await troubles.during(endpoint, away, () => recovery.platform())
      return `${endpoint} was away for ${String(time)} ms`
    }
  },
  {
    weight: 2,
    break: ({ endpoints, random }) => {
      const endpoint = random.pick(ENDPOINTS)
      const delay = random.between(200, 1_500)
      endpoints[endpoint].slowDown(delay)
      return Promise.resolve(`${endpoint} is late by ${String(delay)} ms`)
    }
  },
  {
    weight: 2,
    break: async ({ emulator, troubles }) => {
      if (Date.now() - rotatedAt < BETWEEN_KEYS) return 'the keys are too new to be rotated'
      rotatedAt = Date.now()
      await emulator.rotateKeys()
      // nobody has asked for an unknown key before the first rotation
      if (rotations++ > 0) troubles.note('keys', rotatedAt, Date.now() + COOL_DOWN)
      return 'keys were rotated'
    }
  },
  {
    weight: 2,
    break: async ({ emulator, leaks }) => {
      await emulator.rotateCertificates()
      leaks.add(emulator)
      return 'certificates were rotated'
    }
  },
  { weight: 3, break: ({ redis, random }) => poison(redis.server.uri, random) }
]

/** Breaks one thing after the other until it is over, the instances and their surroundings at the same time. */
export async function breakThings(breakable: Breakable, isOver: () => boolean): Promise<void> {
  rotatedAt = Date.now()
  rotations = 0
  const { emulator, pace } = breakable
  const states = ENDPOINTS.map((name) => [name, new EndpointState(emulator, name)])
  const parts = { ...breakable, endpoints: Object.fromEntries(states) as Endpoints }
  const loop = async (faults: readonly Fault[], random: Random, longest: number) => {
    while (!isOver()) {
      const end = Date.now() + random.between(500, longest) * pace
      while (!isOver() && Date.now() < end) await pause(100)
      if (isOver()) return
      parts.say(await random.weighted(faults).break({ ...parts, random }))
    }
  }
  const loops = [loop(OF_INSTANCES, parts.random.fork(), 3_000)]
  loops.push(loop(OF_SURROUNDINGS, parts.random.fork(), 2_500))
  await Promise.all(loops)
}
