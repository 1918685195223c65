import type { User } from './landscape.js'

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
  /** Calls of the same service that are sent in this one, a `$batch`. */
  readonly parts?: readonly Sending[]
}

/** Paths of the two services, and of lists that are read. */
export const MAINTENANCE = '/odata/v4/maintenance'
export const FLEET = '/odata/v4/fleet'
export const EQUIPMENT = `${MAINTENANCE}/Equipment?$top=5`
export const PLACES = `${MAINTENANCE}/FunctionalLocations?$top=3`
