import { setTimeout as pause } from 'node:timers/promises'

import type { Emulator } from '../../../emulator/src/index.js'
import type { Cluster } from '../../../test/support/postgres.js'
import { type Redis, startRedis } from '../../../test/support/redis.js'
import type { Instances } from '../instances.js'
import type { Random } from '../random.js'
import { AWAY, ENDPOINTS, outage, slowDown } from './platform.js'
import { poison } from './poison.js'
import type { Troubles } from './troubles.js'

/** Milliseconds between two rotations of signing keys: those who know them ask again after 30 seconds. */
const BETWEEN_KEYS = 35_000

/** Everything that can break. */
export interface Breakable {
  readonly emulator: Emulator
  readonly instances: Instances
  readonly database: Cluster
  readonly redis: { program: string; password: string; server: Redis }
  readonly random: Random
  readonly troubles: Troubles
  readonly say: (text: string) => void
}

interface Fault {
  readonly weight: number
  readonly break: (parts: Breakable) => Promise<string>
}

/** Faults of the instances: one at a time, as a platform restarts them. */
const OF_INSTANCES: readonly Fault[] = [
  {
    weight: 2,
    break: async ({ instances, troubles, random, redis }) => {
      const i = random.below(instances.ports.length)
      const killed = Promise.withResolvers<undefined>()
      const restarted = instances.crash(i, () => {
        killed.resolve(undefined)
        // the next process knows nothing yet, so it reads what is in Redis; a Redis that is away has nothing
        return poison(redis.server.uri, random).catch(() => undefined)
      })
      await troubles.during('killed', () => killed.promise)
      await restarted
      return `instance ${String(i)} was killed, and is back`
    }
  },
  {
    weight: 1,
    break: async ({ instances, random }) => {
      const i = random.below(instances.ports.length)
      await instances.restart(i)
      return `instance ${String(i)} was restarted`
    }
  }
]

let rotatedAt = Date.now()

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
    break: async ({ database, troubles, random }) => {
      const time = random.between(100, 3_000)
      await troubles.during('database', () => database.restart(time))
      return `PostgreSQL was away for ${String(time)} ms`
    }
  },
  {
    weight: 3,
    break: async ({ emulator, troubles, random }) => {
      const endpoint = random.pick(ENDPOINTS)
      const time = random.between(300, 3_000)
      const answer = random.pick(AWAY)
      await troubles.during('platform', () => outage(emulator, endpoint, answer, () => pause(time)))
      return `${endpoint} was away for ${String(time)} ms`
    }
  },
  {
    weight: 2,
    break: ({ emulator, random }) => {
      const endpoint = random.pick(ENDPOINTS)
      const delay = random.between(200, 1_500)
      slowDown(emulator, endpoint, delay)
      return Promise.resolve(`${endpoint} is late by ${String(delay)} ms`)
    }
  },
  {
    weight: 2,
    break: async ({ emulator }) => {
      if (Date.now() - rotatedAt < BETWEEN_KEYS) return 'the keys are too new to be rotated'
      rotatedAt = Date.now()
      await emulator.rotateKeys()
      return 'keys were rotated'
    }
  },
  {
    weight: 2,
    break: async ({ emulator }) => {
      await emulator.rotateCertificates()
      return 'certificates were rotated'
    }
  },
  { weight: 3, break: ({ redis, random }) => poison(redis.server.uri, random) }
]

/** Breaks one thing after the other until it is over, the instances and their surroundings at the same time. */
export async function breakThings(parts: Breakable, isOver: () => boolean): Promise<void> {
  rotatedAt = Date.now()
  const loop = async (faults: readonly Fault[], random: Random, longest: number) => {
    while (!isOver()) {
      await pause(random.between(500, longest))
      if (isOver()) return
      parts.say(await random.weighted(faults).break({ ...parts, random }))
    }
  }
  const loops = [loop(OF_INSTANCES, parts.random.fork(), 3_000)]
  loops.push(loop(OF_SURROUNDINGS, parts.random.fork(), 2_500))
  await Promise.all(loops)
}
