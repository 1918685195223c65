import type { UserSummary, VcapServices } from '../types.js'

/** A running landscape as an application sees it: the same as on BTP, and the users that it can log on as. */
export interface Landscape {
  readonly vcapServices: VcapServices
  /** PEM of the certificate authority that the application must trust. */
  readonly ca: string
  readonly users: readonly UserSummary[]
  /** PEM of the authority that issues the users' certificates. */
  readonly cloudConnectorCa: string
  /** Value of `SPIFFE_ENDPOINT_SOCKET`, where a binding has a certificate of the workload. */
  readonly workloadApi?: string
  /** Imported services behind which there is a mock. */
  readonly mockedServices: readonly string[]
  /** Address of the recorder's page, with its key. */
  readonly recorder?: string
}

/** The state of this process. */
interface State {
  attached?: Landscape | undefined
  starting?: Promise<Landscape> | undefined
}

/** `cds-principal` reads the state as well, also where it does not load this package. */
const STATE = Symbol.for('cds-principal-emulator.landscape')

function state(): State {
  const shared = globalThis as { [STATE]?: State | undefined }
  return (shared[STATE] ??= {})
}

/**
 * Returns the landscape that this process was attached to, if any. A process has one at most: it is part of its environment, as
 * VCAP_SERVICES is.
 */
export function attachedLandscape(): Landscape | undefined {
  return state().attached
}

/** Attaches this process to a landscape, or detaches it. */
export function setAttachedLandscape(landscape: Landscape | undefined): void {
  state().attached = landscape
}

/** Returns the landscape that this process is about to be attached to: a test starts it while CAP's server starts. */
export function startingLandscape(): Promise<Landscape> | undefined {
  return state().starting
}

/** Announces the landscape that this process is about to be attached to. */
export function setStartingLandscape(landscape: Promise<Landscape> | undefined): void {
  state().starting = landscape
}
