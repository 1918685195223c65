import { type Endpoint, ENDPOINTS } from '../faults/platform.js'
import type { User } from '../servers/landscape.js'

/** What a call is: how it is sent, and what happens when it was acknowledged. */
export interface Sending {
  readonly kind: string
  readonly user: User
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly body?: object
  /** Called with success. */
  readonly acknowledge?: () => void
  /** True if it needs the database of the application. */
  readonly needsDatabase?: boolean
  /** Endpoints of the platform that it needs. Default: {@link FOR_S4}. */
  readonly needs?: readonly Endpoint[]
  /** Calls of the same service that are sent in this one, a `$batch`. */
  readonly parts?: readonly Sending[]
}

/** Endpoints that calls of S/4 need, those of the system on the internet, and those that stay in the application. */
export const FOR_S4: readonly Endpoint[] = ENDPOINTS
export const FOR_INTERNET: readonly Endpoint[] = ['xsuaa/token', 'destination']
export const FOR_NONE: readonly Endpoint[] = []

/** Name of equipment that its planned change gives. */
export const PLANNED = 'As planned'

/** Paths of the two services, and of lists that are read. */
export const MAINTENANCE = '/odata/v4/maintenance'
export const FLEET = '/odata/v4/fleet'
export const EQUIPMENT = `${MAINTENANCE}/Equipment?$top=5`
export const PLACES = `${MAINTENANCE}/FunctionalLocations?$top=3`
export const NOTES = `${MAINTENANCE}/WorkNotes?$top=3`
