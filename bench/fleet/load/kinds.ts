import type { User } from '../servers/landscape.js'
import type { Load } from './load.js'
import type { Random } from '../random.js'
import { EQUIPMENT, FLEET, FOR_INTERNET, FOR_NONE, NOTES, PLACES, type Sending } from './sending.js'

/** A kind of calls, and how often it is sent. */
interface Kind {
  /** Share of the calls. */
  readonly weight: number
  /** True if each instance needs something for it that the shared cache has. */
  readonly isOfCache?: true
  readonly make: (load: Load, user: User, random: Random) => Sending | undefined
}

const read = (kind: string, path: string, weight: number, more: Partial<Sending> = {}): Kind => {
  const make = (_: Load, user: User): Sending => ({ kind, user, method: 'GET', path, ...more })
  return { weight, isOfCache: true, make }
}

/** Kinds of calls. */
export const KINDS: readonly Kind[] = [
  read('list', EQUIPMENT, 20),
  read('places', PLACES, 10),
  read('look', `${FLEET}/look()`, 10, { needs: FOR_INTERNET }),
  read('basic', `${FLEET}/basic()`, 5, { needs: FOR_INTERNET }),
  read('system', `${FLEET}/system()`, 5),
  read('notes', NOTES, 5, { needs: FOR_NONE, needsDatabase: true }),
  { weight: 15, isOfCache: true, make: (load, user, random) => load.create(user, random) },
  { weight: 15, make: (load, user, random) => load.batch(user, random) },
  { weight: 30, make: (load, user, random) => load.batchOfMarkers(user, random) },
  { weight: 12, make: (load, _, random) => load.rename(random) },
  { weight: 8, make: (load, _, random) => load.plan(random) },
  { weight: 10, isOfCache: true, make: (load, user) => load.leaveMarker('exchange', user) },
  { weight: 5, isOfCache: true, make: (load, user) => load.leaveMarker('technical', user) },
  { weight: 5, make: (load, _, random) => load.note(random) }
]
