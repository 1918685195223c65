import type { UserSummary, VcapServices } from '../types.js'

/** What an application needs to know of a running landscape: the same as of BTP, plus whom it can log on as. */
export interface Landscape {
  readonly vcapServices: VcapServices
  /** PEM of the certificate authority that the application must trust. */
  readonly ca: string
  readonly users: readonly UserSummary[]
  /** PEM of the authority that issues the users' certificates. */
  readonly cloudConnectorCa: string
  /** Imported services behind which there is a mock. */
  readonly mockedServices: readonly string[]
}

let attached: Landscape | undefined

/**
 * The landscape that this process was attached to, if any. A process has one at most: it is part of its environment, as
 * VCAP_SERVICES is.
 *
 * @internal
 */
export function attachedLandscape(): Landscape | undefined {
  return attached
}

/** @internal */
export function setAttachedLandscape(landscape: Landscape | undefined): void {
  attached = landscape
}

let starting: Promise<Landscape> | undefined

/**
 * The landscape that this process is about to be attached to: a test starts it while CAP's server starts.
 *
 * @internal
 */
export function startingLandscape(): Promise<Landscape> | undefined {
  return starting
}

/** @internal */
export function setStartingLandscape(landscape: Promise<Landscape> | undefined): void {
  starting = landscape
}
